"""Finding records that may be one person: the matching engine looks at everybody at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from django.db import transaction
from django.db.models import OuterRef, Subquery

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.secrets import unseal
from mingbai.engine.match import CannotMatch, MatchResult, match
from mingbai.registry.models import Enrolment, MergeCandidate, Person
from mingbai.registry.queries.roots import root_ids

_WHY: Final = "the engine compares every record with every other"
#: Verdicts that say two records may be one person.
_CASES: Final = ("two_ids", "one_person", "doubtful")
#: A pair less likely than this is not worth a clerk's look.
_FLOOR: Final = 0.5
_MOST: Final = 5_000


def find_same_people(*, by: User | None, at: datetime) -> int:
    """Compare all records by name, number, birth, phone, account and village; keep likely pairs.

    Pairs found before, and records merged already, are not told again. A candidate carries the
    engine's reasons in words without values. Nothing is merged: people decide. Returns how many
    are new. Memory: the clear values of every record, for the time of the run.
    """
    rows = list(_records())
    with transaction.atomic():
        act = record_act(
            "find_same_people", by=by, at=at, subject="people", payload={"records": len(rows)}
        )
        pairs = _pairs(rows) if len(rows) > 1 else []
        known = set(MergeCandidate.objects.unscoped(_WHY).values_list("first_id", "second_id"))
        fresh = [pair for pair in pairs if pair[:2] not in known]
        found = ((*pair, at, act.pk) for pair in fresh)
        columns = ("first_id", "second_id", "case", "chance", "told", "found_at", "act_id")
        MergeCandidate.objects.bulk_create(
            MergeCandidate(**dict(zip(columns, each, strict=True))) for each in found
        )
        return len(fresh)


def _records() -> Iterable[dict[str, Any]]:
    """Every record that stands for itself, in clear."""
    merged = root_ids()
    account = Enrolment.objects.unscoped(_WHY).filter(
        person=OuterRef("pk"), account_sealed__isnull=False
    )
    people = Person.objects.unscoped(_WHY).annotate(
        account=Subquery(account.order_by("-pk").values("account_sealed")[:1])
    )
    columns = (
        "pk", "id_key", "id_sealed", "name_sealed", "phone_sealed", "account", "birth_date", "sex",
        "village",
    )  # fmt: skip
    for row in people.order_by("pk").values_list(*columns).iterator(20_000):
        pk, key, number, name, phone, account_sealed, born, sex, village = row
        if pk in merged:
            continue
        anchor = bytes(key)
        yield {
            "person": pk,
            "name": unseal("person.name", bytes(name), anchor) or None,
            "id_number": unseal("person.id_number", bytes(number), anchor) or None,
            "phone": unseal("person.phone", bytes(phone), anchor) if phone else None,
            "account": (
                unseal("enrolment.account", bytes(account_sealed), anchor)
                if account_sealed
                else None
            ),
            "birth_date": born,
            "sex": sex,
            "village": village or None,
        }


def _pairs(rows: list[dict[str, Any]]) -> list[tuple[int, int, str, int, list[str]]]:
    """(first, second, case, chance of 10,000, reasons) of the likely pairs, the likeliest first."""
    types = {
        "name": pa.string(), "id_number": pa.string(), "phone": pa.string(),
        "account": pa.string(), "birth_date": pa.date32(), "sex": pa.int8(),
        "village": pa.string(),
    }  # fmt: skip
    columns = {
        name: pa.array([each[name] for each in rows], kind)
        for name, kind in types.items()
        if any(each[name] is not None for each in rows)
    }
    try:
        result = match(pa.table(columns))
    except CannotMatch:
        return []
    return [_told(result, rows, each) for each in _likely(result)]


def _likely(result: MatchResult) -> list[dict[str, Any]]:
    likely = [
        each
        for each in result.pairs.select(["left", "right", "probability", "verdict"]).to_pylist()
        if each["verdict"] in _CASES and each["probability"] >= _FLOOR
    ]
    return sorted(likely, key=lambda each: -each["probability"])[:_MOST]


def _told(
    result: MatchResult, rows: list[dict[str, Any]], pair: dict[str, Any]
) -> tuple[int, int, str, int, list[str]]:
    one, other = sorted((rows[pair["left"]]["person"], rows[pair["right"]]["person"]))
    reasons = result.explain(pair["left"], pair["right"]).split("，")
    return one, other, pair["verdict"], round(10_000 * pair["probability"]), reasons
