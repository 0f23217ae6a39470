"""Find the heading of a table and say which of its columns is which of the roster's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mingbai.intake.recognise.context import once_a_book
from mingbai.intake.recognise.words import bare, plain, unit_of_heading
from mingbai.rulebook import Book, Roster

SEARCH_DEPTH = 30
"""How many lines from the top a heading is looked for in."""

LIKELY = 6
"""How many rosters a heading is held against in full, those first that know most of it."""

TOLD_BY_TITLE = frozenset({"application", "insured", "register", "survey", "attendance", "exam"})
"""Kinds whose columns are those of any list of people: their titles tell them apart."""

_UNTITLED = 0.4
"""What a heading of such a kind loses where no title speaks of it: more than two columns."""

_DIGITS = re.compile(r"\d{4,}")
_NUMBER = re.compile(r"\d+(\.\d+)?%?")
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
    top: Sequence[Line],
    *,
    book: Book,
    rosters: Sequence[Roster],
    given: frozenset[str],
    title: str = "",
) -> list[Heading]:
    """Every roster's best reading of the top lines, best first.

    `given` names the columns which the title, file name or office already answers
    (period, town, sub_item): a required one among them is not missing.
    """
    best: dict[str, Heading] = {}
    aliases = aliases_of(book)
    for lines, labels in _candidates(top, known_headings(book)):
        for roster in _likely(rosters, aliases, labels):
            offers = _offers(aliases[roster.code], labels)
            found = _read(roster, offers, lines, labels, given, title)
            if found.roster not in best or found.score > best[found.roster].score:
                best[found.roster] = found
    return sorted(best.values(), key=lambda heading: -heading.score)


def _likely(
    rosters: Sequence[Roster],
    aliases: Mapping[str, Aliases],
    labels: tuple[tuple[str, ...], ...],
) -> list[Roster]:
    """The rosters that know most of the headings by name; only those are read with tolerance."""
    spelled = [{text for label in labels for text in (label, bare(label))} for labels in labels]
    hits = {
        roster.code: sum(1 for each in spelled if not each.isdisjoint(aliases[roster.code].columns))
        for roster in rosters
    }
    return sorted(rosters, key=lambda roster: -hits[roster.code])[:LIKELY]


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
    # A value may be spelled as some heading is (培训人数): numbers beside it tell the first row.
    if any(_DIGITS.search(label) or _NUMBER.fullmatch(label) for label in lower):
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
    offers: Sequence[Match],
    lines: tuple[int, ...],
    labels: tuple[tuple[str, ...], ...],
    given: frozenset[str],
    title: str,
) -> Heading:
    """How well one roster explains one heading."""
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
    if not title_fit and roster.kind in TOLD_BY_TITLE:
        coverage -= _UNTITLED
    score = (
        100 * coverage
        + sum(match.quality for match in taken.values())
        - 1.5 * strangers
        + (25 if title_fit else 0)
    )
    matches = tuple(taken[c.name] for c in roster.columns if c.name in taken)
    shown = tuple("/".join(label[:1]) for label in labels)
    return Heading(roster.code, lines, shown, matches, missing, score)


def _offers(aliases: Aliases, labels: tuple[tuple[str, ...], ...]) -> list[Match]:
    """What each of the sheet's columns may be, surest first."""
    offers: list[Match] = []
    for index, spellings in enumerate(labels, start=1):
        unit = next((u for u in map(unit_of_heading, spellings) if u), None)
        for rank, spelling in enumerate(spellings):
            for column, quality in _fits(spelling, aliases):
                offers.append(Match(column, index, spelling, unit, quality - 0.5 * rank))
    return sorted(offers, key=lambda offer: -offer.quality)


def _fits(label: str, aliases: Aliases) -> Iterator[tuple[str, float]]:
    """Columns that a plain heading may mean, with the quality of the fit."""
    core = bare(label)
    for spelling, quality in ((label, _EXACT), (core, _BARE)):
        if spelling in aliases.columns:
            yield aliases.columns[spelling], quality
            return
    if len(core) < 2:
        return
    inside = {
        column: len(alias) / len(core)
        for alias, column in aliases.by_length
        if len(core) <= 2 * len(alias) <= 2 * len(core) and alias in core
    }
    for column, share in inside.items():
        yield column, _INSIDE + share
    if not inside:
        wider = {column for alias, column in aliases.by_length if core in alias}
        if len(wider) == 1:
            yield wider.pop(), _PART


@dataclass(frozen=True)
class Aliases:
    """Plain spellings of one roster's columns; `by_length` holds those of two characters or more,
    shortest first, so that the longest that fits wins.
    """

    columns: Mapping[str, str]
    by_length: tuple[tuple[str, str], ...]


@once_a_book
def aliases_of(book: Book) -> Mapping[str, Aliases]:
    """Roster code -> spellings of its columns; a label wins over another column's alias."""
    return {roster.code: _aliases(roster) for roster in book.rosters}


def _aliases(roster: Roster) -> Aliases:
    table: dict[str, str] = {}
    for column in roster.columns:
        for text in (column.label, *column.aliases):
            table.setdefault(plain(text), column.name)
            table.setdefault(bare(plain(text)), column.name)
    for column in roster.columns:
        table[plain(column.label)] = column.name
    long_ones = sorted(
        (pair for pair in table.items() if len(pair[0]) > 1), key=lambda p: len(p[0])
    )
    return Aliases(table, tuple(long_ones))


@once_a_book
def known_headings(book: Book) -> frozenset[str]:
    """Every bare heading that any roster knows: a line without one of them is no heading."""
    return frozenset(bare(text) for each in aliases_of(book).values() for text in each.columns)
