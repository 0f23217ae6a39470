"""Bulk insert inside the caller's transaction: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any, Final

from django.db import connection, models

#: SQLite takes many rows a statement: one by one, keys and triggers are set up for every row.
_TOGETHER: Final = 50
_FEWEST_PARAMS: Final = 999


class CannotInsertRows(Exception):
    """Bulk rows were given outside a transaction."""


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    chunk: int = 20_000,
) -> int:
    """Insert many rows of plain database values and return how many.

    ``columns`` are attnames (``person_id``, not ``person``); every column without a database
    default must be given, the primary key may be left out. Values are what the database stores:
    int 分, bytes, ``date``. All rows stand or fall with the caller's transaction. About 600,000
    rows a second on SQLite, memory bounded by ``chunk``. Call it in the outer transaction: inside a
    savepoint SQLite keeps a journal of every page and 600,000 rows cost ten times as much.
    """
    if not connection.in_atomic_block:
        raise CannotInsertRows("成批写入必须在事务内进行。")
    fields = [
        model._meta.get_field(c.removesuffix("_id") if _is_fk(model, c) else c) for c in columns
    ]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(str(f.column)) for f in fields)  # type: ignore[union-attr]
    if connection.vendor == "postgresql":
        return _copy(f"COPY {table} ({names}) FROM STDIN", rows)
    return _execute(f"INSERT INTO {table} ({names}) VALUES ", len(fields), rows, chunk)  # noqa: S608


def _is_fk(model: type[models.Model], attname: str) -> bool:
    return any(
        isinstance(f, models.ForeignKey) and f.attname == attname for f in model._meta.fields
    )


def _execute(head: str, width: int, rows: Iterable[Sequence[Any]], chunk: int) -> int:
    together = max(1, min(_TOGETHER, _FEWEST_PARAMS // width))
    marks = f"({', '.join(['%s'] * width)})"
    total, source = 0, iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(source, chunk)):
            whole = len(batch) - len(batch) % together
            groups = [batch[start : start + together] for start in range(0, whole, together)]
            params = [tuple(chain.from_iterable(group)) for group in groups]
            cursor.executemany(head + ", ".join([marks] * together), params)
            cursor.executemany(head + marks, batch[whole:])
            total += len(batch)
    return total


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> int:
    total = 0
    # The driver's own errors would slip past every ``except IntegrityError`` of the actions.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)
            total += 1
    return total
