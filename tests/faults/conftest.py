"""Fixtures of the fault tests."""

from __future__ import annotations

from tests.faults.county import small_county

__all__ = ["small_county"]
