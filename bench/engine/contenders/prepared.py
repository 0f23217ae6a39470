"""mingbai.engine.checks over a prepared copy: making it, and checking it, told apart.

The variant says what the seconds are: `check`, the check of a copy that is there (making it is the
load before); `whole`, both. The copy lies in a file of the temporary folder, as it would beside a
product's tables.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from contenders.county import hand_in, read_tables
from mingbai.engine.checks import check, prepare


def main() -> None:
    given = read_tables()
    tables = {name: given.tables[name] for name in given.needed}
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        copy = prepare(tables, Path(folder), threads=given.threads, memory=given.memory)
        made = time.perf_counter()
        with copy:
            findings = check(copy, given.specs)
            done = time.perf_counter()
    if given.variant == "whole":
        hand_in(given, seconds=done - started, findings=findings)
    else:
        hand_in(given, seconds=done - made, load=made - started, findings=findings)


if __name__ == "__main__":
    main()
