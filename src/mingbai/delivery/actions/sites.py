"""Entering ledgers of works: each sheet once, all of one call under one act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.delivery.actions.site_lines import Hand, Known, Problem, read_ledger
from mingbai.delivery.models import (
    EnteredWorks,
    MilestoneReport,
    SiteDetails,
    SiteProgress,
    WorkSite,
)
from mingbai.delivery.queries.sites import counting_works
from mingbai.delivery.queries.withdrawals import agreed_withdrawals
from mingbai.intake.models import Sheet
from mingbai.intake.queries import sheet_table
from mingbai.rulebook.model import Book

_HOUSE = Asker.system("ledgers of works are entered for the county as a whole")
_WHY = "sites are matched over the whole county before a line is entered"


class CannotEnterWorks(Exception):
    """A sheet of another kind or year was given, or the book says nothing of works."""


@dataclass(frozen=True)
class WorksEntry:
    """What a call entered, and what did not fit, by sheet."""

    sheets_count: int
    sites_count: int
    reports_count: int
    problems: dict[int, tuple[Problem, ...]]


def enter_works(
    *, sheets: Iterable[Sheet], book: Book, by: User | None, at: datetime
) -> WorksEntry:
    """Enter ledgers of works of the book's year; a sheet entered before is passed over.

    A line becomes a site or a newer turn of its details, money and quantity of its month, and a
    report for each milestone dated otherwise than before; reports wait for confirmation.
    Errors: ``CannotEnterWorks``.
    """
    given = sorted(sheets, key=lambda sheet: (sheet.period or 0, sheet.pk))
    for sheet in given:
        if sheet.kind != "works" or sheet.year != book.year or sheet.period is None:
            raise CannotEnterWorks(f"第 {sheet.pk} 号表不是{book.year}年某月的工程台账，不能计入")
    if given and not book.works.networks:
        raise CannotEnterWorks(f"{book.year}年规则库没有写明工程怎么建，请先补上 works.yaml")
    with transaction.atomic():
        done = EnteredWorks.objects.unscoped("a sheet is entered once, whoever asks")
        entered = set(done.filter(sheet__year=book.year).values_list("sheet_id", flat=True))
        fresh = [sheet for sheet in given if sheet.pk not in entered]
        if not fresh:
            return WorksEntry(0, 0, 0, {})
        act = record_act(
            "enter_works",
            by=by,
            at=at,
            subject=str(book.year),
            payload={"sheets": [sheet.pk for sheet in fresh]},
        )
        return _enter(fresh, book, act, Hand(by, at))


def _enter(sheets: list[Sheet], book: Book, act: Act, hand: Hand) -> WorksEntry:
    known = _known(book.year)
    before = len(known.details)
    reports = 0
    problems: dict[int, tuple[Problem, ...]] = {}
    for sheet in sheets:
        rows = sheet_table(sheet, to=_HOUSE).to_pylist()
        # The record of the entry stands first in what it says, but is frozen once written.
        entered = EnteredWorks(sheet=sheet, act=act)
        with transaction.atomic():
            lines, found = _read_and_save(sheet, rows, entered, known, book, hand)
        reports += lines
        if found:
            problems[sheet.pk] = found
    return WorksEntry(len(sheets), len(known.details) - before, reports, problems)


def _read_and_save(
    sheet: Sheet, rows: list[dict[str, object]], entered: EnteredWorks, known: Known, book: Book,
    hand: Hand,
) -> tuple[int, tuple[Problem, ...]]:  # fmt: skip
    made = read_ledger(sheet, rows, entered, known=known, book=book, hand=hand)
    entered.lines_count = len(made.progress)
    entered.problems = [problem.as_json() for problem in made.problems]
    entered.save(force_insert=True)
    for progress in made.progress:
        progress.entered_works_id = entered.pk
    SiteDetails.objects.bulk_create(made.details)
    SiteProgress.objects.bulk_create(made.progress)
    MilestoneReport.objects.bulk_create(made.reports)
    return len(made.reports), tuple(made.problems)


def _known(year: int) -> Known:
    """The year's sites as they stand, before anything new is read; five queries."""
    known = Known()
    known.withdrawn = set(agreed_withdrawals().values_list("site_id", flat=True))
    sites = WorkSite.objects.unscoped(_WHY).filter(year=year)
    for site in sites:
        known.keep(site)
    of_year = {"site__year": year}
    for details in SiteDetails.objects.unscoped(_WHY).filter(**of_year).order_by("turn"):
        known.details[details.site_id] = details
    progress = SiteProgress.objects.unscoped(_WHY).filter(
        **of_year, entered_works__in=counting_works()
    )
    rows = progress.order_by("id").values_list(
        "site_id", "period", "invested_amount", "entered_works__sheet__office_id", "site__sub_item"
    )
    for site_id, period, invested, office, sub_item in rows:
        if invested is not None:
            known.invested.setdefault(site_id, {})[period] = invested
        known.listed.setdefault((office, sub_item), {}).setdefault(period, set()).add(site_id)
    reports = MilestoneReport.objects.unscoped(_WHY).filter(**of_year).order_by("number")
    for site_id, step, what, number, day in reports.values_list(
        "site_id", "step", "what", "number", "actual_date"
    ):
        known.reported.setdefault(site_id, {})[step, what] = (number, day)
    return known
