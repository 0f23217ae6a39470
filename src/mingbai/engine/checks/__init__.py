"""Looks across tables for what cannot be: twice, excluded, dead, too young, off standard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mingbai.engine.checks.findings import EVIDENCE_ROWS, FINDING_SCHEMA
from mingbai.engine.checks.kinds import (
    ALL_KINDS,
    Absence,
    AgeSex,
    AmountStandard,
    Capacity,
    CodeList,
    Continuity,
    EntitledSpan,
    HouseholdGrants,
    HouseholdHead,
    HouseholdMembers,
    MissingKey,
    MutualExclusion,
    OnList,
    OverlappingSpans,
    ProgressTotals,
    Quota,
    RepeatedPerson,
    SharedValue,
    TwoNames,
)
from mingbai.engine.checks.loading import CannotLoadSpecs, dump_specs, kind_name, load_specs
from mingbai.engine.checks.ordering import sort_findings
from mingbai.engine.checks.prepared import NumbersCollide, Prepared, open_prepared, prepare
from mingbai.engine.checks.prepared.catching import catch_up
from mingbai.engine.checks.recheck import recheck
from mingbai.engine.checks.run import check
from mingbai.engine.checks.shapes import COLUMNS, ROSTER, CannotCheck, CheckSpec
from mingbai.engine.checks.watching import Unwatched, find_unwatched

__all__ = [
    "ALL_KINDS", "COLUMNS", "EVIDENCE_ROWS", "FINDING_SCHEMA", "MESSAGES", "NAMES", "ROSTER",
    "Absence", "AgeSex", "AmountStandard", "CannotCheck", "CannotLoadSpecs", "Capacity",
    "CheckSpec", "CodeList", "Continuity", "EntitledSpan", "HouseholdGrants", "HouseholdHead",
    "HouseholdMembers", "MissingKey", "MutualExclusion", "NumbersCollide", "OnList",
    "OverlappingSpans", "Prepared", "ProgressTotals", "Quota", "RepeatedPerson", "SharedValue",
    "TwoNames", "Unwatched", "catch_up", "check", "dump_specs", "find_unwatched", "kind_name",
    "load_specs", "message", "open_prepared", "prepare", "recheck", "sort_findings",
]  # fmt: skip

#: Every code of a findings table and its sentence.
MESSAGES: Final[Mapping[str, str]] = {
    code: said for kind in ALL_KINDS for code, said in kind.MESSAGES.items()
}
#: Every code of a findings table and its short name.
NAMES: Final[Mapping[str, str]] = {
    code: name for kind in ALL_KINDS for code, name in kind.NAMES.items()
}


def message(code: str, params: Mapping[str, object] | None = None) -> str:
    """What was found, why it matters, and what to do next, for a code of a findings table."""
    return MESSAGES[code].format_map(dict(params or {}))
