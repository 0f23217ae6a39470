"""How far each sub-item is, and which have reached the year's target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from mingbai.base.reading import read_once
from mingbai.base.scope import Asker
from mingbai.delivery.queries.reports import (
    Heads,
    Report,
    standing_heads,
    standing_reports,
    unplaced_heads,
)
from mingbai.programme.models import Measure, SubItem
from mingbai.programme.queries import shares, sub_items, targets

#: Where a measure's value comes from: the lead department's report, the sum of the towns' reports,
#: the training roster, or nothing yet; ``unplaced`` where a town asks and rosters name no town.
Basis = Literal["department", "towns", "roster", "unplaced", "none"]

_NOBODY = Heads(0, 0, 0)
_PERSON_UNITS = frozenset({"人", "名", "人次"})


@dataclass(frozen=True)
class MeasureStanding:
    """One measure: target, what was done, and the records that say so.

    ``target`` is the county's, or a town's own share when a town asks. ``reports`` are the reports
    added up (one for the department, one a town); ``heads`` the people counted from rosters.
    """

    measure: Measure
    target: Decimal | None
    done: Decimal | None
    period: int | None
    basis: Basis
    reports: tuple[Report, ...] = ()
    heads: Heads | None = None

    @cached_property
    def ratio(self) -> Fraction | None:
        """Done / target, may exceed 1; ``None`` without a target or before the first report."""
        if self.done is None or not self.target:
            return None
        return Fraction(self.done) / Fraction(self.target)


@dataclass(frozen=True)
class SubItemStanding:
    """One sub-item with all its measures; judged only by measures whose target is set."""

    sub_item: SubItem
    measures: tuple[MeasureStanding, ...]

    @cached_property
    def judged(self) -> tuple[MeasureStanding, ...]:
        """The measures that decide: those with a target above zero."""
        return tuple(
            m for m in self.measures if m.measure.target_state == "set" and m.target is not None
            and m.target > 0
        )  # fmt: skip

    @cached_property
    def deciding(self) -> MeasureStanding | None:
        """The measure furthest behind: a sub-item is as far as its slowest measure."""
        judged = self.judged
        if not judged:
            return None
        return min(judged, key=lambda m: (m.ratio is not None, m.ratio or Fraction(0)))

    @property
    def unplaced(self) -> bool:
        """Whether a town cannot be judged because the rosters do not say who is of which town."""
        return any(m.basis == "unplaced" for m in self.judged)

    @cached_property
    def ratio(self) -> Fraction | None:
        """Completion of the slowest measure; ``None`` when not judged or not yet reported."""
        return self.deciding.ratio if self.deciding else None

    @cached_property
    def completed(self) -> bool:
        """Whether every set target has been reached; never true without a target."""
        judged = self.judged
        return bool(judged) and all(m.ratio is not None and m.ratio >= 1 for m in judged)


@dataclass(frozen=True)
class CompletedSubItem:
    """A sub-item that reached the year's target, as a report lists it.

    ``whole_programme``: every sub-item of the programme is completed, so that a text may name the
    programme instead; one without a target never is. ``done`` and ``target`` are those of the
    slowest measure.
    """

    programme: str
    programme_name: str
    programme_summary_name: str
    local_number: int | None
    sub_item: str
    name: str
    summary_name: str
    listed_as: str
    kind: str
    measure: str
    unit: str
    done: Decimal
    target: Decimal
    ratio: Fraction
    whole_programme: bool
    siblings_count: int


@read_once
def standings(
    *, to: Asker, year: int, cutoff: date, as_of: int | None = None, programme: str | None = None
) -> tuple[SubItemStanding, ...]:
    """How far every sub-item this asker answers for is at a day; seven queries, whatever the size.

    Who sees all, and a department for its own sub-items, is shown the county's targets; a town its
    own shares and reports; other sub-items are left out. A town without anybody on a roster is not
    at zero while rosters list people of no town: nobody can tell whose they are.
    """
    items = sub_items(to=to, year=year, as_of=as_of, programme=programme)
    measures: dict[str, list[Measure]] = defaultdict(list)
    for measure in targets(to=to, year=year, as_of=as_of):
        measures[measure.sub_item.code].append(measure)
    reports: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in standing_reports(to=to, year=year, through=cutoff, as_of=as_of):
        reports[report.sub_item, report.measure].append(report)
    heads = standing_heads(to=to, year=year, through=cutoff, as_of=as_of)
    own = _own_shares(to, year, as_of, programme)
    unplaced = unplaced_heads(year=year, through=cutoff, as_of=as_of) if own else frozenset()
    found: list[SubItemStanding] = []
    for item in items:
        whole = to.sees_all or item.code in to.sub_items
        if not whole and not any((item.code, m.code) in own for m in measures[item.code]):
            continue
        parts = tuple(
            _measure_standing(
                item,
                measure,
                measure.target if whole else own.get((item.code, measure.code)),
                reports[item.code, measure.code],
                heads.get((item.code, None), _NOBODY)
                if _counts_heads(item, measure, measures)
                else None,
                unplaced=not whole and item.code in unplaced,
            )
            for measure in measures[item.code]
        )
        found.append(SubItemStanding(item, parts))
    return tuple(found)


def completed(
    *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> tuple[CompletedSubItem, ...]:
    """The sub-items that reached all their set targets by a day, in the order of the list."""
    return completed_of(standings(to=to, year=year, cutoff=cutoff, as_of=as_of))


def completed_of(found: tuple[SubItemStanding, ...]) -> tuple[CompletedSubItem, ...]:
    """Of these standings the completed ones, as a report lists them."""
    family: dict[str, list[SubItemStanding]] = defaultdict(list)
    for each in found:
        family[each.sub_item.programme.code].append(each)
    rows: list[CompletedSubItem] = []
    for each in found:
        deciding, ratio = each.deciding, each.ratio
        if not each.completed or deciding is None or ratio is None:
            continue
        item, programme = each.sub_item, each.sub_item.programme
        siblings = family[programme.code]
        rows.append(
            CompletedSubItem(
                programme=programme.code,
                programme_name=programme.name,
                programme_summary_name=programme.summary_name,
                local_number=programme.local_number,
                sub_item=item.code,
                name=item.name,
                summary_name=item.summary_name,
                listed_as=item.listed_as,
                kind=item.kind,
                measure=deciding.measure.code,
                unit=deciding.measure.unit,
                done=deciding.done or Decimal(0),
                target=deciding.target or Decimal(0),
                ratio=ratio,
                whole_programme=all(s.completed for s in siblings),
                siblings_count=len(siblings),
            )
        )
    return tuple(rows)


def _own_shares(
    to: Asker, year: int, as_of: int | None, programme: str | None
) -> Mapping[tuple[str, str], Decimal]:
    """(sub-item, measure) -> the asker's towns' share; empty for those who see the whole county."""
    if to.sees_all or not to.towns:
        return {}
    own: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for share in shares(to=to, year=year, as_of=as_of, programme=programme):
        if share.town_id in to.towns:
            own[share.measure.sub_item.code, share.measure.code] += share.share
    return own


def _counts_heads(item: SubItem, measure: Measure, measures: Mapping[str, list[Measure]]) -> bool:
    """Whether people on rosters are this measure's value: the first one counted in people."""
    if item.roster_kind != "training":
        return False
    counted = [m for m in measures[item.code] if m.unit in _PERSON_UNITS]
    return bool(counted) and counted[0].pk == measure.pk


