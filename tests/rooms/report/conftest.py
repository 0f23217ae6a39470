"""A year of two programmes with money in its ledger: enough for a summary to tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.funds.actions import NewEntry, enter_entries
from mingbai.programme.models import Measure, Programme, ProgrammeYear, SubItem
from mingbai.report.actions import compile_summary, issue_summary

YEAR_START, YEAR_END = date(2021, 1, 1), date(2021, 12, 31)
#: programme -> (name, sub-items)
LIST = {
    "skills": ("技能培训提升", ("poverty", "newcomers", "veterans")),
    "rehab": ("困难残疾人康复", ("medicine",)),
}


@pytest.fixture
def year(tree, at):
    """The year's list, written straight into the tables: adoption is the programme room's test."""
    with transaction.atomic():
        act = record_act("adopt_year", by=tree.clerk, at=at)
    version = ProgrammeYear.objects.create(
        year=2021, book_digest="b" * 64, province_source="省", county_source="县", act=act
    )
    for number, (code, (name, items)) in enumerate(LIST.items(), start=1):
        programme = Programme.objects.create(
            programme_year=version, code=code, number=number, local_number=number, name=name,
            short_name=name, summary_name=name, status="own", group="continued",
            lead_office=tree.civil, source="南政〔2021〕22号", act=act,
        )  # fmt: skip
        for position, item in enumerate(items):
            made = SubItem.objects.create(
                programme=programme, code=f"{code}.{item}", position=position, name=item,
                summary_name=item, kind="training", lead_office=tree.civil, unit="人",
                start_date=YEAR_START, finish_date=YEAR_END, act=act,
            )  # fmt: skip
            Measure.objects.create(
                sub_item=made, code="heads", position=0, name="培训人数", unit="人",
                target=Decimal(100), target_state="set", value_is="demonstration",
                source="南政〔2021〕22号", act=act,
            )  # fmt: skip
    return 2021


@pytest.fixture
def money(year, tree, at):
    """Enter a release of so many 分 from a line of a stored workbook."""
    stored = store_file("资金表".encode(), kind="intake", by=tree.clerk, at=at)

    def enter(amount, *, kind="release", sub_item="skills.poverty", line=5, period=202103):
        day = date(period // 100, period % 100, 20)
        entry = NewEntry(
            kind=kind, sub_item=sub_item, tier="county", amount=amount, entry_date=day,
            period=period, origin_file_id=stored.pk, origin_sheet=2, origin_line=line,
        )  # fmt: skip
        return enter_entries(entries=[entry], by=tree.clerk, at=at)[0]

    return enter


@pytest.fixture
def told(money):
    """Money as the county would have it at mid-year."""
    money(100_000_000_000, kind="budget", line=3)
    money(60_000_000_000, line=5)
    money(3_780_000_000, sub_item="rehab.medicine", line=6)


@pytest.fixture
def compiled(tree, at):
    """Compile a draft of the first half."""

    def make(**more):
        return compile_summary(**({"year": 2021, "half": 1, "by": tree.clerk, "at": at} | more))

    return make


@pytest.fixture
def issued(compiled, tree, at, told):
    """A draft that went out."""
    summary = compiled()
    issue_summary(summary=summary, by=tree.checker, at=at)
    return summary


@pytest.fixture
def completed_item():
    """A completed sub-item as delivery tells of it."""
    from fractions import Fraction

    from mingbai.delivery.queries import CompletedSubItem

    def make(programme, name, *, whole=False):
        return replace(
            CompletedSubItem(
                programme=programme, programme_name=programme, programme_summary_name=programme,
                local_number=1, sub_item=f"{programme}.{name}", name=name, summary_name=name,
                listed_as=name, kind="training", measure="heads", unit="人", done=Decimal(1),
                target=Decimal(1), ratio=Fraction(1), whole_programme=whole, siblings_count=2,
            ),
        )  # fmt: skip

    return make
