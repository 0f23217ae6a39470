"""Towns and villages of the county, and exact splits of whole numbers by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mingbai.engine.generate import Village
from mingbai.rulebook.model import Book


@dataclass(frozen=True, slots=True)
class Place:
    """One town with its office, villages and weight in splits (its number of villages)."""

    code: str
    name: str
    office: str
    villages: tuple[Village, ...]

    @property
    def weight(self) -> int:
        """Return the town's part in splits."""
        return len(self.villages)


def read_places(book: Book) -> tuple[Place, ...]:
    """Return the towns that have an office of their own and villages valid on New Year's Day."""
    day = date(book.year, 1, 1)
    offices = {office.division: office.name for office in book.offices if office.kind == "town"}
    found: list[Place] = []
    for town in book.towns:
        villages = tuple(
            Village(each.code, each.name, town.code, town.name)
            for each in book.divisions
            if each.level == "village"
            and each.parent == town.code
            and each.valid_from <= day
            and (each.valid_to is None or day <= each.valid_to)
        )
        # A zone with one virtual village hands in nothing of its own.
        if town.code in offices and len(villages) > 1:
            found.append(Place(town.code, town.name, offices[town.code], villages))
    return tuple(found)


def reporting_towns(book: Book) -> tuple[str, ...]:
    """Return the codes of all towns with an office, the industrial park included."""
    offices = {office.division for office in book.offices if office.kind == "town"}
    return tuple(town.code for town in book.towns if town.code in offices)


def split_by_weight(total: int, weights: Sequence[int], *, least: int = 0) -> tuple[int, ...]:
    """Split a whole number by weights, largest remainders first; no part below ``least``."""
    whole = sum(weights)
    rest = total - least * len(weights)
    if rest < 0:
        raise ValueError("total is smaller than the least parts")
    parts = [least + rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(rest * weights[n] % whole), n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return tuple(parts)
