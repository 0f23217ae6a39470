"""Spark finds what plain Python finds; without its packages it says what to install."""

from __future__ import annotations

import contextlib
import importlib

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.rolls import GENERATORS, draw_tables, roll

from mingbai.engine.checks import CannotCheck, TwoNames, check
from mingbai.engine.checks.machines import spark

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.slow]
pytest.importorskip("pyspark")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """One Spark for all tests here."""
    own = spark.local_session(2, "1GB", str(tmp_path_factory.mktemp("spark")))
    for name in ("spark.sql.shuffle.partitions", "spark.default.parallelism"):
        if own.conf.isModifiable(name):
            own.conf.set(name, "1")
    own.conf.set("spark.sql.adaptive.enabled", "false")
    own.conf.set("spark.sql.codegen.wholeStage", "false")
    yield own
    own.stop()


def one_of_each():
    """Specs of every kind, each with a rule of its own."""
    kinds = st.tuples(*GENERATORS.values())
    return kinds.map(
        lambda specs: [
            type(spec)(**{**spec.__dict__, "rule": f"r{n}"}) for n, spec in enumerate(specs)
        ]
    )


@given(specs=one_of_each(), seed=st.integers(0, 2**32))
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_spark_finds_what_plain_finds(session, specs, seed):
    tables = draw_tables(seed, 60, 12, 0.1)
    found = check(tables, specs, "spark")
    assert found.equals(check(tables, specs, "plain"))
    assert found.num_rows > 0


def test_spark_reads_parquet_in_parts(session, tmp_path):
    table = roll(*({"who": w, "name": n} for w in "abc" for n in "mn"), sheet="s")
    for number in range(2):
        pq.write_table(table.slice(number * 3, 3), tmp_path / f"part {number}.parquet")
    specs = [TwoNames(rule="r")]
    found = check({"roster": tmp_path}, specs, "spark")
    assert found.equals(check({"roster": table}, specs, "plain"))
    assert found.num_rows == 3


def test_views_of_the_session_stay(session):
    session.range(3).createOrReplaceTempView("roster")
    check({"roster": roll({"who": "a", "name": "m"})}, [TwoNames(rule="r")], "spark")
    assert session.table("roster").count() == 3
    session.catalog.dropTempView("roster")


def test_a_spark_of_its_own_hands_tables_over_as_files(session, tmp_path, monkeypatch):
    """What a local Spark does, which would have to start anew for each test."""

    @contextlib.contextmanager
    def own(*_):
        yield session.newSession(), str(tmp_path)

    monkeypatch.setattr(spark, "_session", own)
    table = roll(*({"who": w, "name": n} for w in "abc" for n in "mn"), sheet="s")
    specs = [TwoNames(rule="r")]
    found = check({"roster": table}, specs, "spark")
    assert found.equals(check({"roster": table}, specs, "plain"))
    assert found.num_rows == 3
    assert list((tmp_path / "tables" / "roster").glob("*.parquet"))


def test_no_rules_find_nothing(session):
    assert check({"roster": roll()}, [], "spark").num_rows == 0


def test_values_travel_by_name():
    text = spark.translate("SELECT r.period // 100 AS year FROM x AS r WHERE r.period > $from_p")
    assert ":from_p" in text
    assert "$" not in text


def test_a_local_spark_of_its_own_ends_with_the_call(monkeypatch):
    made = []

    class Own:
        def stop(self):
            made.append("stopped")

    class Sessions:
        @staticmethod
        def getActiveSession():
            return None

    class Sql:
        SparkSession = Sessions

    monkeypatch.setattr(spark, "_load", lambda package: Sql)
    monkeypatch.setattr(spark, "local_session", lambda *given: made.append(given) or Own())
    with spark._session(2, "1GB"):
        assert made[0][:2] == (2, "1GB")
    assert made[1:] == ["stopped"]


@pytest.mark.parametrize("package", ["sqlglot", "pyspark.sql"])
def test_a_missing_package_is_told_with_what_to_do(monkeypatch, package):
    given = importlib.import_module

    def import_module(name):
        if name == package:
            raise ImportError(name)
        return given(name)

    monkeypatch.setattr(spark.importlib, "import_module", import_module)
    with pytest.raises(CannotCheck, match="--machine spark"):
        check({"roster": roll()}, [TwoNames(rule="r")], "spark")
