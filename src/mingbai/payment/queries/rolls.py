"""The printed list of a batch, village by village: each cell through the mask of its channel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.db.models import Count, F, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.engine.money import show_money
from mingbai.paper.masks import MASKS
from mingbai.payment.models import PaymentBatch, PaymentLine
from mingbai.payment.queries.members import members_of_lines
from mingbai.registry.models import Person
from mingbai.registry.queries.people import unseal_of
from mingbai.rulebook.model.channels import PostedColumn

_WHY: Final = "members of a household whose line the asker may already see"
#: What a payment line can show of itself; the other columns of a channel belong to the roster.
SHOWN: Final = ("name", "village", "amount")
_CHUNK: Final = 500


@dataclass(frozen=True)
class VillagePart:
    """What a batch pays into one village; 分."""

    town: str
    village: str
    line_count: int
    person_count: int
    amount: int


@dataclass(frozen=True)
class RollEntry:
    """One line of the list; ``cells`` and ``members`` are masked, ``amount`` is in 分."""

    line: Any
    village: str
    cells: tuple[str, ...]
    members: tuple[str, ...]
    amount: int


def columns_shown(columns: Iterable[PostedColumn]) -> tuple[PostedColumn, ...]:
    """Of a channel's columns those that a payment line has."""
    return tuple(each for each in columns if each.name in SHOWN)


def village_parts(*, to: Asker, batch: PaymentBatch) -> list[VillagePart]:
    """The villages of a batch that the asker may see, with their totals, by code."""
    rows = (
        _lines(to, batch)
        .order_by()
        .values("town", place=F("enrolment__village"))
        .annotate(lines=Count("pk"), people=Sum("person_times"), total=Sum("amount"))
        .order_by("town", "place")
    )
    return [
        VillagePart(row["town"], row["place"], row["lines"], row["people"], row["total"])
        for row in rows
    ]


def roll_entries(
    *,
    to: Asker,
    batch: PaymentBatch,
    columns: Sequence[PostedColumn],
    villages: dict[str, str],
    village: str | None = None,
) -> Iterator[RollEntry]:
    """Every line of a batch, or of one village of it, by town, village and as drawn.

    ``villages``: code -> name. A value that is not of its column's kind comes out as stars.
    """
    rows = _lines(to, batch)
    if village is not None:
        rows = rows.filter(enrolment__village=village)
    ordered = rows.select_related("person", "enrolment").order_by(
        "town", "enrolment__village", "id"
    )
    hides = next((each.mask for each in columns if each.name == "name"), "name_surname")
    lines = ordered.iterator(_CHUNK)
    while part := list(islice(lines, _CHUNK)):
        members = members_of_lines(line.pk for line in part)
        people = Person.objects.unscoped(_WHY).in_bulk(
            {one for each in members.values() for one in each}
        )
        for line in part:
            place = villages.get(line.enrolment.village, "")
            values = {
                "name": unseal_of(line.person, "name"),
                "village": place,
                "amount": show_money(line.amount),
            }
            yield RollEntry(
                line=line,
                village=place,
                cells=tuple(MASKS[each.mask].apply(values[each.name]).text for each in columns),
                members=tuple(
                    MASKS[hides].apply(unseal_of(people[one], "name")).text
                    for one in members.get(line.pk, ())
                ),
                amount=line.amount,
            )


def _lines(to: Asker, batch: PaymentBatch) -> ScopedQuerySet[PaymentLine]:
    return PaymentLine.objects.seen_by(to).filter(batch=batch)
