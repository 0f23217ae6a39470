"""What reports are held against: earlier reports, targets, people enrolled and taught, money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Sum

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.models import ProgressReport
from mingbai.delivery.queries.reports import Heads, counting_heads, newest_reports
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import standing_entries
from mingbai.programme.models import Measure
from mingbai.programme.queries import shares, targets
from mingbai.registry.models import Enrolment

_HOUSE: Final = Asker.system("a report is held against the whole county's books")
_PERSON_UNITS: Final = frozenset({"人", "名", "户", "人次"})
_NOBODY: Final = Heads(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """What a report is about: a measure of the county (no town) or of a town."""

    sub_item: str
    measure: str
    town: str | None


@dataclass(frozen=True)
class Grounds:
    """Everything some reports are held against, loaded at once."""

    measures: Mapping[tuple[str, str], Measure]
    first_counted: Mapping[str, int]
    shares: Mapping[tuple[str, str], Mapping[str, Decimal]]
    totals: Mapping[tuple[int, Place], Mapping[int, Decimal]]
    by_town: Mapping[tuple[str, str], Mapping[str, Mapping[int, Decimal]]]
    people: Mapping[tuple[str, str], Mapping[int, int]]
    heads: Mapping[int, Mapping[tuple[str, str | None], Heads]]
    money: Mapping[str, Mapping[int, int]]

    def before(self, report: ProgressReport) -> Decimal | None:
        """The newest total the same office handed in for an earlier month."""
        place = Place(report.sub_item, report.measure, report.town_id)
        by_month = self.totals.get((report.office_id, place), {})
        earlier = [month for month in by_month if month < report.period]
        return by_month[max(earlier)] if earlier else None

    def target(self, measure: Measure, town: str | None) -> Decimal | None:
        """The county's target, or a town's share."""
        if town is None:
            return measure.target
        return self.shares.get((measure.sub_item.code, measure.code), {}).get(town)

    def towns_total(self, place: Place, period: int) -> Decimal | None:
        """The towns' sum for the month; ``None`` until each town with a share has reported it."""
        key = (place.sub_item, place.measure)
        asked = [town for town, share in self.shares.get(key, {}).items() if share]
        said = self.by_town.get(key, {})
        if not asked or any(period not in said.get(town, {}) for town in asked):
            return None
        return sum((said[town][period] for town in said if period in said[town]), Decimal(0))

    def _is_first_counted(self, measure: Measure) -> bool:
        return self.first_counted.get(measure.sub_item.code) == measure.pk

    def counts_heads(self, measure: Measure) -> bool:
        """Whether rosters of people taught stand behind this measure."""
        return measure.sub_item.roster_kind == "training" and self._is_first_counted(measure)

    def counts_people(self, measure: Measure) -> bool:
        """Whether people enrolled stand behind this measure."""
        item = measure.sub_item
        paid = item.roster_kind == "subsidy" and item.kind == "subsidy"
        return paid and self._is_first_counted(measure)

    def taught(self, measure: Measure, town: str | None, period: int) -> Decimal | None:
        """People on rosters who passed by the month's end; ``None`` where rosters name no town."""
        by_place = self.heads.get(period, {})
        code = measure.sub_item.code
        if town is not None and (code, town) not in by_place:
            return None
        return by_place.get((code, town), _NOBODY).counted_in(measure.unit)

    def enrolled(self, place: Place, period: int) -> Decimal:
        """People enrolled at any time up to the month, in the county or the town."""
        return Decimal(
            sum(
                count
                for (sub_item, town), by_month in self.people.items()
                if sub_item == place.sub_item and place.town in (None, town)
                for month, count in by_month.items()
                if month <= period
            )
        )

    def released(self, sub_item: str, period: int) -> Decimal:
        """Money released by the month's end, in 元."""
        by_month = self.money.get(sub_item, {})
        return Decimal(sum(fen for month, fen in by_month.items() if month <= period)) / 100


