"""After more sheets came in: checking what can have changed, against checking everything.

The variant says what came: `month`, all of December (which holds nearly everybody); `benefit`,
those of one benefit; `sheet`, one town's sheet of it. The full check stands beside, in the note.
"""

from __future__ import annotations

import time

import pyarrow.compute as pc
import pyarrow.parquet as pq

from contenders.county import hand_in, read_tables
from mingbai.engine.checks import check, recheck

ARRIVED = {
    "month": "年12月$",
    "benefit": "^残疾人护理补贴-.*年12月$",
    "sheet": "^残疾人护理补贴-340299001-.*年12月$",
}


def main() -> None:
    given = read_tables()
    tables = {name: pq.read_table(given.tables[name]) for name in given.needed}
    roster = tables["roster"]
    last = pc.match_substring_regex(roster["table"], ARRIVED[given.variant])
    before = {**tables, "roster": roster.filter(pc.invert(last))}
    arrived = {"roster": set(roster.filter(last)["table"].unique().to_pylist())}
    known = check(before, given.specs, threads=given.threads, memory=given.memory)
    started = time.perf_counter()
    full = check(tables, given.specs, threads=given.threads, memory=given.memory)
    middle = time.perf_counter()
    more = recheck(
        known, tables, given.specs, arrived=arrived, withdrawn={}, threads=given.threads,
        memory=given.memory,
    )  # fmt: skip
    seconds = time.perf_counter() - middle
    whole = middle - started
    note = f"(the full check {whole:.2f} s, {whole / seconds:.1f} times as long)"
    if more.num_rows != full.num_rows:
        raise SystemExit("checking again found something else than checking everything")
    hand_in(given, seconds=seconds, findings=more, note=f"{note} ")


if __name__ == "__main__":
    main()
