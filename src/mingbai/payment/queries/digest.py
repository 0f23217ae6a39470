"""The digest of a batch: SHA-256 over every line in a fixed order, recomputed from the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, Final

from django.db import connection

#: The columns the digest covers, in the order they are written.
DIGEST_COLUMNS: Final = (
    "person_id",
    "period",
    "item",
    "turn",
    "sub_item",
    "enrolment_id",
    "amount",
    "person_times",
    "rule",
    "town",
    "origin_file_id",
    "origin_sheet",
    "origin_line",
    "nature",
    "basis_line_id",
    "set_off",
    "recovery_id",
)
#: Lines are sorted by these; they are unique within a batch.
DIGEST_ORDER: Final = ("person_id", "period", "item", "turn", "nature", "basis_line_id")
_CHUNK: Final = 1_000
_NATURE: Final = DIGEST_COLUMNS.index("nature")
_SET_OFF: Final = DIGEST_COLUMNS.index("set_off")
_WHOLE: Final = "\t".join(["%s"] * len(DIGEST_COLUMNS)) + "\n"
#: A plain regular line is written without its last columns, as before lines had them: digests
#: taken then still hold. ``%.0s`` takes a value and writes nothing.
_REGULAR: Final = "\t".join(["%s"] * _NATURE) + "%.0s" * (len(DIGEST_COLUMNS) - _NATURE) + "\n"


def digest_lines(rows: Iterable[Sequence[Any]], members: Iterable[Sequence[Any]] = ()) -> str:
    """SHA-256 of rows of ``DIGEST_COLUMNS``; codes and numbers hold neither tab nor newline.

    ``members``: person, period, item and turn of a household's line and who counts in it.
    """
    digest = hashlib.sha256()
    source = iter(rows)
    while part := list(islice(source, _CHUNK)):
        # One format for thousands of rows: row by row costs twice the time of reading them.
        form = "".join(_REGULAR if _is_plain(row) else _WHOLE for row in part)
        digest.update((form % tuple(chain.from_iterable(part))).encode())
    for row in members:
        digest.update(("member\t" + "\t".join(str(part) for part in row) + "\n").encode())
    return digest.hexdigest()


def _is_plain(row: Sequence[Any]) -> bool:
    return row[_NATURE] == "regular" and not row[_SET_OFF]


def batch_digest(batch_id: int) -> str:
    """The digest of a batch's lines as they stand in the database now."""
    # Codes sort by their bytes on both databases, whatever the server's language is.
    collate = ' COLLATE "C"' if connection.vendor == "postgresql" else ""
    order = ", ".join(f"{c}{collate}" if c in ("item", "nature") else c for c in DIGEST_ORDER)
    statement = (
        f"SELECT {', '.join(DIGEST_COLUMNS)} FROM payment_paymentline "  # noqa: S608 - own names
        f"WHERE batch_id = %s ORDER BY {order}"
    )
    counted = (
        "SELECT l.person_id, l.period, l.item, l.turn, m.person_id FROM payment_linemember m "  # noqa: S608 - own names
        "JOIN payment_paymentline l ON l.id = m.line_id WHERE l.batch_id = %s "
        f"ORDER BY l.person_id, l.period, l.item{collate}, l.turn, m.person_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(counted, [batch_id])
        members = cursor.fetchall()
        cursor.execute(statement, [batch_id])
        parts = iter(lambda: cursor.fetchmany(_CHUNK), [])
        return digest_lines(chain.from_iterable(parts), members)
