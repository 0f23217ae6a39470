"""What was touched since the copy was last looked at: which values, sheets and months.

- `<name>_touched`: what the rows that came or went tell, once each;
- `<name>_slots`: sub-items, towns and months as they were handed in before;
- `_went`: names of sheets that went.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from mingbai.engine.checks.prepared import folding
from mingbai.engine.checks.tallies import tally_rows

_SLOT = "SELECT DISTINCT sub_item, town, period FROM"


def declare_marks(machine: duckdb.DuckDBPyConnection) -> None:
    """Nothing is touched yet."""
    machine.execute("CREATE TABLE copy._went (sheet VARCHAR)")


def forget_marks(machine: duckdb.DuckDBPyConnection, folded: dict[str, bool]) -> None:
    """Look at what comes from here on (`folded` are all tables, and whether each is)."""
    machine.execute("DELETE FROM copy._went")
    for name, is_folded in folded.items():
        machine.execute(f"DELETE FROM copy.{name}_touched")  # noqa: S608 - a checked name
        if is_folded:
            machine.execute(
                f"CREATE OR REPLACE TABLE copy.{name}_slots AS {_SLOT} copy.{name}_tally"
            )


def withdraw_rows(
    machine: duckdb.DuckDBPyConnection, name: str, sheets: Collection[str], told: list[str]
) -> None:
    """Take the rows of some sheets out of a folded table, and what they added."""
    run = machine.execute
    spells, rows = f"copy.{name}_spells", f"copy.{name}_rows"
    listed = [sorted(sheets)]
    run(
        f"CREATE TEMP TABLE _gone AS SELECT r.* FROM {rows} AS r"  # noqa: S608 - checked names
        f" JOIN copy.{name}_sheets AS h ON r.sheet = h.sheet WHERE list_contains(?, h.name)",
        listed,
    )
    run("CREATE TEMP TABLE _grouped AS SELECT DISTINCT spell FROM _gone")
    mark_spells(machine, name, "_grouped", told)
    run(
        f"CREATE TEMP TABLE _emptied AS SELECT DISTINCT s.sub_item, s.town, g.period"  # noqa: S608
        f" FROM _gone AS g JOIN ({_with_town(spells, told)}) AS s ON g.spell = s.spell"
    )
    run(f"DELETE FROM {rows} WHERE row IN (SELECT row FROM _gone)")  # noqa: S608
    left = folding.group_rows(
        f"(SELECT *, 0 AS proof FROM {rows} WHERE spell IN (SELECT spell FROM _grouped))"  # noqa: S608
    )
    run(f"CREATE TEMP TABLE _left AS {left}")
    run(
        f"UPDATE {spells} AS s SET times = g.times, months = g.months,"  # noqa: S608
        " first_period = g.first_period, last_period = g.last_period"
        " FROM _left AS g WHERE g.spell = s.spell"
    )
    run(
        f"DELETE FROM {spells} WHERE spell IN (SELECT spell FROM _grouped)"  # noqa: S608
        " AND spell NOT IN (SELECT spell FROM _left)"
    )
    _tally_anew(machine, name, told)
    for table in ("_gone", "_grouped", "_emptied", "_left"):
        run(f"DROP TABLE {table}")


def _with_town(spells: str, told: list[str]) -> str:
    missing = [] if "town" in told else ["CAST(NULL AS VARCHAR) AS town"]
    return f"SELECT {', '.join(['*', *missing])} FROM {spells}"  # noqa: S608 - checked names


def _tally_anew(machine: duckdb.DuckDBPyConnection, name: str, told: list[str]) -> None:
    """Tally again where rows went."""
    run, tally = machine.execute, f"copy.{name}_tally"
    same = " AND ".join(
        f"t.{column} IS NOT DISTINCT FROM e.{column}" for column in ("sub_item", "town", "period")
    )
    there = f"EXISTS (SELECT 1 FROM _emptied AS e WHERE {same})"  # noqa: S608
    run(f"DELETE FROM {tally} AS t WHERE {there}")  # noqa: S608 - a checked name
    rows = f"""
        (SELECT t.* FROM (
            SELECT r.row, r.period, s.* FROM copy.{name}_rows AS r
            JOIN ({_with_town(f"copy.{name}_spells", told)}) AS s ON r.spell = s.spell
        ) AS t WHERE {there})
        """  # noqa: S608 - checked names
    run(f"INSERT INTO {tally} {tally_rows(rows)}")


def mark_spells(
    machine: duckdb.DuckDBPyConnection, name: str, touched: str, told: list[str]
) -> None:
    """What the spells in `touched` tell is touched."""
    listed = ", ".join(f's."{column}"' for column in told)
    machine.execute(
        f"INSERT INTO copy.{name}_touched SELECT DISTINCT {listed}"  # noqa: S608 - checked names
        f" FROM copy.{name}_spells AS s JOIN {touched} AS t ON s.spell = t.spell"
    )
