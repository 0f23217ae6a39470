"""Who lags in a month: every sub-item of the county and every town's part, by the book's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from mingbai.base.models import Office
from mingbai.base.periods import month_end
from mingbai.base.reading import reading
from mingbai.base.scope import Asker
from mingbai.delivery.models import UpperMean
from mingbai.delivery.queries.lights import Light, lights
from mingbai.delivery.queries.reports import (
    Heads,
    Report,
    standing_heads,
    standing_reports,
    unplaced_heads,
    waiting_reports,
)
from mingbai.delivery.queries.standing import MeasureStanding, newest_by_town, standings
from mingbai.engine.schedule import LagVerdict, Reach, find_lags
from mingbai.programme.models import SubItem, TownShare
from mingbai.programme.queries import shares
from mingbai.rulebook.model import LagRule

_HOUSE = Asker.system("means and places need everybody's numbers; each is told only its own rows")

Key = tuple[str, str | None]


@dataclass(frozen=True)
class Judged:
    """One sub-item, or one town's part of it (``town``), with what the rules say of it.

    ``deciding`` is the slowest measure: for a town its own share, reports and people; ``before``
    the ratio a month ago. ``office`` answers for it: the lead department, or the town.
    ``unchecked``: this month's report is here and waits for a checker; it is not silence.
    """

    sub_item: SubItem
    town: str | None
    town_name: str
    office: Office
    deciding: MeasureStanding | None
    planned: Decimal | None
    actual: Fraction | None
    before: Fraction | None
    upper: Fraction | None
    verdict: LagVerdict[Key]
    unchecked: bool = False

    @property
    def gap(self) -> Fraction | None:
        """Actual less planned as a ratio."""
        if self.actual is None or self.planned is None:
            return None
        return self.actual - Fraction(self.planned)

    @property
    def key(self) -> Key:
        return self.sub_item.code, self.town


@dataclass(frozen=True)
class _Subject:
    """One to be judged, before the rules are asked."""

    sub_item: SubItem
    share: TownShare | None
    deciding: MeasureStanding | None
    planned: Decimal | None
    before: Fraction | None
    silent: bool
    waiting: bool
    unchecked: bool = False


def judge_progress(
    *, to: Asker, year: int, period: int, rules: Sequence[LagRule], as_of: int | None = None
) -> tuple[Judged, ...]:
    """What the rules say at the end of a month, worst first; about thirty queries at any size.

    All of the county is judged, since means and places compare; told are the sub-items that the
    asker leads with all their towns, and a town's own parts.
    """
    with reading():
        found = lights(to=_HOUSE, year=year, period=period, as_of=as_of)
        given = [*_whole(found, year, period, as_of), *_parts(found, year, period, as_of)]
        unchecked = _unchecked(year, period, as_of)
    subjects = [_looked_at(each, unchecked) for each in given]
    upper = upper_means(to=_HOUSE, year=year, period=period, as_of=as_of)
    specs = [spec for rule in rules if (spec := rule.spec(period % 100)) is not None]
    verdicts = find_lags([_reach(each, rules, upper) for each in subjects], specs)
    offices = _town_offices()
    told = [
        _judged(subject, verdict, upper, offices)
        for subject, verdict in zip(subjects, verdicts, strict=True)
        if _may_see(to, subject)
    ]
    return tuple(sorted(told, key=_urgency))


def _unchecked(year: int, period: int, as_of: int | None) -> frozenset[Key]:
    """Whose report of the month waits for a checker, with none that counts; two queries."""
    through = month_end(period)
    waiting = waiting_reports(to=_HOUSE, year=year, through=through, as_of=as_of)
    counting = standing_reports(to=_HOUSE, year=year, through=through, as_of=as_of)
    here = {(each.sub_item, each.town) for each in waiting if each.period == period}
    return frozenset(here - {(e.sub_item, e.town) for e in counting if e.period == period})


def _looked_at(subject: _Subject, unchecked: frozenset[Key]) -> _Subject:
    """A report nobody has checked is neither silence nor a reason to judge by old numbers."""
    item, share = subject.sub_item.code, subject.share
    by_towns = subject.deciding is not None and subject.deciding.basis == "towns"
    waits = (item, share.town_id if share else None) in unchecked or (
        share is None
        and (by_towns or subject.silent)
        and any(code == item and town is not None for code, town in unchecked)
    )
    return replace(subject, silent=True, unchecked=True) if waits else subject


def upper_means(
    *, to: Asker, year: int, period: int, as_of: int | None = None
) -> Mapping[str, UpperMean]:
    """Sub-item -> the mean that the level above gave for a month, as entered last; one query."""
    found = UpperMean.objects.seen_by(to).filter(year=year, period=period)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    return {each.sub_item: each for each in found.order_by("id")}


def _urgency(each: Judged) -> tuple[int, int, Fraction]:
    states = ("lagging", "silent", "on_time", "waiting", "done")
    red = each.verdict.severity == "red"
    return states.index(each.verdict.state), 0 if red else 1, each.gap or Fraction(0)


def _may_see(to: Asker, subject: _Subject) -> bool:
    own_town = subject.share is not None and subject.share.town_id in to.towns
    return to.sees_all or subject.sub_item.code in to.sub_items or own_town


def _reach(
    subject: _Subject, rules: Sequence[LagRule], upper: Mapping[str, UpperMean]
) -> Reach[Key]:
    item, share = subject.sub_item, subject.share
    among = "towns" if share else "sub_items"
    mean = upper.get(item.code) if share is None else None
    return Reach(
        key=(item.code, share.town_id if share else None),
        group=item.code if share else "sub_items",
        rules=frozenset(
            rule.code
            for rule in rules
            if rule.among == among and rule.applies_to(item.code, item.kind)
        ),
        actual=subject.deciding.ratio if subject.deciding else None,
        planned=None if subject.planned is None else Fraction(subject.planned),
        before=subject.before,
        upper=Fraction(mean.ratio) if mean else None,
        silent=subject.silent,
        waiting=subject.waiting,
    )


def _judged(
    subject: _Subject,
    verdict: LagVerdict[Key],
    upper: Mapping[str, UpperMean],
    offices: Mapping[str, Office],
) -> Judged:
    item, share = subject.sub_item, subject.share
    mean = upper.get(item.code) if share is None else None
    lead = item.lead_office
    return Judged(
        sub_item=item,
        town=share.town_id if share else None,
        town_name=share.town.name if share else "",
        office=offices.get(share.town_id, lead) if share else lead,
        deciding=subject.deciding,
        planned=subject.planned,
        actual=subject.deciding.ratio if subject.deciding else None,
        before=subject.before,
        upper=Fraction(mean.ratio) if mean else None,
        verdict=verdict,
        unchecked=subject.unchecked,
    )


def _town_offices() -> Mapping[str, Office]:
    """Town -> its government."""
    found = Office.objects.unscoped("which office answers for which town is public")
    towns = found.filter(kind=Office.Kind.TOWN, valid_to=None, division__isnull=False)
    return {each.division_id or "": each for each in towns.order_by("-code")}


# --- whole sub-items -------------------------------------------------------------------------


def _whole(found: Sequence[Light], year: int, period: int, as_of: int | None) -> Iterable[_Subject]:
    before = {}
    if period % 100 > 1:
        earlier = standings(to=_HOUSE, year=year, cutoff=month_end(period - 1), as_of=as_of)
        before = {each.sub_item.code: each.ratio for each in earlier}
    for light in found:
        standing = light.standing
        yield _Subject(
            light.sub_item,
            None,
            standing.deciding,
            light.planned,
            before.get(light.sub_item.code),
            light.silent,
            not standing.judged,
        )


# --- towns' parts ----------------------------------------------------------------------------


def _parts(found: Sequence[Light], year: int, period: int, as_of: int | None) -> Iterable[_Subject]:
    """Towns are judged where towns report or rosters count; else the department speaks for all."""
    through = month_end(period)
    by_town: dict[Key, list[TownShare]] = defaultdict(list)
    for share in shares(to=_HOUSE, year=year, as_of=as_of):
        if share.share > 0:
            by_town[share.measure.sub_item.code, share.town_id].append(share)
    reports: dict[Key, list[Report]] = defaultdict(list)
    asked: set[str] = set()
    for report in standing_reports(to=_HOUSE, year=year, through=through, as_of=as_of):
        if report.town is not None:
            reports[report.sub_item, report.town].append(report)
            asked.add(report.sub_item)
    heads = standing_heads(to=_HOUSE, year=year, through=through, as_of=as_of, by_town=True)
    unplaced = unplaced_heads(year=year, through=through, as_of=as_of)
    known = {light.sub_item.code: light for light in found}
    for (code, town), held in sorted(by_town.items(), key=lambda pair: pair[0]):
        light = known.get(code)
        if light is None or not light.standing.judged:
            continue
        rosters = any(part.basis == "roster" for part in light.standing.judged)
        if code in asked or rosters:
            people = heads.get((code, town))
            nobody = rosters and people is None and code in unplaced
            yield _part(light, held, reports[code, town], people, period, nobody=nobody)


def _part(
    light: Light,
    held: Sequence[TownShare],
    reports: list[Report],
    people: Heads | None,
    period: int,
    *,
    nobody: bool,
) -> _Subject:
    judged = {part.measure.pk: part for part in light.standing.judged}
    counted = [
        _town_standing(judged[share.measure_id], share, reports, people)
        for share in held
        if share.measure_id in judged
    ]
    deciding = min(
        counted, key=lambda part: (part.ratio is not None, part.ratio or Fraction(0)), default=None
    )
    by_roster = deciding is not None and deciding.basis == "roster"
    spoke = any(report.period == period for report in reports)
    return _Subject(
        light.sub_item,
        held[0],
        deciding,
        light.planned,
        None if by_roster else _before(judged, held, reports, period),
        light.silent if by_roster else not spoke,
        deciding is None or nobody,
    )


def _town_standing(
    whole: MeasureStanding, share: TownShare, reports: list[Report], people: Heads | None
) -> MeasureStanding:
    """The measure as this town stands in it: its own share, and its own newest report or people."""
    measure = whole.measure
    if whole.basis == "roster":
        done = Decimal(0) if people is None else people.counted_in(measure.unit)
        return MeasureStanding(measure, share.share, done, None, "roster", (), people)
    own = newest_by_town([each for each in reports if each.measure == measure.code])
    if not own:
        return MeasureStanding(measure, share.share, None, None, "none")
    return MeasureStanding(measure, share.share, own[0].total_done, own[0].period, "towns", own)


def _before(
    judged: Mapping[int, MeasureStanding],
    held: Sequence[TownShare],
    reports: list[Report],
    period: int,
) -> Fraction | None:
    """How far the town was a month ago, by its slowest measure; unknown before all had reports."""
    earlier = [report for report in reports if report.period < period]
    ratios = [
        _town_standing(judged[share.measure_id], share, earlier, None).ratio
        for share in held
        if share.measure_id in judged
    ]
    known = [ratio for ratio in ratios if ratio is not None]
    return min(known) if known and len(known) == len(ratios) else None
