"""What our Spark machine asks of a session, answered by DuckDB: statements in Spark's dialect are
carried back. Quick, and without a Java machine; that Spark itself agrees is another test's matter.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot


def carry_back(text):
    """A statement of Spark's dialect in DuckDB's, names of values too."""
    tree = sqlglot.parse_one(text, read="spark")
    for node in tree.find_all(sqlglot.exp.Placeholder):
        node.replace(sqlglot.exp.Parameter(this=sqlglot.exp.var(node.name)))
    return tree.sql("duckdb")


class Frame:
    """A table, computed."""

    def __init__(self, session, table):
        self.session = session
        self.table = table
        self.write = self

    def toArrow(self):
        return self.table

    def createOrReplaceTempView(self, name):
        self.session.views[name] = self.table
        self.session.machine.register(name, self.table)

    def localCheckpoint(self):
        self.session.settled.append(self.table.num_rows)
        return self

    def parquet(self, folder):
        Path(folder).mkdir(parents=True)
        pq.write_table(self.table, Path(folder) / "part-0.parquet")

    def unionByName(self, other):
        return Frame(self.session, pa.concat_tables([self.table, other.table]))

    def selectExpr(self, *told):
        with duckdb.connect() as machine:
            machine.register("t", self.table)
            text = f"SELECT {', '.join(told)} FROM t".replace("_metadata.row_index", "_row_index")
            return Frame(self.session, machine.sql(carry_back(text)).to_arrow_table())


class Session:
    """The few things that a check asks of a Spark session, and what it asked."""

    def __init__(self):
        self.machine = duckdb.connect()
        self.machine.execute("SET threads = 1")
        self.views = {}
        self.settled = []
        self.asked = []
        self.read = self

    def newSession(self):
        self.child = Session()
        return self.child

    def sql(self, text, args=None):
        self.asked.append(text)
        made = self.machine.sql(carry_back(text), params=args or None)
        return Frame(self, made.to_arrow_table())

    def createDataFrame(self, table):
        return Frame(self, table)

    def parquet(self, path):
        parts = sorted(Path(path).glob("*.parquet")) if Path(path).is_dir() else [path]
        table = pa.concat_tables([pq.read_table(part) for part in parts])
        index = pa.array(range(table.num_rows), pa.int64())
        return Frame(self, table.append_column("_row_index", index))
