"""What our Spark machine says to Spark, without starting one: its statements, files and settings.

`sparkdouble` answers in DuckDB. `test_machines_spark` asks Spark itself.
"""

from __future__ import annotations

import contextlib
import json
import types

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.rolls import roll, settle
from tests.engine.spectables import load_books, spell_finding

from mingbai.engine.checks import ALL_KINDS, Capacity, MissingKey, TwoNames, check
from mingbai.engine.checks.machines import spark
from mingbai.engine.checks.machines.sources import open_source

pytest.importorskip("sqlglot")
from sqlglot.errors import ParseError
from tests.engine.sparkdouble import Session, carry_back

CASES = [pytest.param(case, id=f"{b.kind}-{case.title}") for b in load_books() for case in b.tables]
NAMES = [TwoNames(rule="r")]


@pytest.fixture
def session(monkeypatch):
    """A cluster's session that is active."""
    active = Session()
    sessions = types.SimpleNamespace(getActiveSession=lambda: active)
    given = spark._load
    sql = types.SimpleNamespace(SparkSession=sessions)
    monkeypatch.setattr(spark, "_load", lambda name: sql if name == "pyspark.sql" else given(name))
    return active


@pytest.mark.parametrize("case", CASES)
def test_spec_tables_in_sparks_words(session, case):
    found = check(case.tables(), [case.spec()], "spark").to_pylist()
    spelled = [spell_finding(each, json.loads(each["params"])) for each in found]
    assert spelled == list(case.findings)


def every_spec(nth):
    """A spec of each kind, and the largest of their tables."""
    pairs = [settle(kind)[nth] for kind in ALL_KINDS]
    specs = [
        type(spec)(**{**vars(spec), "rule": f"r{number}"}) for number, (spec, _) in enumerate(pairs)
    ]
    return specs, max((each for _, each in pairs), key=lambda each: each["roster"].num_rows)


@pytest.mark.parametrize("nth", [7, 13, 19, 23])
def test_every_kind_at_once_in_sparks_words(session, nth):
    specs, tables = every_spec(nth)
    found = check(tables, specs, "spark")
    assert found.equals(check(tables, specs, "plain"))
    assert len(set(found["rule"].to_pylist())) > 5
    places = [text for text in session.child.asked if "LEFT SEMI JOIN _rows" in text]
    assert len(places) == len({name for spec in specs for name in spec.needs()})


def test_a_clusters_session_is_used_and_keeps_its_views(session):
    session.createDataFrame(roll()).createOrReplaceTempView("roster")
    tables = {"roster": roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})}
    assert check(tables, NAMES, "spark").num_rows == 1
    assert session.views["roster"].num_rows == 0
    assert session.asked == []
    assert session.child.settled == [2], "computed once, where the cluster keeps it"


def test_contexts_are_made_once_for_all_rules(session):
    kind = next(kind for kind in ALL_KINDS if settle(kind)[7][0].contexts())
    spec, tables = settle(kind)[7]
    specs = [spec, type(spec)(**{**vars(spec), "rule": "other"})]
    found = check(tables, specs, "spark")
    assert found.equals(check(tables, specs, "plain"))
    (name,) = spec.contexts()
    made = [text for text in session.child.asked if text.startswith("SELECT DISTINCT")]
    assert len(made) == 1
    assert name in session.child.views


def test_no_rules_ask_nothing(session):
    assert check({"roster": roll()}, [], "spark").num_rows == 0
    assert session.child.asked == []


def test_parts_of_parquet_are_numbered_on(session, tmp_path):
    """Files in the order of their names; what one lacks is missing, sheets have a name."""
    named = [{"who": w, "name": n} for w in "abc" for n in "mn"]
    table = roll(*named, {"name": "m"}, sheet="s")
    pq.write_table(table.slice(0, 2), tmp_path / "part 0.parquet")
    pq.write_table(table.slice(2, 3).drop_columns("table"), tmp_path / "part 1.parquet")
    pq.write_table(table.slice(5, 2).drop_columns("town"), tmp_path / "part 2.parquet")
    specs = [*NAMES, MissingKey(rule="x", column="account_key")]
    found = check({"roster": tmp_path}, specs, "spark")
    assert found.equals(check({"roster": tmp_path}, specs, "plain"))
    assert set(found["table"].to_pylist()) == {"roster"}
    assert [each["line"] for each in found.to_pylist() if each["rule"] == "r"] == [3, 5, 7]
    assert "row roster:8" in found["cause"].to_pylist()


