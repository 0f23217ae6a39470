"""Taking over a year's book: the list, its targets, town shares and schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, Office, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.programme.actions.versions import write_version
from mingbai.programme.models import (
    Measure,
    Programme,
    ProgrammeYear,
    SchedulePoint,
    SubItem,
    TownShare,
)
from mingbai.programme.queries.upper import newest_upper, short_of
from mingbai.programme.queries.words import words_of
from mingbai.rulebook import model as rules

_RATIO_STEP = Decimal(1).scaleb(-6)
_HOUSE = Asker.system("a year is adopted for the county as a whole")


class CannotAdoptYear(Exception):
    """The book and the county do not fit together; ``faults`` says each place in Chinese."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("；".join(faults))


@dataclass(frozen=True)
class _Ground:
    """What the rows of an adoption point to."""

    offices: dict[str, Office]
    towns: dict[str, Division]
    act: Act


def adopt_year(*, book: rules.Book, by: User | None, at: datetime) -> ProgrammeYear:
    """Take over a year's book as the list in force; the same book twice changes nothing.

    A changed book becomes a new version beside the old one, so that a figure as of an earlier
    ledger entry still finds the targets of that day. What was revised since the last book stays
    revised, unless the new book itself says something new of it. Errors: ``CannotAdoptYear`` names
    every lead office or town the county does not have, every target whose town shares do not add
    up, and every target short of what the level above gave.
    """
    with transaction.atomic():
        newest = (
            ProgrammeYear.objects.unscoped("adoption compares with the version in force")
            .filter(year=book.year)
            .order_by("-act_id")
            .first()
        )
        if newest is not None and newest.book_digest == book.digest:
            return newest
        offices, towns = _known_offices(book), _known_towns(book)
        faults = _faults(book, offices, towns)
        if faults:
            raise CannotAdoptYear(faults)
        act = record_act(
            "adopt_year",
            by=by,
            at=at,
            subject=str(book.year),
            payload={
                "digest": book.digest,
                "programmes": len(book.programmes),
                "sub_items": len(book.sub_items),
                "follows": newest.book_digest if newest else "",
            },
        )
        version = _write_year(book, _Ground(offices, towns, act))
        return version if newest is None else _carry_over(newest, version, by, at)


def _carry_over(
    newest: ProgrammeYear, version: ProgrammeYear, by: User | None, at: datetime
) -> ProgrammeYear:
    """Keep what was revised and what the new book did not touch; as a version of its own, so that
    the book's own word stays readable beside it."""
    versions = ProgrammeYear.objects.unscoped("the last book is compared with the new one")
    books = versions.filter(year=version.year, act__verb="adopt_year", pk__lt=version.pk)
    book_before = books.order_by("-act_id").first()
    if book_before is None or book_before.pk == newest.pk:
        return version
    said, now, held = (words_of(v, to=_HOUSE) for v in (book_before, version, newest))
    kept = {
        key: word
        for key, word in held.items()
        if key in now and now[key] == said.get(key) and word != now[key]
    }
    if not kept:
        return version
    act = record_act(
        "carry_targets",
        by=by,
        at=at,
        subject=f"{version.year}年：沿用已生效的目标变更",
        payload={"carried": sorted("/".join(key) for key in kept)},
    )
    return write_version(base=version, changes=kept, act=act)


def _known_offices(book: rules.Book) -> dict[str, Office]:
    codes = {p.lead_office for p in book.programmes}
    codes |= {s.lead_office for p in book.programmes for s in p.sub_items}
    found = Office.objects.unscoped("lead offices are named by code in the book")
    return {office.code: office for office in found.filter(code__in=codes)}


def _known_towns(book: rules.Book) -> dict[str, Division]:
    codes = {
        town
        for programme in book.programmes
        for item in programme.sub_items
        for measure in item.measures
        for town in measure.shares
    }
    found = Division.objects.unscoped("towns are named by code in the book")
    return {town.code: town for town in found.filter(code__in=codes, level="town")}