def _measure_standing(
    item: SubItem,
    measure: Measure,
    target: Decimal | None,
    reports: list[Report],
    heads: Heads | None,
    *,
    unplaced: bool,
) -> MeasureStanding:
    if heads is not None and unplaced and not heads.lines:
        return MeasureStanding(measure, target, None, None, "unplaced")
    if heads is not None and (heads.lines or reports):
        # A table may claim people, but only those listed on a roster count.
        done = heads.counted_in(measure.unit)
        return MeasureStanding(measure, target, done, None, "roster", (), heads)
    lead = [r for r in reports if r.town is None]
    own = [r for r in lead if r.office_id == item.lead_office_id] or lead
    if own:
        newest = max(own, key=lambda r: (r.period, r.pk))
        return MeasureStanding(
            measure, target, newest.total_done, newest.period, "department", (newest,)
        )
    latest = newest_by_town(reports)
    if latest:
        total = sum((r.total_done for r in latest), Decimal(0))
        newest_period = max(r.period for r in latest)
        return MeasureStanding(measure, target, total, newest_period, "towns", latest)
    return MeasureStanding(measure, target, None, None, "none")


def newest_by_town(reports: list[Report]) -> tuple[Report, ...]:
    """Each town's newest report, by town."""
    newest: dict[str, Report] = {}
    for report in reports:
        if report.town is None:
            continue
        held = newest.get(report.town)
        if held is None or (report.period, report.pk) > (held.period, held.pk):
            newest[report.town] = report
    return tuple(newest[town] for town in sorted(newest))
