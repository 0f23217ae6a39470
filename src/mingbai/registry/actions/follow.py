"""Following what later rosters say of known people: phones and first accounts at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import polars as pl
import pyarrow as pa
from django.db import connection

from mingbai.base.bulk import insert_rows
from mingbai.base.models import Act, User
from mingbai.base.secrets import blind_many, seal_many
from mingbai.registry.models import Enrolment, Person, RecordChange
from mingbai.registry.queries.people import bound_name
from mingbai.registry.queries.roots import person_roots
from mingbai.registry.queries.rows import ORIGIN

_WHY: Final = "rows are compared with everything known about their people"
_FEW: Final = 5_000
_STEP: Final = 500
_PURPOSES: Final = {"phone": "person.phone", "name": "person.name", "account": "enrolment.account"}
_FOUND: Final = ("person_id", "enrolment_id", "kind", "value", "value_key", "from_period", *ORIGIN)


def follow_changes(*, rows: pl.DataFrame, act: Act, by: User | None, at: datetime) -> int:
    """Write what rows say otherwise than the records of their people, each with its origin.

    ``rows``: ``person_id sub_item period name phone phone_key account account_key`` and origin. The
    phone of the newest month becomes the person's, and the first account of a right that has none
    counts from its month on. Another name or account waits for a clerk, since the one may be
    somebody else's row and the other is where money goes. Running again adds nothing. Returns how
    many were written.
    """
    if not rows.height:
        return 0
    people = _people(rows["person_id"].unique().to_list())
    phones = _phones(rows, people)
    found = pl.concat([phones, _names(rows, people), _accounts(rows)])
    if not found.height:
        return 0
    keys = _anchors(found["person_id"].to_list())
    anchors = [keys[person] for person in found["person_id"].to_list()]
    sealed: list[bytes | None] = [None] * found.height
    for kind, purpose in _PURPOSES.items():
        places = [n for n, each in enumerate(found["kind"].to_list()) if each == kind]
        values = [found["value"][n] for n in places]
        done = seal_many(purpose, values, [anchors[n] for n in places])
        for place, value in zip(places, done, strict=True):
            sealed[place] = value
    _write(found, sealed, act, by, at)
    # Phones stand first in what was found.
    _set_phones(phones, sealed[: phones.height])
    return found.height


def _people(ids: list[int]) -> pl.DataFrame:
    """``person_id phone_key name_key town`` as they stand now."""
    people = Person.objects.unscoped(_WHY)
    columns = ("pk", "phone_key", "name_key", "town")
    found: list[tuple[int, bytes | None, bytes, str]] = []
    parts = (
        [people]
        if len(ids) > _FEW
        else [people.filter(pk__in=ids[n : n + _STEP]) for n in range(0, len(ids), _STEP)]
    )
    for part in parts:
        found += [
            (pk, bytes(phone) if phone else None, bytes(name), town)
            for pk, phone, name, town in part.values_list(*columns).iterator(20_000)
        ]
    schema = {
        "person_id": pl.Int64(),
        "known_phone": pl.Binary(),
        "known_name": pl.Binary(),
        "town_now": pl.String(),
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def _heard(kind: str) -> pl.DataFrame:
    """``person_id enrolment_id value_key from_period`` of what was reported before."""
    rows = RecordChange.objects.unscoped(_WHY).filter(kind=kind)
    columns = ("person_id", "enrolment_id", "value_key", "from_period")
    found = [
        (person, enrolment, bytes(key), period)
        for person, enrolment, key, period in rows.values_list(*columns).iterator(20_000)
    ]
    schema = {
        "person_id": pl.Int64(),
        "enrolment_id": pl.Int64(),
        "value_key": pl.Binary(),
        "from_period": pl.Int32(),
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def _phones(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The newest phone of each person where it is another than theirs."""
    newest = _heard("phone").group_by("person_id").agg(heard_until=pl.col("from_period").max())
    told = rows.filter(pl.col("phone_key").is_not_null()).sort("period", maintain_order=True)
    told = told.unique("person_id", keep="last", maintain_order=True)
    told = told.join(people, on="person_id", how="left", maintain_order="left")
    told = told.join(newest, on="person_id", how="left", maintain_order="left")
    # A month before the last change tells nothing new, and neither does the same month again.
    told = told.filter(
        pl.col("phone_key").ne_missing(pl.col("known_phone"))
        & (pl.col("period") > pl.col("heard_until").fill_null(0))
    )
    return _shaped(told, "phone", pl.col("phone"), pl.col("phone_key"), follows=pl.lit(True))


