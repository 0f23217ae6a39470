"""Rows folded by number: the same number whenever and wherever it is computed, and nothing lost."""

from __future__ import annotations

import duckdb
import pytest
from tests.engine.rolls import key, roll

from mingbai.engine.checks.prepared import folding
from mingbai.engine.checks.spells import bound_months

TOLD = folding.kept_columns({"id_key", "period", "town"})
PAID = {"who": "a", "sub_item": "a.1", "town": "t", "amount": 300}
ROWS = [
    *({**PAID, "period": period} for period in (202103, 202101, 202312, 202101)),
    {**PAID, "period": 202401},
    {**PAID, "period": None},
    {**PAID, "period": 202116},
    {**PAID, "town": None, "period": 202101},
    {**PAID, "who": None, "period": 202101},
    {**PAID, "amount": 450, "period": 202101},
    {**PAID, "amount": None, "sub_item": "300", "period": 202101},
]


@pytest.fixture
def machine():
    with duckdb.connect() as machine:
        machine.execute("SET threads = 1")
        rows = roll(*ROWS, sheet="s")
        given = rows.append_column("row", [list(range(len(ROWS)))])
        machine.register("given", given)
        machine.execute("CREATE TABLE sheets AS SELECT 7 AS sheet, 's' AS name")
        machine.execute("INSERT INTO sheets VALUES (8, 'other')")
        yield machine


def numbered(machine, seed=0, told=TOLD, relation="given"):
    text = folding.number_rows(relation, told, "sheets", seed)
    return sorted(machine.sql(text).fetchall(), key=lambda row: row[2])


def test_what_a_spell_tells():
    assert TOLD == ["amount", "id_key", "sub_item", "town"]
    assert folding.kept_columns({"row", "table", "line", "period"}) == ["amount", "sub_item"]
    assert folding.is_key("id_key")
    assert not folding.is_key("town")
    assert not folding.is_key("line")
    assert folding.shown(["id_key", "name_key", "town"]) == ['r."id_key" AS "_id_key"']


def test_rows_of_one_spell_have_its_number(machine):
    rows = numbered(machine)
    spells = [spell for spell, *_ in rows]
    assert len(set(spells[:4])) == 1
    assert len(set(spells)) == 8
    assert [row[2:] for row in rows] == [
        (nth, each["period"], 7, nth + 2) for nth, each in enumerate(ROWS)
    ]
    assert [(spell, proof) for spell, proof, *_ in rows] == [
        (spell, proof) for spell, proof, *_ in numbered(machine)
    ]
    assert len({proof for _, proof, *_ in rows}) == 8
    assert not {proof for _, proof, *_ in rows} & set(spells), "another number than the first"


def test_another_seed_gives_other_numbers(machine):
    one, other = numbered(machine), numbered(machine, seed=1)
    assert not {row[0] for row in one} & {row[0] for row in other}
    assert not {row[1] for row in one} & {row[1] for row in other}


def test_a_value_counts_where_it_stands(machine):
    """What stands in one column is not what stands in another."""
    machine.execute(
        "CREATE TABLE swapped AS SELECT * REPLACE (sub_item AS town, town AS sub_item) FROM given"
    )
    mine, theirs = numbered(machine)[:7], numbered(machine, relation="swapped")[:7]
    assert not {row[0] for row in mine} & {row[0] for row in theirs}
    assert not {row[1] for row in mine} & {row[1] for row in theirs}


def test_spells_tell_their_months_and_how_many_rows(machine):
    machine.execute(f"CREATE TABLE numbered AS {folding.number_rows('given', TOLD, 'sheets', 0)}")
    text = folding.group_rows("numbered")
    made = machine.sql(f"SELECT * FROM ({text}) ORDER BY sample").to_arrow_table().to_pylist()
    bit = {p: bound_months(p, later=True)[1] & bound_months(p, later=False)[1]
           for p in (202101, 202103, 202312, 202401)}  # fmt: skip
    four = bit[202101] | bit[202103] | bit[202312]
    told = [
        (row["sample"], row["times"], row["months"], row["first_period"], row["last_period"])
        for row in made
    ]
    assert told == [
        (0, 4, four, 202101, 202312),
        (4, 1, bit[202401], 202401, 202401),
        (5, 1, 1, None, None),
        (6, 1, 1, 202116, 202116),
        *((nth, 1, bit[202101], 202101, 202101) for nth in (7, 8, 9, 10)),
    ]
    assert [row["era"] for row in made[:4]] == [505, 506, None, 10_000_202_116]
    assert all(row["proof"] == row["other_proof"] for row in made)


def test_two_proofs_of_one_number_are_both_told(machine):
    rows = "(SELECT 1 AS spell, 202101 AS period, range AS row, range + 5 AS proof FROM range(3))"
    [made] = machine.sql(folding.group_rows(rows)).to_arrow_table().to_pylist()
    assert (made["proof"], made["other_proof"], made["sample"]) == (5, 7, 0)


def test_samples_tell_what_a_spell_says(machine):
    grouped = "(SELECT 1 AS spell, 2 AS proof, 3 AS times, 4 AS months, 5 AS era,"
    grouped += " 6 AS first_period, 7 AS last_period, 9 AS sample)"
    [made] = machine.sql(folding.tell_spells("given", grouped, TOLD)).to_arrow_table().to_pylist()
    assert (made["amount"], made["sub_item"], made["town"]) == (450, "a.1", "t")
    assert made["_id_key"] == key("a")
    assert made["id_key"] == machine.sql("SELECT hash(id_key) FROM given").fetchall()[0][0]
    assert [made[name] for name in ("spell", "proof", "times", "last_period")] == [1, 2, 3, 7]
    nobody = grouped.replace("9 AS sample", "8 AS sample")
    [made] = machine.sql(folding.tell_spells("given", nobody, TOLD)).to_arrow_table().to_pylist()
    assert (made["id_key"], made["_id_key"]) == (None, None)
