"""After rows came to a prepared copy or went: checks what can have changed, and keeps the rest.

As `recheck` does it, with two differences: nothing is read but the copy, and what was touched is
known by number. A check that keeps to a key looks at the touched values of it; another one, or one
whose months handed in changed, looks at everybody; one that changed rows cannot concern, at nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.findings import FINDING_SCHEMA, gather_findings
from mingbai.engine.checks.ordering import number_findings, sort_findings
from mingbai.engine.checks.prepared.checking import run_prepared
from mingbai.engine.checks.prepared.store import Held, Prepared
from mingbai.engine.checks.shapes import CheckSpec

#: Where more than this share of spells was touched, concerned checks look at everybody.
WORTH: Final = 0.02


def catch_up(findings: pa.Table, prepared: Prepared, specs: Iterable[CheckSpec]) -> pa.Table:
    """The findings of `check(prepared, specs)`, from those before rows came or went.

    `findings` are those of the same specs (each rule once) when the copy was prepared or last
    caught up with. Sorted as `sort_findings` does. What was touched is forgotten then.
    """
    wanted = list(specs)
    moved = _moved(prepared)
    touched = {name: _touched(prepared, held) for name, held in prepared.tables.items()}
    is_much = _share(prepared) > WORTH
    near: dict[int, str] = {}
    everywhere: set[int] = set()
    for number, spec in enumerate(wanted):
        if not any(_concerns(spec, name, touched[name]) for name in spec.needs()):
            continue
        key = None if is_much else _key(prepared, spec, moved)
        if key is None:
            everywhere.add(number)
        else:
            near[number] = key
    old = number_findings(findings, wanted).filter(~pl.col("spec").is_in(everywhere))
    old = _drop(prepared, old, near)
    again = sorted({*near, *everywhere})
    hits = run_prepared(
        prepared,
        [wanted[number] for number in again],
        near={nth: near[number] for nth, number in enumerate(again) if number in near},
    )
    caught = [each for _, each in hits]
    anew = [wanted[number] for number in again]
    found = gather_findings(anew, pl.concat(caught)) if caught else FINDING_SCHEMA.empty_table()
    kept = old.select(FINDING_SCHEMA.names).to_arrow(compat_level=pl.CompatLevel.oldest())
    prepared.forget()
    return sort_findings(pa.concat_tables([kept.cast(FINDING_SCHEMA), found]), wanted)


def _share(prepared: Prepared) -> float:
    """How much of the copy was touched."""
    counts = []
    for part in ("touched", ""):
        relations = [
            f"{held.name}_touched" if part else held.relation for held in prepared.tables.values()
        ]
        told = " UNION ALL ".join(f"SELECT count(*) AS n FROM copy.{each}" for each in relations)  # noqa: S608
        rows = prepared.machine.execute(f"SELECT sum(n) FROM ({told})").fetchall()  # noqa: S608
        counts.append(int(rows[0][0]))
    return counts[0] / max(counts[1], 1)


def _moved(prepared: Prepared) -> set[str]:
    """Folded tables of which other months were handed in than before."""
    moved = set()
    for name, held in prepared.tables.items():
        if held.is_folded:
            slots = f"SELECT DISTINCT sub_item, town, period FROM copy.{name}_tally"  # noqa: S608
            odd = prepared.machine.execute(
                f"({slots} EXCEPT FROM copy.{name}_slots)"
                f" UNION ALL (FROM copy.{name}_slots EXCEPT {slots}) LIMIT 1"
            )
            if odd.fetchone() is not None:
                moved.add(name)
    return moved


def _touched(prepared: Prepared, held: Held) -> set[str | None]:
    """The sub-items of touched rows."""
    rows = prepared.machine.execute(f"SELECT DISTINCT sub_item FROM copy.{held.name}_touched")  # noqa: S608
    return {sub_item for (sub_item,) in rows.fetchall()}


def _concerns(spec: CheckSpec, name: str, touched: set[str | None]) -> bool:
    """Whether rows of a table that came or went are among those that the spec looks at."""
    if name != spec.table or not spec.sub_items:
        return bool(touched)
    return not touched.isdisjoint(spec.sub_items)


def _key(prepared: Prepared, spec: CheckSpec, moved: set[str]) -> str | None:
    """The key within whose values the spec can look, if it can."""
    held, grain = prepared.tables[spec.table], spec.grain()
    if not held.is_folded or (spec.contexts() and spec.table in moved):
        return None
    return grain[0] if grain and grain[0].endswith("_key") and spec.sieve() is not None else None


def _drop(prepared: Prepared, old: pl.DataFrame, near: Mapping[int, str]) -> pl.DataFrame:
    """Leave out what is looked for anew: whatever was found at rows of touched values."""
    went = prepared.machine.execute("SELECT sheet FROM copy._went").fetchall()
    gone = pl.col("table").is_in([sheet for (sheet,) in went]).fill_null(value=False)
    parts = [old.filter(~pl.col("spec").is_in(set(near)))]
    for column in sorted(set(near.values())):
        theirs = {number for number, each in near.items() if each == column}
        sharing = [held for held in prepared.tables.values() if column in held.columns]
        places = " UNION ALL ".join(_rows(sharing, column))
        there = pl.from_arrow(prepared.machine.sql(places).to_arrow_table())
        assert isinstance(there, pl.DataFrame)  # noqa: S101 - narrows the type
        kept = old.filter(pl.col("spec").is_in(theirs) & ~gone)
        parts.append(kept.join(there, on=["table", "line"], how="anti", nulls_equal=True))
    return pl.concat(parts)


def _rows(sharing: Sequence[Held], column: str) -> Iterator[str]:
    """Statements for where the rows of touched values stand."""
    values = " UNION ".join(f"SELECT {column} FROM copy.{held.name}_touched" for held in sharing)  # noqa: S608
    for held in sharing:
        same = f"s.{column} IS NOT DISTINCT FROM v.{column}"
        if held.is_folded:
            yield (
                f'SELECT h.name AS "table", r.line FROM copy.{held.name}_rows AS r'  # noqa: S608
                f" JOIN copy.{held.name}_spells AS s ON r.spell = s.spell"
                f" JOIN copy.{held.name}_sheets AS h ON r.sheet = h.sheet"
                f" JOIN ({values}) AS v ON {same}"
            )
        else:
            yield (
                f'SELECT s."table", s.line FROM copy.{held.name} AS s'  # noqa: S608
                f" JOIN ({values}) AS v ON {same}"
            )
