"""Households as rosters tell them: who stands under the same head in the same village."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db import transaction

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.base.secrets import blind, seal
from mingbai.registry.models import HEAD, Household, HouseholdMember
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.roots import root_ids
from mingbai.registry.queries.rows import ORIGIN, live_rows, village_codes
from mingbai.rulebook.relations import relation_code

_WHY: Final = "households are formed from every roster"
_COLUMNS: Final = ("id_key", "name", "town", "village", "head_name", "household_number", "relation")
_KINDS: Final = ("insured", "subsidy", "list")
_MEMBER: Final = (
    "household_id",
    "person_id",
    "relation",
    "guardian_id",
    "end_reason",
    *ORIGIN,
    "act_id",
)
_Group = tuple[str, str, str]


@dataclass(frozen=True)
class FormingReport:
    """How many households and members were written, and how many groups were not, by cause:
    ``no_head`` (no row of the head, nobody to hang the others on), ``two_heads`` (two people of
    that name in the village).
    """

    household_count: int
    member_count: int
    left_out: dict[str, int] = field(default_factory=dict)


def form_households(*, year: int, by: User | None, at: datetime) -> FormingReport:
    """Write the households that the year's rosters and household tables tell.

    Rows with the same household number belong together; without one, those of a village that name
    the same head. Whoever belongs to a household already stays there: running again adds only who
    is new, and nobody is taken out. The relation is the roster's where it names one.
    """
    to = Asker.system(_WHY)
    frames = [live_rows(to=to, year=year, kind=kind, columns=_COLUMNS) for kind in _KINDS]
    rows = pl.concat(frames).filter(
        pl.col("id_key").is_not_null()
        & (pl.col("head_name").is_not_null() | pl.col("household_number").is_not_null())
    )
    with transaction.atomic():
        act = record_act(
            "form_households", by=by, at=at, subject=f"year:{year}", payload={"rows": rows.height}
        )
        return _form(rows, act)


def _form(rows: pl.DataFrame, act: Act) -> FormingReport:
    first = rows.unique("id_key", keep="first", maintain_order=True)
    people, roots = person_ids(first["id_key"].to_list()), root_ids()
    codes = village_codes()
    groups: dict[_Group, list[dict[str, Any]]] = defaultdict(list)
    for row in first.iter_rows(named=True):
        person = people.get(row["id_key"])
        if person is None:
            continue
        text = row["village"] or ""
        place = text if text.isdigit() else codes.get((row["town"], text), "")
        row["person"], row["place"] = roots.get(person, person), place
        # Without a village two heads of one name in a town could not be told apart.
        if row["household_number"]:
            groups["number", row["town"], row["household_number"]].append(row)
        elif place:
            groups["head", place, row["head_name"]].append(row)
    members = HouseholdMember.objects.unscoped(_WHY).filter(ended_act=None)
    homes = dict(members.values_list("person_id", "household_id"))
    heads = dict(members.filter(relation=HEAD).values_list("household_id", "person_id"))
    return _write(groups, homes, heads, act)


def _write(
    groups: dict[_Group, list[dict[str, Any]]],
    homes: dict[int, int],
    heads: dict[int, int],
    act: Act,
) -> FormingReport:
    left: Counter[str] = Counter()
    joined: list[tuple[Any, ...]] = []
    founded = 0
    for (told, _, word), rows in groups.items():
        head, why = _head(rows, homes, heads)
        if head is None:
            left[why] += 1
            continue
        household = homes.get(head["person"])
        if household is None:
            founded += 1
            household = _found(head, word if told == "number" else "", founded, act)
            homes[head["person"]] = household
            joined.append(_member(household, head, HEAD, act))
        for row in rows:
            if row["person"] not in homes:
                homes[row["person"]] = household
                code = relation_code(row["relation"] or "")
                joined.append(_member(household, row, "" if code == HEAD else code, act))
    insert_rows(HouseholdMember, _MEMBER, joined)
    return FormingReport(founded, len(joined), dict(left))


def _head(
    rows: Sequence[dict[str, Any]], homes: dict[int, int], heads: dict[int, int]
) -> tuple[dict[str, Any] | None, str]:
    """The row of the head: who is said to be, or bears the head's name."""
    found = [row for row in rows if relation_code(row["relation"] or "") == HEAD] or [
        row for row in rows if row["name"] and row["name"] == row["head_name"]
    ]
    own = [row for row in found if heads.get(homes.get(row["person"], 0)) == row["person"]]
    free = own or [row for row in found if row["person"] not in homes]
    if len(free) == 1:
        return free[0], ""
    return None, "two_heads" if len(free) > 1 else "no_head"


def _member(household: int, row: dict[str, Any], relation: str, act: Act) -> tuple[Any, ...]:
    return (household, row["person"], relation, None, "", *(row[name] for name in ORIGIN), act.pk)


def _found(head: dict[str, Any], book: str, place: int, act: Act) -> int:
    number = f"{head['town']}-{act.pk}-{place}"
    made = Household.objects.create(
        number=number,
        town=head["town"],
        village=head["place"],
        book_sealed=seal("household.book", book, number.encode()) if book else None,
        book_key=blind("household", f"{book}|{head['town']}") if book else None,
        act=act,
        **{name: head[name] for name in ORIGIN},
    )
    return int(made.pk)
