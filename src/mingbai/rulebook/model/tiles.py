"""Where each town stands on a map of equal tiles: how towns lie to each other, no border drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mingbai.rulebook.model.words import ValueIs


@dataclass(frozen=True, slots=True)
class TileMap:
    """Town code -> (column, row) of its tile; columns count from the west, rows from the north."""

    tiles: Mapping[str, tuple[int, int]]
    value_is: ValueIs
    source: str
