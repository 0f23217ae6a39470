"""One key a person: whatever document a row names, and whichever record it was written for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import Final

import polars as pl
from django.db.models import Q

from mingbai.registry.models import Person, PersonDocument
from mingbai.registry.queries.roots import person_roots, records_of, root_ids

_WHY: Final = "which numbers mean one person is one truth for everybody"
#: Up to so many keys are asked for by key; beyond, reading the whole index is faster.
_FEW: Final = 5_000
_STEP: Final = 500


def person_ids(keys: Sequence[bytes]) -> dict[bytes, int]:
    """Blind index of a document's number -> the record it was registered for, where known.

    Every document that was not revoked counts, expired ones too: old rosters carry their numbers.
    """
    documents = PersonDocument.objects.unscoped(_WHY).filter(revoked_act__isnull=True)
    if len(keys) > _FEW:
        rows = documents.values_list("number_key", "person_id").iterator(20_000)
        return {bytes(key): pk for key, pk in rows}
    found: dict[bytes, int] = {}
    for start in range(0, len(keys), _STEP):
        part = documents.filter(number_key__in=keys[start : start + _STEP])
        found.update({bytes(key): pk for key, pk in part.values_list("number_key", "person_id")})
    return found


def known_people() -> pl.DataFrame:
    """``id_key person_id``: every number that means somebody, and the record that stands for them.

    For whoever holds a whole county against it: half a million rows in about a second, 40 bytes
    each.
    """
    documents = PersonDocument.objects.unscoped(_WHY).filter(revoked_act__isnull=True)
    rows = documents.values_list("number_key", "person_id").iterator(20_000)
    schema = {"id_key": pl.Binary(), "person_id": pl.Int64()}
    parts = [pl.DataFrame(schema=schema)]
    while part := [(bytes(key), pk) for key, pk in islice(rows, 50_000)]:
        parts.append(pl.DataFrame(part, schema=schema, orient="row"))
    found = pl.concat(parts).join(person_roots(), on="person_id", how="left")
    return found.select("id_key", pl.coalesce("root_id", "person_id").alias("person_id"))


def standing_keys() -> pl.DataFrame:
    """``person_id root_id id_key`` of the records whose key is not simply that of their first
    number: those known by several documents, and those of a merging.

    ``id_key`` is the key under which the rows of all their numbers meet: the oldest document not
    revoked of the record that stands for the person. A few thousand rows in a county.
    """
    keys = _keys()
    rows = [(person, root, key) for person, root, key, _ in keys]
    schema = {"person_id": pl.Int64(), "root_id": pl.Int64(), "id_key": pl.Binary()}
    return pl.DataFrame(rows, schema=schema, orient="row").unique(maintain_order=True)


def known_keys() -> pl.DataFrame:
    """``id_key known_key``: numbers that mean a person whose rows meet under another key."""
    rows = [(number, key) for _, _, key, number in _keys() if number != key]
    schema = {"id_key": pl.Binary(), "known_key": pl.Binary()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def keys_digest() -> str:
    """Changes whenever a number comes to mean another person; sixteen characters."""
    rows = sorted((number, key) for _, _, key, number in _keys() if number != key)
    return hashlib.sha256(b"".join(a + b for a, b in rows)).hexdigest()[:16]


def keys_of(person_id: int) -> list[bytes]:
    """The keys of all numbers that mean a person, under any of their records."""
    documents = PersonDocument.objects.unscoped(_WHY).filter(
        person__in=records_of(person_id), revoked_act=None
    )
    return [bytes(key) for key in documents.values_list("number_key", flat=True)]


def with_known_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ``id_key`` is the one under which all rows of that person meet."""
    known = known_keys()
    if not known.height:
        return rows
    joined = rows.join(known, on="id_key", how="left", maintain_order="left")
    key = pl.coalesce("known_key", "id_key").alias("id_key")
    return joined.with_columns(key).drop("known_key")


def with_standing_keys(people: pl.DataFrame) -> pl.DataFrame:
    """``person_id id_key …`` with each record's key replaced by the one under which rows of that
    person meet; the other side of ``with_known_keys``.
    """
    standing = standing_keys().select("person_id", pl.col("id_key").alias("standing_key"))
    if not standing.height:
        return people
    joined = people.join(standing, on="person_id", how="left", maintain_order="left")
    key = pl.coalesce("standing_key", "id_key").alias("id_key")
    return joined.with_columns(key).drop("standing_key")


def _keys() -> list[tuple[int, int, bytes, bytes]]:
    """(record, root, key of the root, number) where a person has more than the first."""
    roots = root_ids()
    documents = PersonDocument.objects.unscoped(_WHY)
    several = documents.filter(~Q(cause=PersonDocument.Cause.FIRST)).values_list(
        "person_id", flat=True
    )
    people = sorted({*several, *roots, *roots.values()})
    # Whoever is merged brings all numbers of the record they were merged into, and the reverse.
    numbers: dict[int, list[bytes]] = {person: [] for person in people}
    for start in range(0, len(people), _STEP):
        part = documents.filter(person__in=people[start : start + _STEP], revoked_act=None)
        for person, number in part.order_by("id").values_list("person_id", "number_key"):
            numbers[person].append(bytes(number))
    firsts = {person: found[0] for person, found in numbers.items() if found}
    bare = [person for person in people if person not in firsts]
    anchors = Person.objects.unscoped(_WHY).filter(pk__in=bare).values_list("pk", "id_key")
    firsts.update({person: bytes(key) for person, key in anchors})
    return [
        (person, roots.get(person, person), firsts[roots.get(person, person)], number)
        for person, found in numbers.items()
        for number in found
    ]
