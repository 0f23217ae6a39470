"""Find the heading of a table and say which of its columns is which of the roster's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mingbai.intake.recognise.words import bare, plain, unit_of_heading
from mingbai.rulebook import Roster

SEARCH_DEPTH = 30
"""How many lines from the top a heading is looked for in."""

_DIGITS = re.compile(r"\d{4,}")
_EXACT, _BARE, _INSIDE, _PART = 10.0, 8.0, 4.0, 2.0


@dataclass(frozen=True)
class Line:
    """One line of the top of a sheet: its number as Excel shows it, and its cells in order."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell)


@dataclass(frozen=True)
class Match:
    """A roster's column found in the sheet; `index` counts from 1 as c1, c2, …"""

    column: str
    index: int
    label: str
    unit: str | None
    quality: float


@dataclass(frozen=True)
class Heading:
    """A heading as one roster reads it."""

    roster: str
    lines: tuple[int, ...]
    labels: tuple[str, ...]
    matches: tuple[Match, ...]
    missing: tuple[str, ...]
    score: float

    @property
    def indexes(self) -> Mapping[str, int]:
        return {match.column: match.index for match in self.matches}


def headings(
    top: Sequence[Line], *, rosters: Sequence[Roster], given: frozenset[str], title: str = ""
) -> list[Heading]:
    """Every roster's best reading of the top lines, best first.

    `given` names the columns which the title, file name or office already answers
    (period, town, sub_item): a required one among them is not missing.
    """
    best: dict[str, Heading] = {}
    known = _all_aliases(tuple(rosters))
    for lines, labels in _candidates(top, known):
        for roster in rosters:
            found = _read(roster, lines, labels, given, title)
            if found.roster not in best or found.score > best[found.roster].score:
                best[found.roster] = found
    return sorted(best.values(), key=lambda heading: -heading.score)


def _candidates(
    top: Sequence[Line], known: frozenset[str]
) -> Iterator[tuple[tuple[int, ...], tuple[tuple[str, ...], ...]]]:
    """Lines that may be a heading, each column with its possible spellings, likeliest first."""
    for position, line in enumerate(top):
        if line.filled < 2 or not any(bare(plain(cell)) in known for cell in line.cells if cell):
            continue
        upper = [plain(cell) for cell in line.cells]
        below = top[position + 1] if position + 1 < len(top) else None
        if below is not None and below.number == line.number + 1:
            lower = [plain(cell) for cell in below.cells]
            if _continues(upper, lower, known):
                yield (line.number, below.number), _joined(upper, lower)
                continue
        yield (line.number,), tuple((label,) if label else () for label in upper)


def _continues(upper: Sequence[str], lower: Sequence[str], known: frozenset[str]) -> bool:
    """True when `lower` is the second line of a merged heading and not the first row."""
    if any(_DIGITS.search(label) for label in lower):
        return False
    hangs = any(low and not up for up, low in zip(upper, lower, strict=True))
    open_above = any(up and not low for up, low in zip(upper, lower, strict=True))
    if not (hangs or open_above):
        return False
    spellings = zip(_joined(upper, lower), lower, strict=True)
    # The third spelling is the upper line's alone and says nothing of the line below.
    return any(bare(label) in known for labels, low in spellings if low for label in labels[:2])


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Spellings of each column of a two-line heading; a group's text reaches to its right."""
    labels: list[tuple[str, ...]] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        if above:
            group = above
        if not below:
            labels.append((above,) if above else ())
            group = "" if above else group
        elif above or group:
            labels.append((group + below, below, *((above,) if above else ())))
        else:
            labels.append((below,))
    return tuple(labels)


def _read(
    roster: Roster,
    lines: tuple[int, ...],
    labels: tuple[tuple[str, ...], ...],
    given: frozenset[str],
    title: str,
) -> Heading:
    """How well one roster explains one heading."""
    offers = sorted(_offers(roster, labels), key=lambda offer: -offer.quality)
    taken: dict[str, Match] = {}
    used: set[int] = set()
    for offer in offers:
        if offer.column not in taken and offer.index not in used:
            taken[offer.column] = offer
            used.add(offer.index)
    required = [column.name for column in roster.columns if column.required]
    missing = tuple(name for name in required if name not in taken and name not in given)
    coverage = 1 - len(missing) / max(1, len(required))
    strangers = sum(1 for label in labels if label) - len(used)
    title_fit = any(plain(word) in title for word in roster.title_words)
    score = (
        100 * coverage
        + sum(match.quality for match in taken.values())
        - 1.5 * strangers
        + (25 if title_fit else 0)
    )
    matches = tuple(taken[c.name] for c in roster.columns if c.name in taken)
    shown = tuple("/".join(label[:1]) for label in labels)
    return Heading(roster.code, lines, shown, matches, missing, score)


def _offers(roster: Roster, labels: tuple[tuple[str, ...], ...]) -> Iterator[Match]:
    aliases = _aliases(roster)
    for index, spellings in enumerate(labels, start=1):
        unit = next((u for u in map(unit_of_heading, spellings) if u), None)
        for rank, spelling in enumerate(spellings):
            for column, quality in _fits(spelling, aliases):
                yield Match(column, index, spelling, unit, quality - 0.5 * rank)


def _fits(label: str, aliases: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Columns that a plain heading may mean, with the quality of the fit."""
    if label in aliases:
        yield aliases[label], _EXACT
        return
    core = bare(label)
    if core in aliases:
        yield aliases[core], _BARE
        return
    if len(core) < 2:
        return
    inside = {
        column: len(alias) / len(core)
        for alias, column in sorted(aliases.items(), key=lambda pair: len(pair[0]))
        if len(alias) >= 2 and alias in core and len(alias) * 2 >= len(core)
    }
    for column, share in inside.items():
        yield column, _INSIDE + share
    if not inside:
        wider = {column for alias, column in aliases.items() if core in alias}
        if len(wider) == 1:
            yield wider.pop(), _PART


@lru_cache(maxsize=64)
def _aliases(roster: Roster) -> Mapping[str, str]:
    """Plain spelling -> canonical column of one roster; a label wins over another's alias."""
    table: dict[str, str] = {}
    for column in roster.columns:
        for text in (column.label, *column.aliases):
            table.setdefault(plain(text), column.name)
            table.setdefault(bare(plain(text)), column.name)
    for column in roster.columns:
        table[plain(column.label)] = column.name
    return table


@lru_cache(maxsize=16)
def _all_aliases(rosters: tuple[Roster, ...]) -> frozenset[str]:
    return frozenset(bare(text) for roster in rosters for text in _aliases(roster))
