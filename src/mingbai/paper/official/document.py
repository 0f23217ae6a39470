"""What an official document consists of, before any file format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FigureRun:
    """A printed figure and the statement it comes from; the docx names it at the spot."""

    text: str
    statement: str
    name: str = ""


Run = str | FigureRun


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、), 2 （一）, 3 (1.) or 4 （1）; ``text`` carries its own number."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3, 4):
            raise ValueError(f"heading level must be 1 to 4, not {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """A body paragraph; ``lead`` is the opening phrase set in 楷体, as 「（一）……。」 is."""

    runs: tuple[Run, ...]
    lead: str = ""


@dataclass(frozen=True)
class Table:
    """A ruled table; ``widths`` are relative; columns listed in ``right`` hold numbers, those in
    ``centre`` short words. A ``compact`` one is set smaller, for lists of many lines."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    widths: tuple[int, ...] = ()
    right: frozenset[int] = frozenset()
    centre: frozenset[int] = frozenset()
    compact: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row must have one cell a column")
        if self.widths and len(self.widths) != len(self.columns):
            raise ValueError("widths must be given for every column or for none")


@dataclass(frozen=True)
class Annex:
    """An annex on a page of its own, announced below the body."""

    title: str
    blocks: tuple[Heading | Paragraph | Table, ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Signature:
    """Who signs and the date of the document (成文日期)."""

    sender: str
    date: dt.date


@dataclass(frozen=True)
class Party:
    """One side of an agreement: what it is called in the text, and its full name."""

    role: str
    name: str


@dataclass(frozen=True)
class Agreement:
    """Places where the sides seal and sign beside each other; ``date`` is when it was drawn up."""

    parties: tuple[Party, ...]
    date: dt.date

    @property
    def sender(self) -> str:
        """The first side's name, for the file's properties."""
        return self.parties[0].name


@dataclass(frozen=True)
class Verification:
    """The small line under each page number: what the paper can be checked against."""

    text: str
    demonstration: bool = False


@dataclass(frozen=True)
class OfficialDocument:
    """A whole document; ``title`` has one string a printed line: the office breaks it itself."""

    title: tuple[str, ...]
    blocks: tuple[Block, ...]
    signature: Signature | Agreement
    number: str = ""
    addressee: str = ""
    annexes: tuple[Annex, ...] = ()
    verification: Verification | None = None


def plain_text(runs: Iterable[Run]) -> str:
    """The words of a paragraph as printed, figures included."""
    return "".join(run if isinstance(run, str) else run.text for run in runs)
