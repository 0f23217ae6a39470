"""Figures of delivery: completion of sub-items, works begun, finished, invested, classes held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import ModuleType

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.delivery.figures import building, completion, teaching

CARDS: dict[str, Card] = {**completion.CARDS, **building.CARDS, **teaching.CARDS}


def find_card(key: str) -> Card:
    """The card of a figure, also of one of a single sub-item. Errors: ``KeyError``."""
    card: Card = _owner(key).find_card(key)
    return card


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """One figure at the end of a day, as known at a ledger entry. Errors: ``KeyError``."""
    made: Figure = _owner(key).make_figure(key, year=year, cutoff=cutoff, as_of=as_of, to=to)
    return made


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """One level of the way down from a figure to workbook lines. Errors: ``KeyError``."""
    found: list[Branch | Leaf] = _owner(key).walk_figure(
        key, path, year=year, cutoff=cutoff, as_of=as_of, to=to
    )
    return found


def _owner(key: str) -> ModuleType:
    for owner in (building, teaching):
        if key in owner.CARDS:
            return owner
    return completion
