"""Makes values canonical: one spelling for each thing, a Chinese sentence for each fault."""

from __future__ import annotations

from collections.abc import Mapping

from mingbai.engine.canon.cells import MESSAGES as _CELL_MESSAGES
from mingbai.engine.canon.plain import canonical_table_plain
from mingbai.engine.canon.shapes import NOTE, REJECT, WARN, CanonColumn, CanonResult
from mingbai.engine.canon.table import FAULT_SCHEMA, canonical_table
from mingbai.engine.canon.types import ALL_TYPES

__all__ = [
    "FAULT_SCHEMA",
    "MESSAGES",
    "NOTE",
    "REJECT",
    "WARN",
    "CanonColumn",
    "CanonResult",
    "canonical_table",
    "canonical_table_plain",
    "message",
]

#: Every code of a fault table and its sentence.
MESSAGES: Mapping[str, str] = {
    **_CELL_MESSAGES,
    **{code: said for kind in ALL_TYPES for code, said in kind.MESSAGES.items()},
}


def message(code: str, params: Mapping[str, object] | None = None) -> str:
    """What is wrong with a cell, why, and what to do next, for a code of a fault table."""
    return MESSAGES[code].format_map(dict(params or {}))