def _faults(
    book: rules.Book, offices: dict[str, Office], towns: dict[str, Division]
) -> tuple[str, ...]:
    faults: list[str] = []
    upper = newest_upper(to=_HOUSE, year=book.year)
    for programme in book.programmes:
        if programme.lead_office not in offices:
            faults.append(
                f"“{programme.name}”的责任部门“{programme.lead_office}”不在单位表中，请先登记该单位"
            )
        for item in programme.sub_items:
            if item.lead_office not in offices:
                faults.append(
                    f"“{item.name}”的责任部门“{item.lead_office}”不在单位表中，请先登记该单位"
                )
            for measure in item.measures:
                faults.extend(_share_faults(item, measure, towns))
                if given := upper.get((item.code, measure.code)):
                    where = f"“{item.name}”的目标“{measure.name}”"
                    faults.extend(short_of(where, measure.target_state, measure.target, given))
    return tuple(faults)


def _share_faults(
    item: rules.SubItem, measure: rules.Measure, towns: dict[str, Division]
) -> list[str]:
    where = f"“{item.name}”的目标“{measure.name}”"
    faults = [
        f"{where}分解到未登记的镇 {town}，请先登记该镇"
        for town in measure.shares
        if town not in towns
    ]
    if not measure.shares:
        return faults
    total = sum(measure.shares.values(), Decimal(0))
    if measure.target is None:
        faults.append(f"{where}没有年度目标却有分解数，请补目标或删去分解数")
    elif total != measure.target:
        faults.append(
            f"{where}分解到镇合计 {total:f}{measure.unit}，"
            f"与年度目标 {measure.target:f}{measure.unit} 不等，请核对分解表"
        )
    return faults


def _write_year(book: rules.Book, ground: _Ground) -> ProgrammeYear:
    version = ProgrammeYear.objects.create(
        year=book.year,
        book_digest=book.digest,
        province_source=book.province_source,
        county_source=book.county_source,
        act=ground.act,
    )
    for spec in book.programmes:
        programme = Programme.objects.create(
            programme_year=version,
            code=spec.code,
            number=spec.number,
            local_number=spec.local_number,
            name=spec.name,
            short_name=spec.short_name,
            summary_name=spec.summary_name,
            status=spec.status,
            status_reason=spec.status_reason,
            group=spec.group,
            field=spec.field,
            lead_office=ground.offices[spec.lead_office],
            source=spec.source,
            act=ground.act,
        )
        for position, item in enumerate(spec.sub_items, start=1):
            _write_sub_item(book, programme, position, item, ground)
    return version


def _write_sub_item(
    book: rules.Book, programme: Programme, position: int, spec: rules.SubItem, ground: _Ground
) -> None:
    item = SubItem.objects.create(
        programme=programme,
        code=spec.code,
        position=position,
        name=spec.name,
        summary_name=spec.summary_name,
        listed_as=spec.listed_as,
        kind=spec.kind,
        lead_office=ground.offices[spec.lead_office],
        unit=spec.unit,
        roster=spec.roster or "",
        roster_kind=book.roster(spec.roster).kind if spec.roster else "",
        start_date=spec.schedule.start_date,
        finish_date=spec.schedule.finish_date,
        act=ground.act,
    )
    for number, measure in enumerate(spec.measures, start=1):
        _write_measure(item, number, measure, ground)
    SchedulePoint.objects.bulk_create(
        SchedulePoint(
            sub_item=item,
            period=book.year * 100 + month,
            planned_ratio=_planned(spec.schedule, book.year, month),
            act=ground.act,
        )
        for month in range(1, 13)
    )


def _write_measure(item: SubItem, position: int, spec: rules.Measure, ground: _Ground) -> None:
    measure = Measure.objects.create(
        sub_item=item,
        code=spec.code,
        position=position,
        name=spec.name,
        unit=spec.unit,
        target=spec.target,
        target_state=spec.target_state,
        value_is=spec.value_is,
        source=spec.source,
        act=ground.act,
    )
    TownShare.objects.bulk_create(
        TownShare(measure=measure, town=ground.towns[town], share=share, act=ground.act)
        for town, share in sorted(spec.shares.items())
    )


def _planned(schedule: rules.Schedule, year: int, month: int) -> Decimal:
    last_day = month_end(year * 100 + month)
    # Downwards: who has done exactly five twelfths in May must not be late by the rounding.
    return schedule.planned_ratio(last_day).quantize(_RATIO_STEP, rounding=ROUND_DOWN)
