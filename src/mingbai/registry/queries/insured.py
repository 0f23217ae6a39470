"""Who takes part in an insurance in a year: by town, by person, and whose participation stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Participation, ParticipationStep, Person, RollEntry
from mingbai.registry.queries.names import town_names
from mingbai.registry.queries.people import ShownPerson, show_person
from mingbai.registry.queries.roots import records_of
from mingbai.rulebook.model import Book

_WHY: Final = "the newest step of a participation the asker may already see"
_CAUSES: Final = {"death": "死亡登记", "unlisted": "更正后的花名册不再列名"}


@dataclass(frozen=True)
class TownInsured:
    """One town: heads entered, and of these ended and held; the rest are in force."""

    town: str
    name: str
    entered: int
    ended: int
    held: int

    @property
    def in_force(self) -> int:
        return self.entered - self.ended


@dataclass(frozen=True)
class ShownStop:
    """One person whose participation ended or is held, masked, with the row that tells so."""

    person: ShownPerson
    step: ParticipationStep
    town: str
    cause: str


def newest_entry(*, to: Asker, year: int, sub_item: str) -> RollEntry | None:
    """The newest entering of a year's roll."""
    found = RollEntry.objects.seen_by(to).filter(year=year, sub_item=sub_item)
    return found.order_by("-id").first()


def insured_by_town(*, to: Asker, year: int, sub_item: str) -> list[TownInsured]:
    """The towns the asker may see; two queries that add up."""
    rows = Participation.objects.seen_by(to).filter(year=year, sub_item=sub_item)
    entered = rows.values("town").annotate(n=Count("id")).order_by("town")
    stopped = (
        stops_seen(to=to, year=year, sub_item=sub_item)
        .order_by()
        .values("participation__town")
        .annotate(
            ended=Count("id", filter=Q(step="ended")), held=Count("id", filter=Q(step="held"))
        )
    )
    by_town = {row["participation__town"]: row for row in stopped}
    nobody, names = {"ended": 0, "held": 0}, town_names()
    return [
        TownInsured(
            row["town"],
            names.get(row["town"], "未写明镇"),
            row["n"],
            by_town.get(row["town"], nobody)["ended"],
            by_town.get(row["town"], nobody)["held"],
        )
        for row in entered
    ]


def stops_seen(
    *, to: Asker, year: int, sub_item: str, step: str = "", town: str = ""
) -> ScopedQuerySet[Any]:
    """Newest steps that end or hold a participation, town by town."""
    found = newest_steps(to=to).filter(
        participation__year=year, participation__sub_item=sub_item, step__in=("ended", "held")
    )
    if step:
        found = found.filter(step=step)
    if town:
        found = found.filter(participation__town=town)
    return found.select_related("participation__person").order_by("participation__town", "id")


def newest_steps(*, to: Asker, as_of: int | None = None) -> ScopedQuerySet[Any]:
    """The newest step of each participation that has any, as known at an entry of the ledger."""
    later = ParticipationStep.objects.unscoped(_WHY).filter(
        participation=OuterRef("participation"), number__gt=OuterRef("number")
    )
    found = ParticipationStep.objects.seen_by(to)
    if as_of is not None:
        found, later = found.filter(act_id__lte=as_of), later.filter(act_id__lte=as_of)
    return found.exclude(Exists(later))


def taking_part(*, to: Asker, year: int, cutoff: date, as_of: int) -> ScopedQuerySet[Participation]:
    """Participations in force on a day: entered, and not ended by then."""
    ended = (
        newest_steps(to=to, as_of=as_of)
        .filter(step="ended")
        .filter(Q(event_date__isnull=True) | Q(event_date__lte=cutoff))
    )
    found = Participation.objects.seen_by(to).filter(year=year, act_id__lte=as_of)
    return found.exclude(pk__in=ended.values("participation"))


def show_stops(steps: Iterable[Any], *, book: Book, towns: dict[str, str]) -> list[ShownStop]:
    """Steps as a page may show them: the person masked, the cause in words."""
    return [
        ShownStop(
            show_person(step.participation.person),
            step,
            towns.get(step.participation.town, step.participation.town),
            cause_words(step.cause, book),
        )
        for step in steps
    ]


def cause_words(cause: str, book: Book) -> str:
    """What a step rests on, in Chinese: a list's name, or what no list says."""
    if cause in _CAUSES or not cause:
        return _CAUSES.get(cause, "")
    return book.roster(cause).name


def participations_of(person: Person, *, to: Asker) -> list[Participation]:
    """What a person took part in, the newest year first; each with ``newest``, its last step."""
    found = Participation.objects.seen_by(to).filter(person__in=records_of(person.pk))
    listed = list(found.order_by("-year", "id"))
    steps = {
        each.participation_id: each
        for each in newest_steps(to=to).filter(participation__in=[each.pk for each in listed])
    }
    for each in listed:
        each.newest = steps.get(each.pk)  # type: ignore[attr-defined]
    return listed