def load_grounds(year: int, reports: Iterable[ProgressReport]) -> Grounds:
    """Load it for these reports: eight queries, whatever the number of reports."""
    given = list(reports)
    items = sorted({each.sub_item for each in given})
    first: dict[str, int] = {}
    measures: dict[tuple[str, str], Measure] = {}
    for measure in targets(to=_HOUSE, year=year):
        measures[measure.sub_item.code, measure.code] = measure
        if measure.unit in _PERSON_UNITS:
            first.setdefault(measure.sub_item.code, measure.pk)
    parts: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for share in shares(to=_HOUSE, year=year):
        parts[share.measure.sub_item.code, share.measure.code][share.town_id] = share.share
    totals: dict[tuple[int, Place], dict[int, Decimal]] = defaultdict(dict)
    by_town: dict[tuple[str, str], dict[str, dict[int, Decimal]]] = defaultdict(dict)
    for said in newest_reports(to=_HOUSE, year=year, sub_items=items):
        place = Place(said.sub_item, said.measure, said.town)
        totals[said.office_id, place][said.period] = said.total_done
        if said.town is not None:
            of_town = by_town[said.sub_item, said.measure].setdefault(said.town, {})
            of_town[said.period] = said.total_done
    return Grounds(
        measures=measures,
        first_counted=first,
        shares=parts,
        totals=totals,
        by_town=by_town,
        people=_people(items),
        heads=_heads(year, given, measures),
        money=_money(year, items),
    )


def _people(items: list[str]) -> dict[tuple[str, str], dict[int, int]]:
    """(sub-item, town) -> month -> people enrolled for the first time in it."""
    why = "how many are enrolled is asked, not who"
    earlier = Enrolment.objects.unscoped(why).filter(
        person=OuterRef("person"), sub_item=OuterRef("sub_item"), pk__lt=OuterRef("pk")
    )
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    rows = (
        Enrolment.objects.unscoped(why)
        .filter(~Exists(earlier), sub_item__in=items)
        .order_by()
        .values_list("sub_item", "town", "since_period")
        .annotate(people=Count("pk"))
    )
    for sub_item, town, period, people in rows:
        found[sub_item, town][period] = people
    return found


def _heads(
    year: int, reports: list[ProgressReport], measures: Mapping[tuple[str, str], Measure]
) -> dict[int, dict[tuple[str, str | None], Heads]]:
    """Month -> (sub-item, town or None) -> people taught by its end; one query."""
    asked = {
        each.period
        for each in reports
        if (measure := measures.get((each.sub_item, each.measure))) is not None
        and measure.sub_item.roster_kind == "training"
    }
    if not asked:
        return {}
    items = {each.sub_item for each in reports}
    told = ("sub_item", "town_id", "head_key", "seat_key", "done_date")
    taught = counting_heads(to=_HOUSE, year=year, through=month_end(max(asked)))
    rows = list(taught.filter(sub_item__in=items).order_by().values_list(*told))
    return {period: _by_place(rows, month_end(period)) for period in asked}


def _by_place(
    rows: Iterable[tuple[Any, ...]], through: date
) -> dict[tuple[str, str | None], Heads]:
    """People, seats and lines of each sub-item, as a whole and by town, up to a day."""
    people: dict[tuple[str, str | None], set[bytes]] = defaultdict(set)
    seats: dict[tuple[str, str | None], set[bytes]] = defaultdict(set)
    lines: Counter[tuple[str, str | None]] = Counter()
    for sub_item, town, person, seat, day in rows:
        if day <= through:
            for place in {(sub_item, None), (sub_item, town)}:
                people[place].add(bytes(person))
                seats[place].add(bytes(seat))
                lines[place] += 1
    return {place: Heads(len(people[place]), len(seats[place]), lines[place]) for place in lines}


def _money(year: int, items: list[str]) -> dict[str, dict[int, int]]:
    """Sub-item -> month -> money released in it, in 分."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    rows = (
        standing_entries(to=_HOUSE, year=year)
        .filter(sub_item__in=items, kind=FundEntry.Kind.RELEASE)
        .order_by()
        .values_list("sub_item", "period")
        .annotate(fen=Sum("amount"))
    )
    for sub_item, period, fen in rows:
        found[sub_item][period] = int(fen)
    return found
