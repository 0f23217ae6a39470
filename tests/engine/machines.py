"""The machines that every spec table and every generated table runs on."""

from __future__ import annotations

import pytest

MACHINES = ["plain", "duckdb"]

on_every_machine = pytest.mark.parametrize("machine", MACHINES)
