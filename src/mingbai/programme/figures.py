"""Figures of the year's list, and how a room's evidence and walks are cut to size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from mingbai.base.figures import Branch, Card, Evidence, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.programme.models import Programme
from mingbai.programme.queries import programmes

T = TypeVar("T")

#: At most this many branches or leaves on one level of a walk.
LEVEL_SIZE = 500

CARDS: dict[str, Card] = {
    "programme.count": Card(
        key="programme.count",
        name="年度民生工程项目数",
        unit="count",
        numerator="本县当年承担的项目（含县增，不含不涉及的项目），按大项计",
        denominator=None,
        cutoff="当年清单现行版本",
        owner="县民生办",
        word="项",
    )
}


def evidence_of(record: str, rows: Iterable[Sequence[object]]) -> Evidence:
    """The evidence of a figure: number of records and SHA-256 over their rows in this order."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(("|".join(map(str, row)) + "\n").encode())
        count += 1
    return Evidence(record, count, digest.hexdigest())


def split_page(path: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Take a trailing ``@<offset>`` off a walk's path; without one the offset is 0."""
    if path and path[-1].startswith("@"):
        offset = path[-1][1:]
        if not offset.isdigit():
            raise KeyError(path[-1])
        return tuple(path[:-1]), int(offset)
    return tuple(path), 0


def cut_page(rows: Sequence[T], offset: int) -> list[T]:
    """One page of a level, at most ``LEVEL_SIZE`` rows."""
    return list(rows[offset : offset + LEVEL_SIZE])


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """Number of programmes the county carries out. Errors: ``KeyError`` for an unknown key."""
    card = CARDS[key]
    found = programmes(to=to, year=year, as_of=as_of)
    rows = [(each.pk, each.code, each.status) for each in found]
    return Figure(
        card=card,
        value=len(found),
        cutoff=cutoff,
        evidence=evidence_of("programme.Programme", rows),
        numerator=len(found),
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """The programmes counted, each with the document that lists it. Errors: ``KeyError``."""
    CARDS[key]
    path, offset = split_page(path)
    if path:
        raise KeyError(path[0])
    found = programmes(to=to, year=year, as_of=as_of)
    return [Leaf(label=_label(each), value=1, note=each.source) for each in cut_page(found, offset)]


def _label(programme: Programme) -> str:
    number = f"{programme.local_number}. " if programme.local_number else ""
    return f"{number}{programme.name}（{programme.get_status_display()}）"
