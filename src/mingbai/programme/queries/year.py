"""Reading the year's list in force, now or as of a ledger entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet, Subquery, Sum

from mingbai.base.models import Division
from mingbai.base.reading import read_once
from mingbai.base.scope import Asker
from mingbai.programme.models import (
    Measure,
    Programme,
    ProgrammeYear,
    SchedulePoint,
    SubItem,
    TownShare,
)

#: Statuses of the programmes that the county carries out.
APPLICABLE = (Programme.Status.OWN, Programme.Status.ADDED)


@dataclass(frozen=True)
class Unbalanced:
    """A target whose town shares do not add up to it."""

    sub_item: str
    measure: str
    target: Decimal | None
    shared: Decimal


def _in_force(year: int, as_of: int | None) -> Subquery:
    versions = ProgrammeYear.objects.unscoped("which version is in force is no secret")
    versions = versions.filter(year=year)
    if as_of is not None:
        versions = versions.filter(act_id__lte=as_of)
    return Subquery(versions.order_by("-act_id").values("pk")[:1])


@read_once
def adopted_years(*, to: Asker) -> tuple[int, ...]:
    """The years whose list has been adopted, newest first."""
    found = ProgrammeYear.objects.seen_by(to).order_by("-year").values_list("year", flat=True)
    return tuple(dict.fromkeys(found))


@read_once
def programme_year(*, to: Asker, year: int, as_of: int | None = None) -> ProgrammeYear | None:
    """The version of the year's list in force; ``None`` before its first adoption."""
    return ProgrammeYear.objects.seen_by(to).filter(pk=_in_force(year, as_of)).first()


@read_once
def programmes(
    *, to: Asker, year: int, as_of: int | None = None, every: bool = False
) -> tuple[Programme, ...]:
    """The programmes the county carries out, in its own order; ``every`` adds the rest."""
    found = Programme.objects.seen_by(to).filter(programme_year=_in_force(year, as_of))
    if not every:
        found = found.filter(status__in=APPLICABLE)
    return tuple(
        found.select_related("lead_office").order_by(
            F("local_number").asc(nulls_last=True), F("number").asc(nulls_last=True), "id"
        )
    )


@read_once
def sub_items(
    *, to: Asker, year: int, as_of: int | None = None, programme: str | None = None
) -> tuple[SubItem, ...]:
    """The sub-items of the year's applicable programmes, in the order of the list."""
    found = SubItem.objects.seen_by(to).filter(
        programme__programme_year=_in_force(year, as_of), programme__status__in=APPLICABLE
    )
    if programme is not None:
        found = found.filter(programme__code=programme)
    return tuple(
        found.select_related("programme", "programme__lead_office", "lead_office").order_by(
            F("programme__local_number").asc(nulls_last=True),
            F("programme__number").asc(nulls_last=True),
            "programme_id",
            "position",
        )
    )


@read_once
def sub_item_codes(*, to: Asker, year: int) -> frozenset[str]:
    """Codes of the year's applicable sub-items, to hold what others hand in against."""
    found = SubItem.objects.seen_by(to).filter(
        programme__programme_year=_in_force(year, None), programme__status__in=APPLICABLE
    )
    return frozenset(found.order_by().values_list("code", flat=True))


@read_once
def targets(
    *, to: Asker, year: int, as_of: int | None = None, sub_item: str | None = None
) -> tuple[Measure, ...]:
    """The measures of the year's applicable sub-items with their targets."""
    found = Measure.objects.seen_by(to).filter(
        sub_item__programme__programme_year=_in_force(year, as_of),
        sub_item__programme__status__in=APPLICABLE,
    )
    if sub_item is not None:
        found = found.filter(sub_item__code=sub_item)
    return tuple(found.select_related("sub_item").order_by("sub_item_id", "position"))


def _shares(to: Asker, year: int, as_of: int | None) -> QuerySet[TownShare]:
    return TownShare.objects.seen_by(to).filter(
        measure__sub_item__programme__programme_year=_in_force(year, as_of),
        measure__sub_item__programme__status__in=APPLICABLE,
    )


@read_once
def shares(
    *,
    to: Asker,
    year: int,
    as_of: int | None = None,
    programme: str | None = None,
    sub_item: str | None = None,
) -> tuple[TownShare, ...]:
    """The towns' parts of the targets that this asker may see."""
    found = _shares(to, year, as_of)
    if programme is not None:
        found = found.filter(measure__sub_item__programme__code=programme)
    if sub_item is not None:
        found = found.filter(measure__sub_item__code=sub_item)
    parts = tuple(found.order_by("measure_id", "town_id"))
    # A few towns and measures stand behind hundreds of parts: each is read once, not joined.
    measures = {each.pk: each for each in targets(to=to, year=year, as_of=as_of)} if parts else {}
    names = Division.objects.seen_by(to).in_bulk({part.town_id for part in parts})
    for part in parts:
        part.measure, part.town = measures[part.measure_id], names[part.town_id]
    return parts


@read_once
def planned_ratios(
    *, to: Asker, year: int, period: int, as_of: int | None = None
) -> Mapping[str, Decimal]:
    """Sub-item code -> ratio of the year's target due by the end of that month."""
    found = SchedulePoint.objects.seen_by(to).filter(
        period=period, sub_item__programme__programme_year=_in_force(year, as_of)
    )
    return dict(found.values_list("sub_item__code", "planned_ratio"))


@read_once
def planned_curves(
    *, to: Asker, year: int, programme: str | None = None
) -> Mapping[str, tuple[tuple[int, Decimal], ...]]:
    """Sub-item code -> the year's schedule: (month, ratio due by its end) twelve times."""
    found = SchedulePoint.objects.seen_by(to).filter(
        sub_item__programme__programme_year=_in_force(year, None)
    )
    if programme is not None:
        found = found.filter(sub_item__programme__code=programme)
    curves: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    rows = found.order_by("sub_item_id", "period")
    for code, period, ratio in rows.values_list("sub_item__code", "period", "planned_ratio"):
        curves[code].append((period, ratio))
    return {code: tuple(points) for code, points in curves.items()}


def unbalanced_shares(*, to: Asker, year: int) -> tuple[Unbalanced, ...]:
    """Targets whose town shares do not add up to them; empty when all is well.

    Adoption refuses such a book, so a row here means that the database was changed by other means.
    Only for askers who see every town: a part of the shares never adds up.
    """
    found = (
        _shares(to, year, None)
        .values("measure__sub_item__code", "measure__code", "measure__target")
        .annotate(shared=Sum("share"))
        .order_by("measure__sub_item__code", "measure__code")
    )
    return tuple(
        Unbalanced(
            row["measure__sub_item__code"],
            row["measure__code"],
            row["measure__target"],
            row["shared"],
        )
        for row in found
        if row["shared"] != row["measure__target"]
    )
