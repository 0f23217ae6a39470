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
    with _session(threads, memory) as session:
        for name, source in sources.items():
            _frame(session, source, needed[name]).createOrReplaceTempView(name)
        contexts = {name: text for spec in specs for name, text in spec.contexts().items()}
        for name, text in contexts.items():
            session.sql(translate(text)).createOrReplaceTempView(name)
        roles = list(sources)
        for number, spec in enumerate(specs):
            yield number, _run_spec(session, number, spec, roles)


def translate(text: str) -> str:
    """A statement of a check in Spark's dialect; `$name` becomes `:name`."""
    sqlglot = _load("sqlglot")
    exp = sqlglot.exp

    def rename(node: Any) -> Any:
        if isinstance(node, exp.Parameter):
            return exp.Placeholder(this=node.this.name)
        return node

    tree = sqlglot.parse_one(text, read="duckdb").transform(rename)
    return str(tree.sql(dialect="spark"))


def _load(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise CannotCheck(_MISSING) from error


@contextmanager
def _session(threads: int, memory: str) -> Iterator[Any]:
    sql = _load("pyspark.sql")
    active = sql.SparkSession.getActiveSession()
    if active is not None:
        yield active.newSession()
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-spark-") as folder:
        own = local_session(threads, memory, folder)
        try:
            yield own
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


def _run_spec(session: Any, number: int, spec: CheckSpec, roles: Sequence[str]) -> pl.DataFrame:
    query = spec.query()
    session.sql(translate(query.text), args=dict(query.values)).createOrReplaceTempView("_hits")
    placed = " UNION ALL ".join(
        f"""
        SELECT h.*, {roles.index(role)} AS role, p.`table` AS sheet, p.line, p.amount, p.sub_item
        FROM _hits AS h JOIN {role} AS p ON h.row = p.row WHERE h.`table` = '{role}'
        """  # noqa: S608 - checked names
        for role in spec.needs()
    )
    found = pl.from_arrow(session.sql(placed).toArrow())
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - narrows the type
    return found.with_columns(spec=number).select(pl.col(n).cast(t) for n, t in PLACED.items())
