"""Look at what was gathered: everything the first time, afterwards what can have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.checks import FINDING_SCHEMA, CheckSpec, MutualExclusion, check
from mingbai.engine.checks.recheck import recheck
from mingbai.registry.actions.memory import Memory
from mingbai.registry.actions.tables import (
    Gathered,
    engine_tables,
    lists_of,
)
from mingbai.registry.queries.periods import TABLE_SPANS
from mingbai.registry.queries.specs import (
    ENTITLED,
    PROGRESS,
    TELLING,
    AtHand,
    Planned,
    entitled_table,
)
from mingbai.rulebook import Absence, Book

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
    made_by_book = any(name == PROGRESS or name.startswith(ENTITLED) for name in spec.needs())
    return f"{spec!r}{book.digest if made_by_book else ''}"


def look(planned: Iterable[Planned], gathered: Gathered, memory: Memory, book: Book) -> pa.Table:
    """All findings of the rules planned (FINDING_SCHEMA); equal to looking at everything anew.

    A rule that reads otherwise than the last time looks at everything, and so does one about who is
    entitled when any of its rosters changed: its table is made from them.
    """
    specs = [each.spec for each in planned]
    if not specs:
        return _NOTHING
    read = {entitled_table(each): _read_by(each) for each in book.absences}
    moved = _moved(gathered)
    known = [
        spec
        for spec in specs
        if memory.rules.get(spec.rule) == rule_text(spec, book)
        and not any(moved["roster"] & read.get(name, set()) for name in spec.needs())
    ]
    anew = [spec for spec in specs if spec not in known]
    derived = [spec for spec in anew if read.keys() & set(spec.needs())]
    anew = [spec for spec in anew if spec not in derived]
    parts = [_look_at_everything(anew, gathered.tables, book)]
    if derived:
        codes = pa.array(sorted(set[str]().union(*read.values())))
        rows = gathered.rows.filter(pc.is_in(gathered.rows["sub_item"], value_set=codes))
        parts.append(_look_at_everything(derived, {**gathered.tables, "roster": rows}, book))
    if memory.findings is not None:
        parts += _look_again(known, gathered, memory.findings, moved, book)
    return pa.concat_tables(parts)


def _read_by(absence: Absence) -> set[str]:
    """The rosters that a rule about entitled people reads."""
    return {absence.sub_item, *absence.on_all, *absence.unless_on}


def _look_at_everything(
    specs: Sequence[CheckSpec], tables: Mapping[str, pa.Table], book: Book
) -> pa.Table:
    if not specs:
        return _NOTHING
    return check(engine_tables(tables, _names(specs), book), specs)


def _look_again(
    specs: Sequence[CheckSpec],
    gathered: Gathered,
    before: pa.Table,
    moved: Mapping[str, set[str]],
    book: Book,
) -> Iterator[pa.Table]:
    """Findings of before where nothing a rule reads came or went, and of the others anew."""
    concerned = [spec for spec in specs if _is_concerned(spec, moved)]
    rules = pa.array([spec.rule for spec in specs if spec not in concerned], pa.string())
    yield before.filter(pc.is_in(before["rule"], value_set=rules))
    if concerned:
        names = _names(concerned)
        withdrawn = engine_tables(gathered.withdrawn, names, book)
        yield recheck(
            before,
            engine_tables(gathered.tables, names, book),
            concerned,
            arrived=_sheets(gathered.arrived),
            withdrawn={name: part for name, part in withdrawn.items() if part.num_rows},
        )


def _moved(gathered: Gathered) -> dict[str, set[str]]:
    """What came or went: sub-items of roster rows, rosters of lists, and whether progress did."""
    moved: dict[str, set[str]] = {}
    for kind, column in (("roster", "sub_item"), ("list", "roster"), (PROGRESS, "sub_item")):
        parts = [part[kind] for part in (gathered.arrived, gathered.withdrawn) if kind in part]
        moved[kind] = {str(each) for part in parts for each in part[column].unique().to_pylist()}
    return moved


def _is_concerned(spec: CheckSpec, moved: Mapping[str, set[str]]) -> bool:
    """Whether a row came or went that the spec looks at."""
    if PROGRESS in spec.needs() and moved[PROGRESS]:
        return True
    if moved["list"] & set(spec.needs()):
        return True
    sub_items = set(spec.sub_items)
    if isinstance(spec, MutualExclusion):
        sub_items = {spec.first, spec.second}
    return bool(moved["roster"] & sub_items if sub_items else moved["roster"])


def _names(specs: Iterable[CheckSpec]) -> set[str]:
    return {name for spec in specs for name in spec.needs()}


def _sheets(arrived: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """Engine table -> the sheets that are new in it."""
    roster = arrived["roster"]["table"].unique().to_pylist()
    lists = {
        name: part["table"].unique().to_pylist() for name, part in lists_of(arrived["list"]).items()
    }
    progress = arrived["progress"]["table"].unique().to_pylist()
    return {**dict.fromkeys(TABLE_SPANS, roster), **lists, PROGRESS: progress}
