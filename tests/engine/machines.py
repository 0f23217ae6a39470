"""The machines that every spec table and every generated table runs on."""

from __future__ import annotations

import functools
from unittest import mock

import pytest

from mingbai.engine.checks import check, prepare
from mingbai.engine.checks import run as checking

#: `sieved` is DuckDB as it works on large tables: it first sieves whom a check may concern.
MACHINES = ["plain", "duckdb", "sieved"]

#: DuckDB reading tables that were folded and numbered before, however small.
PREPARED = "prepared"

on_every_machine = pytest.mark.parametrize("machine", [*MACHINES, PREPARED])


def check_on(machine, tables, specs, **limits):
    """`check` on a machine of the list, or on a copy prepared for it."""
    if machine == PREPARED:
        with prepare(tables, fold_from=0, **limits) as prepared:
            return check(prepared, specs)
    if machine != "sieved":
        return check(tables, specs, machine, **limits)
    always = functools.partial(checking.run_duckdb, sieve_from=0)
    with mock.patch.object(checking, "run_duckdb", always):
        return check(tables, specs, "duckdb", **limits)