def _names(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Names that are neither the person's nor told before, from their first month."""
    told = rows.filter(pl.col("name").is_not_null()).sort("period", maintain_order=True)
    told = told.unique(("person_id", "name"), keep="first", maintain_order=True)
    told = told.join(people, on="person_id", how="left", maintain_order="left")
    pairs = zip(told["name"].to_list(), told["town_now"].to_list(), strict=True)
    bound = pa.array([bound_name(name, town) for name, town in pairs], pa.string())
    told = told.with_columns(
        pl.Series("bound_key", blind_many("name", bound).to_pylist(), pl.Binary)
    )
    told = told.filter(pl.col("bound_key") != pl.col("known_name"))
    told = told.join(
        _heard("name"),
        left_on=("person_id", "bound_key"),
        right_on=("person_id", "value_key"),
        how="anti",
        maintain_order="left",
    )
    told = told.unique(("person_id", "bound_key"), keep="first", maintain_order=True)
    return _shaped(told, "name", pl.col("name"), pl.col("bound_key"))


def _accounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Where the account of an enrolment's rows becomes another than it was the month before."""
    rights = _rights(rows)
    told = rows.filter(pl.col("account_key").is_not_null())
    told = told.join(rights, on=("person_id", "sub_item"), how="inner", maintain_order="left")
    told = told.filter(pl.col("period") >= pl.col("since_period"))
    told = told.sort("period", maintain_order=True).unique(
        ("enrolment_id", "period"), keep="first", maintain_order=True
    )
    before = _heard("account").select(
        "enrolment_id", pl.col("value_key").alias("account_key"), period="from_period", known=True
    )
    mine = told.with_columns(known=pl.lit(False))
    whole = pl.concat([before, mine], how="diagonal").sort(
        "enrolment_id", "period", "known", descending=[False, False, True], maintain_order=True
    )
    last = pl.col("account_key").shift().over("enrolment_id")
    first = rights.select("enrolment_id", pl.col("known_account").alias("first_account"))
    whole = whole.join(first, on="enrolment_id", how="left", maintain_order="left")
    new = whole.with_columns(before=pl.coalesce(last, pl.col("first_account"))).filter(
        ~pl.col("known") & pl.col("account_key").ne_missing(pl.col("before"))
    )
    new = new.with_columns(person_id=pl.col("owner_id"))
    return _shaped(
        new,
        "account",
        pl.col("account"),
        pl.col("account_key"),
        enrolment=pl.col("enrolment_id"),
        follows=pl.col("before").is_null(),
    )


def _rights(rows: pl.DataFrame) -> pl.DataFrame:
    """``person_id sub_item enrolment_id owner_id known_account since_period`` of those in force.

    ``person_id`` stands for the person, ``owner_id`` is the record the enrolment was written for.
    """
    enrolments = Enrolment.objects.unscoped(_WHY).filter(
        sub_item__in=rows["sub_item"].unique().to_list(), end_period=None
    )
    people = rows["person_id"].unique().to_list()
    merged = person_roots()
    people += merged.filter(pl.col("root_id").is_in(people))["person_id"].to_list()
    columns = ("person_id", "sub_item", "pk", "account_key", "since_period")
    parts = (
        [enrolments]
        if len(people) > _FEW
        else [
            enrolments.filter(person_id__in=people[n : n + _STEP])
            for n in range(0, len(people), _STEP)
        ]
    )
    found = [
        (person, code, pk, bytes(key) if key else None, since)
        for part in parts
        for person, code, pk, key, since in part.values_list(*columns).iterator(20_000)
    ]
    schema = {
        "owner_id": pl.Int64(),
        "sub_item": pl.String(),
        "enrolment_id": pl.Int64(),
        "known_account": pl.Binary(),
        "since_period": pl.Int32(),
    }
    frame = pl.DataFrame(found, schema=schema, orient="row")
    roots = merged.rename({"person_id": "owner_id", "root_id": "person_id"})
    frame = frame.join(roots, on="owner_id", how="left")
    frame = frame.with_columns(person_id=pl.coalesce("person_id", "owner_id"))
    return frame.unique(("person_id", "sub_item"), keep="first", maintain_order=True)


def _shaped(
    rows: pl.DataFrame,
    kind: str,
    value: pl.Expr,
    key: pl.Expr,
    *,
    enrolment: pl.Expr | None = None,
    follows: pl.Expr | None = None,
) -> pl.DataFrame:
    nothing = pl.lit(None, pl.Int64)
    return rows.select(
        pl.col("person_id").cast(pl.Int64),
        (nothing if enrolment is None else enrolment).alias("enrolment_id"),
        pl.lit(kind).alias("kind"),
        value.alias("value"),
        key.alias("value_key"),
        pl.col("period").cast(pl.Int32).alias("from_period"),
        *(pl.col(name) for name in ORIGIN),
        (pl.lit(False) if follows is None else follows).alias("follows"),
    )


def _anchors(people: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    ids = sorted(set(people))
    for start in range(0, len(ids), _STEP):
        part = Person.objects.unscoped(_WHY).filter(pk__in=ids[start : start + _STEP])
        found.update({pk: bytes(key) for pk, key in part.values_list("pk", "id_key")})
    return found


def _write(
    found: pl.DataFrame, sealed: list[bytes | None], act: Act, by: User | None, at: datetime
) -> None:
    followed = found["follows"].to_list()
    columns: dict[str, Sequence[object]] = {
        **{name: found[name].to_list() for name in _FOUND if name != "value"},
        "value_sealed": sealed,
        "decision": ["followed" if each else "" for each in followed],
        "decision_reason": [""] * found.height,
        "decided_at": [at if each else None for each in followed],
        "decided_by_id": [by.pk if each and by else None for each in followed],
        "decision_act_id": [act.pk if each else None for each in followed],
        "act_id": [act.pk] * found.height,
    }
    insert_rows(RecordChange, list(columns), zip(*columns.values(), strict=True))


def _set_phones(phones: pl.DataFrame, sealed: list[bytes | None]) -> None:
    keys, people = phones["value_key"].to_list(), phones["person_id"].to_list()
    if people:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE registry_person SET phone_sealed = %s, phone_key = %s WHERE id = %s",
                list(zip(sealed, keys, people, strict=True)),
            )
