"""Look at what was gathered: everything the first time, afterwards what can have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.checks import FINDING_SCHEMA, CheckSpec, check
from mingbai.engine.checks.recheck import recheck
from mingbai.registry.actions.memory import Memory
from mingbai.registry.actions.specs import TELLING, AtHand, Planned
from mingbai.registry.actions.tables import (
    PROGRESS,
    Gathered,
    engine_tables,
    entitled_table,
    lists_of,
)
from mingbai.registry.queries.periods import TABLE_SPANS
from mingbai.rulebook import Book

_NOTHING: Final = FINDING_SCHEMA.empty_table()


def at_hand(gathered: Gathered) -> AtHand:
    """What was handed in, and which columns some sheets of a sub-item have no value in."""
    table = gathered.rows
    told = {name: pc.is_valid(table[name]) for name in (*TELLING, "course")}
    rows = pl.DataFrame(pa.table({**told, "sub_item": table["sub_item"], "table": table["table"]}))
    rows = rows.filter(pl.col("sub_item").is_not_null())
    sheets = rows.group_by("sub_item", "table").agg(pl.col(*TELLING, "course").any())
    counted = sheets.group_by("sub_item").agg(
        pl.col(*TELLING).not_().sum(), pl.col("course").any(), total=pl.len()
    )
    return AtHand(
        sub_items=frozenset(counted["sub_item"].to_list()),
        trained=frozenset(counted.filter("course")["sub_item"].to_list()),
        lists=lists_of(gathered.tables["list"]).keys(),
        progress=frozenset(
            gathered.tables["progress"]["sub_item"].unique().drop_null().to_pylist()
        ),
        lacking={
            row["sub_item"]: {column: (row[column], row["total"]) for column in TELLING}
            for row in counted.iter_rows(named=True)
        },
    )


def rule_text(spec: CheckSpec, book: Book) -> str:
    """What a rule's findings depend on besides the rows: the spec, and how its tables are made."""
    return f"{spec!r}{book.digest if PROGRESS in spec.needs() else ''}"


def look(planned: Iterable[Planned], gathered: Gathered, memory: Memory, book: Book) -> pa.Table:
    """All findings of the rules planned (FINDING_SCHEMA); equal to looking at everything anew.

    A rule that reads otherwise than the last time, and one about who is entitled, whose table is
    made from rosters, looks at everything.
    """
    specs = [each.spec for each in planned]
    if not specs:
        return _NOTHING
    names = {name for spec in specs for name in spec.needs()}
    made = {entitled_table(absence) for absence in book.absences}
    tables = engine_tables(gathered.tables, names, book)
    known = [
        spec
        for spec in specs
        if memory.rules.get(spec.rule) == rule_text(spec, book) and not made & set(spec.needs())
    ]
    anew = [spec for spec in specs if spec not in known]
    parts = [check(tables, anew)] if anew else []
    if known and memory.findings is not None:
        withdrawn = engine_tables(gathered.withdrawn, names - made, book)
        found = recheck(
            memory.findings,
            tables,
            known,
            arrived=_sheets(gathered.arrived),
            withdrawn={name: part for name, part in withdrawn.items() if part.num_rows},
        )
        parts.append(found)
    return pa.concat_tables(parts)


def _sheets(arrived: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """Engine table -> the sheets that are new in it."""
    roster = arrived["roster"]["table"].unique().to_pylist()
    lists = {
        name: part["table"].unique().to_pylist() for name, part in lists_of(arrived["list"]).items()
    }
    progress = arrived["progress"]["table"].unique().to_pylist()
    return {**dict.fromkeys(TABLE_SPANS, roster), **lists, PROGRESS: progress}
