"""Lists of values that several share: none lacks, whatever order rows come in."""

from __future__ import annotations

import duckdb
import pytest

from mingbai.engine.checks.sharing import LISTED, narrow, narrow_repeated

ACCOUNTS, PHONES, NAMES, HOUSES, REPEATED = LISTED


@pytest.fixture
def machine():
    with duckdb.connect() as machine:
        machine.execute("CREATE SCHEMA copy")
        machine.execute(
            "CREATE TABLE copy.t_spells (spell INTEGER, id_key INTEGER, account_key INTEGER,"
            " sub_item VARCHAR, era INTEGER, times INTEGER, months UBIGINT)"
        )
        for listed in (ACCOUNTS, REPEATED):
            machine.execute(f"CREATE TABLE copy.{listed.of('t')} (value INTEGER)")
        yield machine


def come(machine, listed, *spells, first=False):
    """Spells come; gives what the list then holds."""
    for spell in spells:
        machine.execute("INSERT INTO copy.t_spells VALUES (?, ?, ?, ?, ?, ?, ?)", spell)
    machine.execute("CREATE OR REPLACE TABLE came (spell INTEGER)")
    for number, *_ in spells:
        machine.execute("INSERT INTO came VALUES (?)", [number])
    machine.execute(listed.extend("t", None if first else "came"))
    told = machine.execute(f"SELECT value FROM copy.{listed.of('t')} ORDER BY 1").fetchall()
    return [value for (value,) in told]


def own(number, person, account):
    return (number, person, account, "a.1", 505, 1, 1)


def test_lists_are_named_by_what_they_hold():
    assert ACCOUNTS.of("t") == "t_several_id_key_by_account_key"
    assert ACCOUNTS.narrowed("t") == "t_spells_several_id_key_by_account_key"
    assert narrow("t", "account_key", "id_key") == ACCOUNTS.narrowed("t")
    assert narrow_repeated("t") == REPEATED.narrowed("t") == "t_spells_repeated"
    assert narrow("t", "phone_key", "id_key") == PHONES.narrowed("t")
    assert narrow("t", "id_key", "name_key") == NAMES.narrowed("t")
    assert narrow("t", "id_key", "household_key") == HOUSES.narrowed("t")
    assert REPEATED.columns == {"id_key", "sub_item", "period"}


def test_the_first_spells_fill_the_list(machine):
    spells = [own(1, 1, 7), own(2, 2, 7), own(3, 1, 8), own(4, 1, 8), own(5, 3, None),
              own(6, 4, None), own(7, 5, 9), own(8, None, 9)]  # fmt: skip
    assert come(machine, ACCOUNTS, *spells, first=True) == [7]


def test_later_spells_are_seen_beside_those_of_before(machine):
    assert come(machine, ACCOUNTS, own(1, 1, 7), own(2, 1, 8), own(3, 2, 9), first=True) == []
    assert come(machine, ACCOUNTS, own(4, 2, 7), own(5, 3, None)) == [7]
    assert come(machine, ACCOUNTS, own(6, 3, 7), own(7, 1, 8), own(8, 5, None)) == [7], "once"
    assert come(machine, ACCOUNTS, own(9, 2, 8), own(10, 1, 9)) == [7, 8, 9]


def test_only_what_was_touched_is_looked_at(machine):
    """What came by another way stays unseen: the list is told of all that comes."""
    for spell in (own(1, 1, 7), own(2, 2, 7)):
        machine.execute("INSERT INTO copy.t_spells VALUES (?, ?, ?, ?, ?, ?, ?)", spell)
    assert come(machine, ACCOUNTS, own(3, 1, 8)) == []
    assert come(machine, ACCOUNTS, own(4, 3, 7)) == [7]


def test_people_who_stand_more_often_than_there_are_months(machine):
    spells = [
        (1, 1, None, "a.1", 505, 2, 0b11),  # two rows of two months
        (2, 2, None, "a.1", 505, 2, 0b1),  # two rows of one
        (3, 3, None, "a.1", 505, 1, 0b1), (4, 3, None, "a.1", 505, 1, 0b1),
        (5, 4, None, "a.1", 505, 1, 0b1), (6, 4, None, "b.1", 505, 1, 0b1),
        (7, 5, None, "a.1", 505, 1, 0b1), (8, 5, None, "a.1", 506, 1, 0b1),
        (9, 6, None, "a.1", 505, 1, 0b1), (10, 6, None, "a.1", 505, 1, 0b10),
        (11, None, None, "a.1", 505, 9, 0b1),
        (12, 7, None, "a.1", 505, 3, 0b1), (13, 7, None, "b.1", 505, 3, 0b1),
    ]  # fmt: skip
    assert come(machine, REPEATED, *spells, first=True) == [2, 3, 7]
    assert come(machine, REPEATED, (14, 1, None, "a.1", 505, 1, 0b1)) == [1, 2, 3, 7]
