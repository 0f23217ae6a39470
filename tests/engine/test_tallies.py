"""What rows add up to: tallied and counted from spells as one would count by hand."""

from __future__ import annotations

import random

import duckdb
import pytest
from tests.engine.rolls import draw_row, roll

from mingbai.engine.checks.spells import fold
from mingbai.engine.checks.tallies import count_people, tally_rows

NEXT_DOOR = {"town": "t", "sub_item": "a.1"}
ROWS = [
    {"amount": 5, **NEXT_DOOR, "period": 202101},
    {"who": "a", **NEXT_DOOR, "period": 202101},
    {"who": "b", "amount": 7, **NEXT_DOOR, "period": 202101},
    {"who": "b", "amount": 9, **NEXT_DOOR, "period": 202101},
    {"who": "a", "amount": 11, **NEXT_DOOR, "period": 202102},
    {"who": "a", "amount": 13, "town": "u", "sub_item": "a.1", "period": 202101},
    {"who": "a", "amount": 17, "town": "t", "sub_item": "b.1", "period": 202101},
    {**NEXT_DOOR, "period": 202103},
    {"town": None, "sub_item": None, "period": None},
]


@pytest.fixture
def machine():
    with duckdb.connect() as machine:
        machine.execute("SET threads = 1")
        yield machine


def test_rows_are_tallied_by_sub_item_town_and_month(machine):
    table = roll(*ROWS)
    machine.register("given", table.append_column("row", [list(range(10, 10 + len(ROWS)))]))
    told = machine.sql(tally_rows("given")).fetchall()
    assert sorted(told, key=repr) == sorted(
        [
            ("a.1", "t", 202101, 4, 10, 11, 10, 21),
            ("a.1", "t", 202102, 1, 14, 14, 14, 11),
            ("a.1", "t", 202103, 1, 17, None, None, None),
            ("a.1", "u", 202101, 1, 15, 15, 15, 13),
            ("b.1", "t", 202101, 1, 16, 16, 16, 17),
            (None, None, None, 1, 18, None, None, None),
        ],
        key=repr,
    )


def counted(machine, rows, *, yearly, place="r.town", condition="TRUE", months="r.months"):
    machine.register("given", roll(*rows))
    columns = {"id_key", "sub_item", "town", "period", "grade"}
    folded = fold("(SELECT * EXCLUDE (line) FROM given)", columns, {})
    machine.execute(f"CREATE OR REPLACE TABLE spells AS {folded}")
    text = count_people("spells", place=place, months=months, condition=condition, yearly=yearly)
    told = machine.sql(text).fetchall()
    machine.unregister("given")
    return {(sub_item, at, period): n for sub_item, at, period, n in told}


def by_hand(rows, *, yearly):
    """People of each sub-item, town and month; for the year, in their first month of it."""
    months = {}
    for row in rows:
        who, sub_item, period = row.get("who"), row.get("sub_item"), row.get("period")
        if None not in (who, sub_item, period):
            months.setdefault((who, sub_item, row.get("town")), set()).add(period)
    found = {}
    for (_, sub_item, town), theirs in months.items():
        if yearly:
            theirs = {
                min(p for p in theirs if p // 100 == year) for year in {p // 100 for p in theirs}
            }
        for period in theirs:
            found[sub_item, town, period] = found.get((sub_item, town, period), 0) + 1
    return found


@pytest.mark.parametrize("yearly", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_people_are_counted_once_a_month_or_a_year(machine, seed, yearly):
    luck = random.Random(seed)
    rows = [draw_row(luck, 0.1) for _ in range(60)]
    told = counted(machine, rows, yearly=yearly)
    assert told == by_hand(rows, yearly=yearly)
    assert max(told.values()) > 1


LONG = [
    {"who": who, "sub_item": "a.1", "town": "t", "period": period, "grade": grade}
    for who, period, grade in (
        *(("a", 201900 + month, "g1") for month in (12, 3, 7)),
        *(("a", year, "g2") for year in (202001, 202112, 202212, 202306, 202405)),
        *(("b", year, None) for year in (202001, 202002, 202315, 202400, 202312)),
        # Numbers that are no month stand for themselves, in the year that they begin with.
        *(("c", year, None) for year in (202116, 202112, 202220, 202217)),
    )
]


@pytest.mark.parametrize("yearly", [False, True])
def test_each_year_of_an_era_counts_for_itself(machine, yearly):
    assert counted(machine, LONG, yearly=yearly) == by_hand(LONG, yearly=yearly)


def test_only_what_counts_is_counted(machine):
    told = counted(machine, LONG, yearly=True, place="'all'", condition="r.grade = 'g2'")
    assert told == {
        ("a.1", "all", 202001): 1, ("a.1", "all", 202112): 1, ("a.1", "all", 202212): 1,
        ("a.1", "all", 202306): 1, ("a.1", "all", 202405): 1,
    }  # fmt: skip
    none = counted(machine, LONG, yearly=True, months="CAST(0 AS UBIGINT)")
    assert none == {}, "months out of bounds are nobody's first"
