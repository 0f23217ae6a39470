"""Spark: for what no longer fits one computer. Local here, a cluster where its session is active.

Statements are the same; SQLGlot carries them from DuckDB's dialect to Spark's. Neither package is
needed by the other machines.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from functools import reduce
from typing import Any, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.checks.findings import PLACED
from mingbai.engine.checks.machines.sources import PLACE, Source
from mingbai.engine.checks.shapes import COLUMNS, CannotCheck, CheckSpec

_MISSING: Final = (
    "spark 引擎需要另外安装 PySpark 和 SQLGlot（以及 Java 17 或更新版本）。"
    "请运行 ./mingbai engine check --machine spark（会自动安装）；"
    "在笔记本中请先运行 pip install -r requirements-spark.lock。"
)
#: What a rule's statement gives of each hit.
_HIT: Final = ("code", "person", "cause", "table", "row", "subject", "fact1", "fact2")
_TYPES: Final[Mapping[pa.DataType, str]] = {
    pa.binary(): "binary",
    pa.string(): "string",
    pa.int8(): "tinyint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.date32(): "date",
}


def run_spark(
    sources: Mapping[str, Source],
    needed: Mapping[str, Set[str]],
    specs: Sequence[CheckSpec],
    *,
    threads: int,
    memory: str,
) -> Iterator[tuple[int, pl.DataFrame]]:
    """The hits of each spec (PLACED) with its number. The active Spark session is used (its
    temporary views stay as they are), else a local one that ends with this call.
    """
    _load("sqlglot")
    with _session(threads, memory) as (session, folder):
        for name, source in sources.items():
            frame = _frame(session, source, needed[name])
            _settle(session, frame, name, folder).createOrReplaceTempView(name)
        contexts = {name: text for spec in specs for name, text in spec.contexts().items()}
        for name, text in contexts.items():
            small = session.sql(translate(text)).toArrow()
            session.createDataFrame(small).createOrReplaceTempView(name)
        caught = [_hits(session, number, spec) for number, spec in enumerate(specs)]
        placed = _place(session, pl.concat(caught), list(sources)) if caught else None
    if placed is not None:
        for (number,), hits in placed.partition_by("spec", as_dict=True).items():
            yield int(number), hits


def translate(text: str) -> str:
    """A statement of a check in Spark's dialect; `$name` becomes `:name`."""
    (told,) = _load("sqlglot").transpile(text, read="duckdb", write="spark")
    return str(told)


def _load(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise CannotCheck(_MISSING) from error


@contextmanager
def _session(threads: int, memory: str) -> Iterator[tuple[Any, str | None]]:
    """A session, and a folder of this computer where all its workers can write, if there is one."""
    sql = _load("pyspark.sql")
    active = sql.SparkSession.getActiveSession()
    if active is not None:
        yield active.newSession(), None
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-spark-") as folder:
        own = local_session(threads, memory, folder)
        try:
            yield own, folder
        finally:
            own.stop()


def local_session(threads: int, memory: str, folder: str) -> Any:
    """A Spark of this process that talks to nobody else and keeps its files in `folder`."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": memory.lower().removesuffix("b"),
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.sql.shuffle.partitions": str(2 * threads),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = _load("pyspark.sql").SparkSession.builder.master(f"local[{int(threads)}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _frame(session: Any, source: Source, columns: Set[str]) -> Any:
    if source.arrow is not None:
        table = source.read(columns)
        sheet = table.column("table").fill_null(source.name)
        place = table.column_names.index("table")
        return session.createDataFrame(table.set_column(place, "table", sheet))
    parts, first = [], 0
    for file, count in zip(source.files, source.counts, strict=True):
        told = [_told(source, column) for column in source.told(columns)]
        row = f"{first} + _metadata.row_index AS row"
        parts.append(session.read.parquet(str(file)).selectExpr(row, *told))
        first += count
    return reduce(lambda one, more: one.unionByName(more), parts)


def _told(source: Source, column: str) -> str:
    given = f"`{column}`" if column in source.columns else "NULL"
    value = f"CAST({given} AS {_TYPES[COLUMNS.get(column) or PLACE[column]]})"
    return (
        f"coalesce({value}, '{source.name}') AS `table`"
        if column == "table"
        else (f"{value} AS `{column}`")
    )


def _settle(session: Any, frame: Any, name: str, folder: str | None) -> Any:
    """The frame computed once: every rule reads it, many of them several times."""
    if folder is None:
        return frame.localCheckpoint()
    frame.write.parquet(f"{folder}/tables/{name}")
    return session.read.parquet(f"{folder}/tables/{name}")


def _hits(session: Any, number: int, spec: CheckSpec) -> pl.DataFrame:
    query = spec.query()
    found = pl.from_arrow(session.sql(translate(query.text), args=dict(query.values)).toArrow())
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - narrows the type
    return found.select(
        pl.lit(number, pl.Int32).alias("spec"),
        *(pl.col(name).cast(PLACED[name]) for name in _HIT if name != "table"),
        pl.col("table").cast(pl.String),
    )


def _place(session: Any, hits: pl.DataFrame, roles: Sequence[str]) -> pl.DataFrame:
    """Where each hit stands, for the hits of all rules at once: one look at each table."""
    parts = []
    for role in roles:
        theirs = hits.filter(table=role)
        rows = session.createDataFrame(theirs.select(pl.col("row").unique()).to_arrow())
        rows.createOrReplaceTempView("_rows")
        told = session.sql(
            "SELECT p.row, p.`table` AS sheet, p.line, p.amount, p.sub_item"  # noqa: S608
            f" FROM {role} AS p LEFT SEMI JOIN _rows AS r ON p.row = r.row"
        )
        place = pl.from_arrow(told.toArrow())
        assert isinstance(place, pl.DataFrame)  # noqa: S101 - narrows the type
        number = pl.lit(roles.index(role)).alias("role")
        parts.append(theirs.join(place, on="row", how="left").with_columns(number))
    return pl.concat(parts).select(pl.col(n).cast(t) for n, t in PLACED.items())
