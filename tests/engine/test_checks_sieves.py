"""Whom a sieve lets through: everybody concerned, and few more.

A sieve that lets everybody through finds the same and saves nothing. So each person of the spec
tables who comes through in vain is written down in `spec/sieved.yaml`: a change that lets more
through shows there.
"""

from __future__ import annotations

import pytest
import yaml
from tests.engine.spectables import FOLDER, SpecTable, load_books, spell_key

from mingbai.engine.checks import run
from mingbai.engine.checks.machines import duckdb as machines
from mingbai.engine.checks.machines import sieving

BOOKS = load_books()
IN_VAIN = yaml.safe_load((FOLDER / "sieved.yaml").read_text("utf-8"))
SIEVED = [
    pytest.param(case, id=f"{book.kind}-{case.title}")
    for book in BOOKS
    for case in book.tables
    if case.spec().sieve() is not None
]


def let_through(case: SpecTable) -> list[str]:
    """People whom the sieve of a case gives, with the value where it gives one."""
    spec = case.spec()
    sources, needed = run.open_sources(case.tables(), [spec])
    with machines.open_duckdb(sources, threads=1, memory="1GB") as machine:
        machines.declare_tables(machine, sources, needed)
        machines.make_contexts(machine, [spec])
        sieving.sieve_people(machine, sources, needed, [spec])
        found = machine.execute("SELECT id_key, value FROM whole.found").fetchall()
    return sorted("/".join(spell_key(key) or "-" for key in pair if key) or "-" for pair in found)


def concerned(case: SpecTable) -> set[str]:
    """Those whom the findings of a case are about: the people (or households) of their rows."""
    by = case.spec().sieve().by
    tables = {name: table.to_pylist() for name, table in case.tables().items()}
    rows = [
        tables[name][line - 2]
        for found in case.findings
        for name, line in (*found.doubted, *found.beside)
    ]
    keys = {(row["id_key"], *([row[by]] if by != "id_key" else [])) for row in rows}
    return {"/".join(spell_key(key) or "-" for key in pair if key) or "-" for pair in keys}


@pytest.mark.parametrize("case", SIEVED)
def test_whom_a_sieve_lets_through(case):
    through = let_through(case)
    assert len(set(through)) == len(through)
    assert concerned(case) <= set(through)
    in_vain = [each for each in through if each not in concerned(case)]
    assert in_vain == IN_VAIN.get(case.kind, {}).get(case.title, [])


def test_nobody_is_written_down_for_a_case_that_is_not_there():
    known = {(case.kind, case.title) for (case,) in (each.values for each in SIEVED)}
    assert {(kind, title) for kind, cases in IN_VAIN.items() for title in cases} <= known
    assert all(each for cases in IN_VAIN.values() for each in cases.values())
