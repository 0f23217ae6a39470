"""Who and where: offices and divisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from mingbai.rulebook.model.words import (
    OfficeKind,
)


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    """One office of the county; ``leads`` are the programmes it leads as a whole.

    Who answers for a sub-item is the sub-item's own ``lead_office``.
    """

    code: str
    name: str
    short_name: str
    kind: OfficeKind
    parent: str | None
    division: str | None
    aliases: tuple[str, ...]
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DivisionSpec:
    """One division code with the dates between which it is valid."""

    code: str
    name: str
    level: Literal["province", "city", "county", "town", "village"]
    parent: str | None
    valid_from: date
    valid_to: date | None
