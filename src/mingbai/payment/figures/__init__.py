"""Figures of payment: what reached people, and what comparison kept from being paid."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import Final

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.payment.figures import paid, saved

_PARTS: Final[tuple[ModuleType, ...]] = (paid, saved)
CARDS: Final[dict[str, Card]] = {key: card for part in _PARTS for key, card in part.CARDS.items()}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """One figure as of a ledger entry. Errors: KeyError for a figure of another room."""
    figure: Figure = _part(key).make_figure(key, year=year, cutoff=cutoff, as_of=as_of, to=to)
    return figure


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """One level of the way down to rows. Errors: KeyError for an unknown figure or step."""
    level: list[Branch | Leaf] = _part(key).walk_figure(
        key, path, year=year, cutoff=cutoff, as_of=as_of, to=to
    )
    return level


def _part(key: str) -> ModuleType:
    return next((part for part in _PARTS if key in part.CARDS), paid)