def test_sheets_without_a_name_bear_that_of_their_table(session, tmp_path):
    first, second = roll({"who": "a", "name": "m"}, sheet="s"), roll({"who": "a", "name": "n"})
    rows = pa.concat_tables([first, second], promote_options="default")
    pq.write_table(rows, tmp_path / "r.parquet")
    for given in (rows, tmp_path / "r.parquet"):
        [finding] = check({"roster": given}, NAMES, "spark").to_pylist()
        assert {each["table"] for each in finding["evidence"]} == {"s", "roster"}


def test_columns_are_told_in_sparks_types():
    table = roll({"who": "a"}).select(["id_key", "period", "line"])
    source = open_source("roster", table)
    assert spark._told(source, "id_key") == "CAST(`id_key` AS binary) AS `id_key`"
    assert spark._told(source, "period") == "CAST(`period` AS int) AS `period`"
    assert spark._told(source, "line") == "CAST(`line` AS int) AS `line`"
    assert spark._told(source, "amount") == "CAST(NULL AS bigint) AS `amount`"
    assert spark._told(source, "table") == "coalesce(CAST(NULL AS string), 'roster') AS `table`"


def test_values_stay_values(session):
    evil = "x' OR '1'='1"
    tables = {"roster": roll({"who": "a", "sub_item": "a.1"})}
    specs = [Capacity(rule="r", limit=0, per=(), sub_items=(evil,))]
    assert check(tables, specs, "spark").num_rows == 0
    assert not any(evil in text for text in session.child.asked)
    assert any(":sub_item_0" in text for text in session.child.asked)


class Builder:
    """Spark's builder, and what it was told."""

    def __init__(self):
        self.settings, self.levels, self.stopped = {}, [], 0

    def master(self, place):
        self.settings["master"] = place
        return self

    def config(self, name, value):
        self.settings[name] = value
        return self

    def getOrCreate(self):
        made = Session()
        made.stop = self.stop
        made.sparkContext = types.SimpleNamespace(setLogLevel=self.levels.append)
        return made

    def stop(self):
        self.stopped += 1


@pytest.fixture
def builder(monkeypatch):
    """Nobody's session is active."""
    made = Builder()
    sessions = types.SimpleNamespace(getActiveSession=lambda: None, builder=made)
    given = spark._load
    sql = types.SimpleNamespace(SparkSession=sessions)
    monkeypatch.setattr(spark, "_load", lambda name: sql if name == "pyspark.sql" else given(name))
    return made


def test_a_local_spark_talks_to_nobody_and_ends(builder):
    tables = {"roster": roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})}
    found = check(tables, NAMES, "spark", threads=3, memory="3GB")
    assert found.equals(check(tables, NAMES, "plain"))
    assert builder.stopped == 1
    assert builder.levels == ["ERROR"]
    folder = builder.settings.pop("spark.local.dir")
    assert "mingbai-spark-" in folder
    assert builder.settings == {
        "master": "local[3]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "3g",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.sql.shuffle.partitions": "6",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
    }


def test_a_local_spark_settles_tables_as_files(builder, monkeypatch):
    kept = []
    settle_ = spark._settle

    def watch(session, frame, name, folder):
        made = settle_(session, frame, name, folder)
        kept.append((made.table.num_rows, sorted(made.table.column_names)[:2], session.settled))
        return made

    monkeypatch.setattr(spark, "_settle", watch)
    tables = {"roster": roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})}
    assert check(tables, NAMES, "spark").num_rows == 1
    assert kept == [(2, ["_row_index", "amount"], [])]


def test_a_local_spark_ends_when_a_rule_fails(builder, monkeypatch):
    monkeypatch.setattr(spark, "_hits", None)
    with contextlib.suppress(TypeError):
        check({"roster": roll()}, NAMES, "spark")
    assert builder.stopped == 1


def test_the_double_knows_no_words_of_duckdb():
    """Control: a statement that was not carried over is not understood."""
    text = "SELECT 7 // 2 AS n, $given || 'b' AS w FROM x"
    assert spark.translate(text) == "SELECT 7 DIV 2 AS n, :given || 'b' AS w FROM x"
    with pytest.raises(ParseError):
        carry_back(text)
