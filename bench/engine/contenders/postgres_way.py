"""The same statements in PostgreSQL, in a cluster of its own; loading is timed apart.

Statements are those of our kinds, carried over by the orchestrator (`rules.sql.json`); every common
table is MATERIALIZED, because inlined chains take fifty times as long.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

TYPES = {
    pa.binary(): "text", pa.string(): "text", pa.int8(): "smallint", pa.int32(): "integer",
    pa.int64(): "bigint", pa.date32(): "date",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("county", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--variant")
    parser.add_argument("--memory")
    args = parser.parse_args()
    told = json.loads((args.county / "rules.sql.json").read_text())
    folder = Path(tempfile.mkdtemp(prefix="mingbai-postgres-"))
    server, port = start(folder)
    try:
        with psycopg.connect(
            host="127.0.0.1", port=port, user="mingbai", dbname="postgres", autocommit=True
        ) as connection:
            started = time.perf_counter()
            for name in told["tables"]:
                load(connection, name, args.county, told["needed"][name])
            loaded = time.perf_counter()
            found = run(connection, told)
            seconds = time.perf_counter() - loaded
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    columns = list(zip(*found, strict=True))
    kinds = [pa.string(), pa.string(), pa.binary(), pa.string()]
    names = ["rule", "code", "person", "cause"]
    table = pa.table([pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], names)
    pq.write_table(table, args.out.with_suffix(".parquet"))
    result = {
        "seconds": seconds, "load_seconds": loaded - started, "findings": table.num_rows,
    }  # fmt: skip
    args.out.with_suffix(".json").write_text(json.dumps(result))


def start(folder: Path) -> tuple[subprocess.Popen, int]:
    """A server that is our child, so that its memory is counted."""
    tools = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder.chmod(0o755)
    as_user = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        folder.parent.chmod(0o755)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = folder / "data", 20_000 + os.getpid() % 20_000
    subprocess.run(
        [*as_user, tools / "initdb", "-D", data, "-U", "mingbai", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder,
        "fsync": "off", "shared_buffers": "512MB", "work_mem": "256MB",
        "max_parallel_workers_per_gather": 2, "jit": "off",
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [*as_user, tools / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    for _ in range(200):
        ready = [tools / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(ready, check=False).returncode == 0:
            return server, port
        time.sleep(0.05)
    raise SystemExit("PostgreSQL did not start")


def load(connection: psycopg.Connection, name: str, county: Path, wanted: list[str]) -> None:
    """COPY the columns that rules read, with the place of each row."""
    path = county / "roster" if name == "roster" else county / f"{name}.parquet"
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    present = pq.read_schema(files[0])
    columns = [column for column in wanted if column in present.names]
    listed = ", ".join(f'"{c}" {TYPES[present.field(c).type]}' for c in columns)
    connection.execute(f'CREATE UNLOGGED TABLE {name} ("row" bigint, {listed})')
    first = 0
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        text = f'COPY {name} ("row", {quoted}) FROM STDIN (FORMAT BINARY)'
        with cursor.copy(text) as copy:
            copy.set_types(["int8", *(TYPES[present.field(column).type] for column in columns)])
            for file in files:
                for batch in pq.ParquetFile(file).iter_batches(50_000, columns=columns):
                    for row in zip(*(cells(batch.column(c)) for c in columns), strict=True):
                        copy.write_row((first, *row))
                        first += 1
    connection.execute(f"ANALYZE {name}")


def cells(column: pa.Array) -> list:
    """Values of a column; keys in hexadecimal."""
    values = column.to_pylist()
    if column.type == pa.binary():
        return [value and value.hex() for value in values]
    return values


def run(connection: psycopg.Connection, told: dict) -> list[tuple]:
    """Every rule's findings, grouped as ours are."""
    for name, text in told["contexts"].items():
        connection.execute(f"CREATE UNLOGGED TABLE {name} AS {text}")
        connection.execute(f"ANALYZE {name}")
    found = []
    for rule in told["rules"]:
        rows = connection.execute(rule["sql"]).fetchall()
        for code, person, cause, _amount, _rows, table, first in rows:
            if cause == f"row {first}":
                cause = f"row {place(connection, table, first)}"
            found.append((rule["rule"], code, person and bytes.fromhex(person), cause))
    return found


def place(connection: psycopg.Connection, table: str, row: int) -> str:
    """Sheet and line, for a row that has no person."""
    sheet = '"table"' if table == "roster" else f"'{table}'"
    text = f'SELECT {sheet}, line FROM {table} WHERE "row" = %s'
    return "{}:{}".format(*connection.execute(text, [row]).fetchone())


if __name__ == "__main__":
    main()
