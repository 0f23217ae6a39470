"""After more sheets came in: checking what can have changed, against checking everything.

The variant says what came: `month`, all of December (which holds nearly everybody); `benefit`,
those of one benefit; `sheet`, one town's sheet of it. With `-prepared` behind it a prepared copy of
what was there takes the rows in and is caught up with; making that copy is the load before, taking
the rows in counts. The full check of all rows, raw, stands beside, in the note.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contenders.county import Tables, hand_in, read_tables
from mingbai.engine.checks import catch_up, check, prepare, recheck, sort_findings

ARRIVED = {
    "month": "年12月$",
    "benefit": "^残疾人护理补贴-.*年12月$",
    "sheet": "^残疾人护理补贴-340299001-.*年12月$",
}


def main() -> None:
    given = read_tables()
    what, _, way = given.variant.partition("-")
    tables = {name: pq.read_table(given.tables[name]) for name in given.needed}
    last = pc.match_substring_regex(tables["roster"]["table"], ARRIVED[what])
    more = {"prepared": _catch_up, "": _recheck}[way](given, tables, last)
    started = time.perf_counter()
    full = check(tables, given.specs, threads=given.threads, memory=given.memory)
    whole = time.perf_counter() - started
    found, seconds, load = more()
    if not found.equals(sort_findings(full, given.specs)):
        raise SystemExit("checking again found something else than checking everything")
    note = f"(the full check {whole:.2f} s, {whole / seconds:.1f} times as long) "
    hand_in(given, seconds=seconds, load=load, findings=found, note=note)


def _recheck(
    given: Tables, tables: dict[str, pa.Table], last: pa.ChunkedArray
) -> Callable[[], tuple[pa.Table, float, float]]:
    """Rows raw as they are, findings known."""
    roster = tables["roster"]
    before = {**tables, "roster": roster.filter(pc.invert(last))}
    arrived = {"roster": set(roster.filter(last)["table"].unique().to_pylist())}
    limits = {"threads": given.threads, "memory": given.memory}
    known = check(before, given.specs, **limits)

    def more() -> tuple[pa.Table, float, float]:
        started = time.perf_counter()
        found = recheck(known, tables, given.specs, arrived=arrived, withdrawn={}, **limits)
        return found, time.perf_counter() - started, 0.0

    return more


def _catch_up(
    given: Tables, tables: dict[str, pa.Table], last: pa.ChunkedArray
) -> Callable[[], tuple[pa.Table, float, float]]:
    """A prepared copy of what was there, findings known."""
    roster = tables["roster"]
    started = time.perf_counter()
    before = {**tables, "roster": roster.filter(pc.invert(last))}
    copy = prepare(before, threads=given.threads, memory=given.memory)
    load = time.perf_counter() - started
    known = check(copy, given.specs)

    def more() -> tuple[pa.Table, float, float]:
        started = time.perf_counter()
        copy.add({"roster": roster.filter(last)})
        found = catch_up(known, copy, given.specs)
        return found, time.perf_counter() - started, load

    return more


if __name__ == "__main__":
    main()
