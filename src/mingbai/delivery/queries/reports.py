"""The records that count: confirmed where the rulebook asks for it, and not followed since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from mingbai.base.periods import period_of
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import (
    ClassAnswer,
    ClassDoubt,
    EnteredSheet,
    ProgressReport,
    ReportStep,
    TrainingHead,
)


@dataclass(frozen=True, slots=True)
class Report:
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


def counting_reports(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> ScopedQuerySet[ProgressReport]:
    """Reports that count up to a day, as known at a ledger entry."""
    found = ProgressReport.objects.seen_by(to).filter(year=year, entered_sheet__in=_counting(as_of))
    return found if through is None else found.filter(period__lte=period_of(through))


def standing_reports(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> tuple[Report, ...]:
    """Reports that count, by month; one query."""
    return _as_reports(counting_reports(to=to, year=year, through=through, as_of=as_of))


def newest_reports(*, to: Asker, year: int, sub_items: Iterable[str] = ()) -> tuple[Report, ...]:
    """Reports as last handed in, confirmed or not, of some sub-items or all; one query."""
    found = ProgressReport.objects.seen_by(to).filter(year=year, entered_sheet__in=newest_sheets())
    wanted = sorted(set(sub_items))
    return _as_reports(found.filter(sub_item__in=wanted) if wanted else found)


def waiting_reports(
    *, to: Asker, year: int, through: date, as_of: int | None = None
) -> tuple[Report, ...]:
    """Reports handed in that no checker has confirmed yet, by month; one query."""
    found = ProgressReport.objects.seen_by(to).filter(
        year=year,
        period__lte=period_of(through),
        entered_sheet__in=newest_sheets().filter(must_confirm=True, step__isnull=True),
    )
    return _as_reports(found if as_of is None else found.filter(act_id__lte=as_of))


def _as_reports(found: ScopedQuerySet[ProgressReport]) -> tuple[Report, ...]:
    rows: Iterable[Any] = found.order_by("period", "id").values_list(
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
    return tuple(Report(*row) for row in rows)


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


def standing_heads(
    *,
    to: Asker,
    year: int,
    through: date | None = None,
    as_of: int | None = None,
    by_town: bool = False,
) -> dict[tuple[str, str | None], Heads]:
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
