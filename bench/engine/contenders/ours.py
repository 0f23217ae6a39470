"""mingbai.engine.checks itself: duckdb (the default), plain, or spark in local mode."""

from __future__ import annotations

import time

from contenders.county import hand_in, read_tables
from mingbai.engine.checks import check


def main() -> None:
    given = read_tables()
    tables = {name: given.tables[name] for name in given.needed}
    started = time.perf_counter()
    findings = check(tables, given.specs, given.variant, threads=given.threads, memory=given.memory)
    hand_in(given, seconds=time.perf_counter() - started, findings=findings)


if __name__ == "__main__":
    main()
