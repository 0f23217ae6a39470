"""Makes a prepared copy, and opens one that was made."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from mingbai.engine.checks.machines.sources import open_source
from mingbai.engine.checks.prepared.marking import declare_marks
from mingbai.engine.checks.prepared.store import FILE, FOLD_FROM, Held, Prepared
from mingbai.engine.checks.shapes import CannotCheck, check_identifier


def prepare(
    tables: Mapping[str, pa.Table | Path],
    folder: Path | None = None,
    *,
    threads: int = 2,
    memory: str = "1GB",
    fold_from: int = FOLD_FROM,
    seed: int = 0,
) -> Prepared:
    """Fold and number tables (as `check` takes them) once, for any rules that come later.

    In memory, or in a new file of `folder`, which then holds the tables' keys: it belongs where the
    tables themselves may lie. `threads` and `memory` bound all that is done with the copy; what
    does not fit goes to a temporary folder. Raises CannotCheck where a table cannot be read, and
    NumbersCollide where another `seed` is needed.
    """
    files = [
        file
        for name, given in tables.items()
        for file in open_source(check_identifier(name), given).files
    ]
    target = None if folder is None else folder / FILE
    made = _open(target, files, threads=threads, memory=memory, seed=seed)
    try:
        declare_marks(made.machine)
        for name, given in tables.items():
            made.take(name, given, fold_from=fold_from)
        made.forget()
    except BaseException:
        made.close()
        raise
    return made


def open_prepared(folder: Path, *, threads: int = 2, memory: str = "1GB") -> Prepared:
    """A copy that `prepare` made in a folder."""
    if not (folder / FILE).is_file():
        raise CannotCheck("nothing was prepared in this folder")
    made = _open(folder / FILE, [], threads=threads, memory=memory, seed=0)
    rows = made.machine.execute("SELECT told FROM copy._held").fetchall()
    told = json.loads(rows[0][0])
    made.seed = told["seed"]
    for name, columns, row_count, is_folded in told["tables"]:
        made.tables[name] = Held(name, frozenset(columns), row_count, is_folded)
    return made


def _open(
    target: Path | None, files: list[Path], *, threads: int, memory: str, seed: int
) -> Prepared:
    """A machine that reaches the copy, the files given and its own folder for spilling only."""
    spill = tempfile.TemporaryDirectory(prefix="mingbai-checks-")
    machine = duckdb.connect(":memory:")
    machine.execute(f"SET threads = {int(threads)}")
    machine.execute("SET memory_limit = ?", [memory])
    machine.execute("SET preserve_insertion_order = false")
    machine.execute("SET temp_directory = ?", [spill.name])
    machine.execute("SET allowed_paths = ?", [[str(file) for file in files]])
    place = ":memory:" if target is None else str(target).replace("'", "''")
    machine.execute(f"ATTACH '{place}' AS copy")
    machine.execute("SET enable_external_access = false")
    return Prepared(machine, spill, threads=threads, seed=seed)
