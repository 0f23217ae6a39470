"""The machines agree: on what sieves leave, on many rows, on Parquet, and when memory is short."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.rolls import BESIDE, GENERATORS, draw_tables, given_tables, key, roll

from mingbai.engine.checks import ALL_KINDS, CannotCheck, TwoNames, check, run
from mingbai.engine.checks.findings import FINDING_SCHEMA
from mingbai.engine.checks.machines import duckdb as machine
from mingbai.engine.checks.shapes import COLUMNS
from mingbai.engine.checks.spells import Sieve

#: Kinds whose answer depends on counts over everybody: they look at every row.
UNSIEVED = {"ProgressTotals", "Quota"}


@pytest.fixture
def always_sieve(monkeypatch):
    """Sieve small tables too."""
    sieving = functools.partial(machine.run_duckdb, sieve_from=0)
    monkeypatch.setattr(run, "run_duckdb", sieving)


def make_spec(kind, seed=0, **more):
    """A spec of a kind as its generator makes it."""
    made = []

    @given(spec=GENERATORS[kind])
    @settings(max_examples=30, deadline=None, derandomize=True, database=None)
    def draw(spec):
        made.append(spec)

    draw()
    return made[seed % len(made)]


def every_spec():
    """Two specs of each kind, each with a rule of its own."""
    found = [make_spec(kind, seed) for kind in ALL_KINDS for seed in (4, 11)]
    return [
        type(spec)(**{**spec.__dict__, "rule": f"r{number}"}) for number, spec in enumerate(found)
    ]


def draw_many(seed, count):
    """Tables in which people, accounts and households meet now and then, column by column."""
    luck = random.Random(seed)
    first = dt.date(1950, 1, 1)
    towns = ["340223100", "340223101", None]

    def column(name, people):
        kind = COLUMNS[name]
        if kind == pa.binary():
            spread = people if name != "household_key" else people // 3
            return [key(f"{name[0]}{luck.randrange(spread)}") for _ in range(count)]
        if kind == pa.date32():
            return [first + dt.timedelta(luck.randrange(27000)) for _ in range(count)]
        choices = {
            "sub_item": ["a.1", "a.1", "b.1", "c.1"], "town": towns, "village": ["v"],
            "grade": ["g1", "g1", "g2", "g9"], "course": ["k1", "k2", None], "measure": ["m1"],
            "period": [202012, 202101, 202102, 202103, 202104, 202106, None],
            "amount": [30000, 30000, 45000, None], "sex": [1, 2], "claimed": [3, 900, 30000],
        }  # fmt: skip
        return luck.choices(choices[name], k=count)

    made = {name: column(name, count) for name in COLUMNS}
    roster = pa.table({name: pa.array(made[name], COLUMNS[name]) for name in COLUMNS})
    lines = pa.array(range(2, count + 2), pa.int32())
    roster = roster.append_column("line", lines)
    roster = roster.append_column("table", pa.array([f"s{n // 1000}" for n in range(count)]))
    beside = draw_tables(seed, 1, 40, 0.1)
    listed = roster.slice(0, count // 50).select(["id_key", "event_date", "town", "line"])
    return {**{name: beside[name] for name in BESIDE}, "roster": roster, "deaths": listed}


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_sieve_loses_nobody(kind, data):
    spec, tables = data.draw(GENERATORS[kind]), data.draw(given_tables)
    sources, needed = run.open_sources(tables, [spec])
    caught = machine.run_duckdb(sources, needed, [spec], threads=1, memory="1GB", sieve_from=0)
    found = [run.gather_findings([spec], hits) for _, hits in caught if len(hits)]
    sieved = pa.concat_tables(found) if found else FINDING_SCHEMA.empty_table()
    assert sieved.equals(check(tables, [spec], "plain"))
    assert (spec.sieve() is None) == (kind.__name__ in UNSIEVED)


def test_a_wrong_sieve_would_be_noticed(always_sieve):
    """Control: a sieve that loses somebody changes what is found."""

    class Blind(TwoNames):
        def sieve(self):
            return Sieve("SELECT r.id_key FROM roster_spells AS r WHERE FALSE", {})

    table = roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})
    assert check({"roster": table}, [TwoNames(rule="r")]).num_rows == 1
    assert check({"roster": table}, [Blind(rule="r")]).num_rows == 0


def test_equal_sieves_run_once_and_serve_each_rule(always_sieve):
    table = roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})
    specs = [TwoNames(rule="one"), TwoNames(rule="two", severity=1)]
    assert check({"roster": table}, specs)["rule"].to_pylist() == ["one", "two"]


def test_a_table_without_people_is_whole_for_what_is_sieved(always_sieve):
    """A kind that names rows of a table in which nobody stands sees all of it."""

    class Beside(TwoNames):
        MESSAGES = {**TwoNames.MESSAGES, "posted": "请核对。"}

        def needs(self):
            return {**super().needs(), "posts": ["course"]}

        def query(self):
            own = super().query()
            more = (
                "SELECT 'posted', CAST(NULL AS BLOB), 'row ' || p.row, 'posts', p.row, TRUE,"
                " NULL, NULL FROM posts AS p"
            )
            return dataclasses.replace(own, text=f"FROM ({own.text}) UNION ALL {more}")

    table = roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"}, {"who": "b", "name": "m"})
    posts = roll({"course": "k1"}, {"course": "k2"}).select(["course", "line"])
    found = check({"roster": table, "posts": posts}, [Beside(rule="r")])
    assert sorted(found["code"].to_pylist()) == ["posted", "posted", "two_names"]


@pytest.mark.parametrize("sieve_from", [0, 10**9])
def test_machines_agree_on_many_rows(monkeypatch, sieve_from):
    sieving = functools.partial(machine.run_duckdb, sieve_from=sieve_from)
    monkeypatch.setattr(run, "run_duckdb", sieving)
    tables, specs = draw_many(7, 4_000), every_spec()
    found = check(tables, specs)
    assert found.equals(check(tables, specs, "plain"))
    assert len(set(found["rule"].to_pylist())) > len(ALL_KINDS)


def test_parquet_files_and_folders_equal_tables(tmp_path, always_sieve):
    tables, specs = draw_many(3, 2_000), every_spec()
    paths = {}
    for name, table in tables.items():
        paths[name] = tmp_path / f"{name}.parquet"
        pq.write_table(table, paths[name])
    folder = tmp_path / "以'部'分"
    folder.mkdir()
    for number in range(3):
        part = tables["roster"].slice(number * 700, 700)
        pq.write_table(part, folder / f"part-{number}.parquet", row_group_size=100)
    found = check(tables, specs)
    assert check(paths, specs).equals(found)
    assert check({**paths, "roster": folder}, specs).equals(found)
    assert check({**paths, "roster": folder}, specs, "plain").equals(found)


def test_parquet_without_sheet_names_is_told_by_the_name_of_the_table(tmp_path):
    table = roll({"who": "a", "name": "m"}, {"who": "a", "name": "n"})
    path = tmp_path / "x.parquet"
    pq.write_table(table.select(["id_key", "name_key", "line"]), path)
    found = check({"roster": path}, [TwoNames(rule="r")]).to_pylist()[0]
    assert (found["table"], found["line"], found["amount"]) == ("roster", 3, 0)


def test_what_is_no_parquet_is_told(tmp_path):
    for path in (tmp_path, tmp_path / "none.parquet"):
        with pytest.raises(CannotCheck, match="no Parquet file"):
            check({"roster": path}, [TwoNames(rule="r")])


def test_little_memory_and_more_threads_find_the_same(tmp_path, always_sieve):
    tables, specs = draw_many(5, 3_000), every_spec()
    found = check(tables, specs, threads=1)
    for _ in range(2):
        assert check(tables, specs, threads=4, memory="200MB").equals(found)


def test_hits_are_gathered_in_batches_of_whole_rules(monkeypatch):
    tables, specs = draw_many(5, 300), every_spec()
    found = check(tables, specs)
    monkeypatch.setattr(run, "_AT_ONCE", 10)
    assert check(tables, specs).equals(found)


def test_an_unknown_machine_is_refused():
    with pytest.raises(ValueError, match="abacus"):
        check({"roster": roll()}, [TwoNames(rule="r")], "abacus")
