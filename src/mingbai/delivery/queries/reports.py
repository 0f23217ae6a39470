"""The records that count: confirmed where the rulebook asks for it, and not followed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q

from mingbai.base.periods import period_of
from mingbai.base.reading import read_once
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import (
    ClassAnswer,
    ClassDoubt,
    EnteredSheet,
    ProgressReport,
    ReportStep,
    TrainingHead,
)


class Report(NamedTuple):
    """One reported total with its workbook line."""

    pk: int
    sub_item: str
    measure: str
    town: str | None
    office_id: int
    period: int
    total_done: Decimal
    origin_file_id: int | None
    origin_sheet: int | None
    origin_line: int | None


@dataclass(frozen=True, slots=True)
class Heads:
    """People who passed: as persons, as person-courses, and the roster lines behind them."""

    persons: int
    seats: int
    lines: int

    def counted_in(self, unit: str) -> Decimal:
        """People as the measure counts them: 人次 counts each course, 人 each person once."""
        return Decimal(self.seats if unit == "人次" else self.persons)


def _counting(as_of: int | None) -> ScopedQuerySet[EnteredSheet]:
    """Of each slot the newest sheet that may count: a correction takes over once confirmed."""
    newer = _able(as_of).filter(
        sheet__slot=OuterRef("sheet__slot"), sheet__turn__gt=OuterRef("sheet__turn")
    )
    return _able(as_of).filter(~Exists(newer))


def _able(as_of: int | None) -> ScopedQuerySet[EnteredSheet]:
    confirmed = ReportStep.objects.unscoped("whether a checker said it counts").filter(
        entered_sheet=OuterRef("pk"), step=ReportStep.Step.CONFIRMED
    )
    found = EnteredSheet.objects.unscoped("which sheets count; their rows are scoped")
    if as_of is not None:
        confirmed = confirmed.filter(act_id__lte=as_of)
        found = found.filter(act_id__lte=as_of)
    return found.filter(Q(must_confirm=False) | Exists(confirmed))


def _sound(sheets: ScopedQuerySet[EnteredSheet], as_of: int | None) -> ScopedQuerySet[EnteredSheet]:
    """Without rolls of classes about which something grave is still doubted, or proved true."""
    settled = ClassAnswer.objects.unscoped("whether a doubt was settled").filter(
        doubt=OuterRef("pk"),
        decision__in=(ClassAnswer.Decision.CLEARED, ClassAnswer.Decision.GONE),
    )
    doubts = ClassDoubt.objects.unscoped("whether a class is doubted, not why").filter(
        entered_sheet=OuterRef("pk"), holds=True
    )
    if as_of is not None:
        settled, doubts = settled.filter(act_id__lte=as_of), doubts.filter(act_id__lte=as_of)
    return sheets.filter(~Exists(doubts.filter(~Exists(settled))))


def sound_sheets(as_of: int | None) -> ScopedQuerySet[EnteredSheet]:
    """Sheets that count, without rolls of doubted classes, as known at a ledger entry."""
    return _sound(_counting(as_of), as_of)


def last_sheets() -> ScopedQuerySet[EnteredSheet]:
    """Of each slot the newest sheet entered, counting or not."""
    newer = EnteredSheet.objects.unscoped("whether a correction was entered").filter(
        sheet__slot=OuterRef("sheet__slot"), sheet__turn__gt=OuterRef("sheet__turn")
    )
    found = EnteredSheet.objects.unscoped("which sheets stand; their rows are scoped")
    return found.filter(~Exists(newer))


def newest_sheets() -> ScopedQuerySet[EnteredSheet]:
    """The last sheets without those sent back."""
    return last_sheets().exclude(step__step=ReportStep.Step.RETURNED)


class _Row(NamedTuple):
    """A report with the sheet that brought it: thousands are read for a page."""

    sheet: int
    act: int
    report: Report


def standing_reports(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> tuple[Report, ...]:
    """Reports that count, by month; two queries."""
    counting = _counting_sheets(year=year, as_of=as_of)
    last = None if through is None else period_of(through)
    return tuple(
        row.report
        for row in _rows(to=to, year=year)
        if row.sheet in counting and (last is None or row.report.period <= last)
    )


def newest_reports(*, to: Asker, year: int, sub_items: Iterable[str] = ()) -> tuple[Report, ...]:
    """Reports as last handed in, confirmed or not, of some sub-items or all; two queries."""
    wanted = frozenset(sub_items)
    newest = _newest_sheets(year=year)
    rows = _rows_of(wanted, to=to, year=year) if wanted else _rows(to=to, year=year)
    return tuple(row.report for row in rows if row.sheet in newest)


def waiting_reports(
    *, to: Asker, year: int, through: date, as_of: int | None = None
) -> tuple[Report, ...]:
    """Reports handed in that no checker has confirmed yet, by month; two queries."""
    waiting, last = _waiting_sheets(year=year), period_of(through)
    return tuple(
        row.report
        for row in (_rows(to=to, year=year) if waiting else ())
        if row.sheet in waiting
        and row.report.period <= last
        and (as_of is None or row.act <= as_of)
    )


class _Sheet(NamedTuple):
    """An entered sheet, and what decides whether it counts."""

    pk: int
    slot: str
    turn: int
    must_confirm: bool
    act: int
    step: str | None
    step_act: int | None

    def may_count(self, as_of: int | None) -> bool:
        """Whether it was entered by then and confirmed, where it must be."""
        confirmed = self.step == ReportStep.Step.CONFIRMED
        acts = (self.act, (self.step_act or 0) if self.must_confirm else 0)
        return (confirmed or not self.must_confirm) and (as_of is None or max(acts) <= as_of)


@read_once
def _sheets(*, year: int) -> tuple[_Sheet, ...]:
    found = EnteredSheet.objects.unscoped("which sheets count; their rows are scoped")
    rows: Iterable[Any] = found.filter(sheet__year=year).values_list(
        "pk",
        "sheet__slot",
        "sheet__turn",
        "must_confirm",
        "act_id",
        "step__step",
        "step__act_id",
    )
    return tuple(_Sheet(*row) for row in rows)


def _last_of(sheets: Iterable[_Sheet]) -> list[_Sheet]:
    """Of each slot the newest."""
    known = list(sheets)
    turns: dict[str, int] = {}
    for each in known:
        turns[each.slot] = max(each.turn, turns.get(each.slot, each.turn))
    return [each for each in known if each.turn == turns[each.slot]]


def _counting_sheets(*, year: int, as_of: int | None) -> frozenset[int]:
    able = _last_of(each for each in _sheets(year=year) if each.may_count(as_of))
    return frozenset(each.pk for each in able)


def _newest_sheets(*, year: int) -> frozenset[int]:
    last, returned = _last_of(_sheets(year=year)), ReportStep.Step.RETURNED
    return frozenset(each.pk for each in last if each.step != returned)


def _waiting_sheets(*, year: int) -> frozenset[int]:
    last = _last_of(_sheets(year=year))
    return frozenset(each.pk for each in last if each.must_confirm and each.step is None)


@read_once
def _rows(*, to: Asker, year: int) -> tuple[_Row, ...]:
    return _read(ProgressReport.objects.seen_by(to).filter(year=year))


def _rows_of(sub_items: frozenset[str], *, to: Asker, year: int) -> tuple[_Row, ...]:
    found = ProgressReport.objects.seen_by(to).filter(year=year, sub_item__in=sub_items)
    return _read(found)


def _read(found: ScopedQuerySet[ProgressReport]) -> tuple[_Row, ...]:
    rows: Iterable[Any] = found.order_by("period", "id").values_list(
        "entered_sheet_id",
        "act_id",
        "pk",
        "sub_item",
        "measure",
        "town_id",
        "office_id",
        "period",
        "total_done",
        "origin_file_id",
        "origin_sheet",
        "origin_line",
    )
    return tuple(_Row(row[0], row[1], Report._make(row[2:])) for row in rows)


def counting_heads(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> ScopedQuerySet[TrainingHead]:
    """People taught who passed, up to a day, as known at a ledger entry.

    A class with open doubts does not count, like a report that nobody confirmed.
    """
    found = TrainingHead.objects.seen_by(to).filter(
        year=year, passed=True, entered_sheet__in=sound_sheets(as_of)
    )
    return found if through is None else found.filter(done_date__lte=through)


@read_once
def standing_heads(
    *,
    to: Asker,
    year: int,
    through: date | None = None,
    as_of: int | None = None,
    by_town: bool = False,
) -> Mapping[tuple[str, str | None], Heads]:
    """(sub-item, town or None for the whole) -> people who passed, each counted once; one query."""
    names = ("sub_item", "town_id") if by_town else ("sub_item",)
    rows = (
        counting_heads(to=to, year=year, through=through, as_of=as_of)
        .order_by()
        .values_list(*names)
        .annotate(
            persons=Count("head_key", distinct=True),
            seats=Count("seat_key", distinct=True),
            lines=Count("pk"),
        )
    )
    return {
        (row[0], row[1] if by_town else None): Heads(*row[-3:])
        for row in rows
        if not by_town or row[1] is not None
    }


@read_once
def unplaced_heads(
    *, year: int, through: date | None = None, as_of: int | None = None
) -> frozenset[str]:
    """Sub-items whose rosters list people without saying of which town; one query."""
    house = Asker.system("whether rosters name towns is no secret; whom they list is not told")
    found = counting_heads(to=house, year=year, through=through, as_of=as_of)
    rows = found.filter(town=None).order_by().values_list("sub_item", flat=True)
    return frozenset(rows.distinct())


def latest_period(*, to: Asker, year: int) -> int | None:
    """The newest month with a report this asker may see."""
    found = ProgressReport.objects.seen_by(to).filter(Q(year=year))
    newest: int | None = found.aggregate(newest=Max("period"))["newest"]
    return newest


def monthly_totals(
    reports: Iterable[Report], *, sub_item: str, measure: str, town: str | None = None
) -> dict[int, Decimal]:
    """Month -> total reported for one measure by the county (or one town), from given reports."""
    return {
        report.period: report.total_done
        for report in reports
        if (report.sub_item, report.measure, report.town) == (sub_item, measure, town)
    }
