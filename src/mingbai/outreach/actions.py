"""Entering the offices' information tables: pieces and which sites adopted them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.intake.models import REJECT, Sheet
from mingbai.intake.queries import sheet_table
from mingbai.outreach.models import Adoption, EnteredSheet, InformationPiece
from mingbai.rulebook.model import Book, Site

_HOUSE = Asker.system("information is entered for the county as a whole")
_TEXTS: Mapping[str, str] = {
    "missing": "缺标题或报送日期，本行未计入；请补填",
    "other_year": "报送日期不在本年度，本行未计入；请核对日期",
    "listed_twice": "同一信息在第 {other_line} 行已列，本行未计入；请删去重复行",
    "adopted_before_sent": "采用日期早于报送日期，该次采用未计入；请核对日期",
}


class CannotEnterPieces(Exception):
    """A sheet of another kind or year was given."""


@dataclass(frozen=True)
class PieceDiscrepancy:
    """One line of an information table that does not fit."""

    sheet_id: int
    line: int
    code: Literal["missing", "other_year", "listed_twice", "adopted_before_sent"]
    other_line: int = 0

    @property
    def message(self) -> str:
        """What is wrong, on which line, and what to do next."""
        return f"第 {self.line} 行：{_TEXTS[self.code].format(other_line=self.other_line)}。"


@dataclass(frozen=True)
class PieceEntry:
    """What a call entered: sheets, pieces, adoptions, and what did not fit."""

    sheets_count: int
    pieces_count: int
    adoptions_count: int
    discrepancies: tuple[PieceDiscrepancy, ...]


def enter_pieces(
    *, sheets: Iterable[Sheet], book: Book, by: User | None, at: datetime
) -> PieceEntry:
    """Enter information tables of the book's year; a sheet entered before is passed over.

    A corrected sheet makes the pieces of the turn before it count no more. A site adopted a piece
    when the book's column for that site holds a date. Errors: ``CannotEnterPieces``.
    """
    given = sorted(sheets, key=lambda sheet: sheet.pk)
    for sheet in given:
        if sheet.kind != "information" or sheet.year != book.year:
            raise CannotEnterPieces(f"第 {sheet.pk} 号表不是{book.year}年的信息台账，不能计入")
    with transaction.atomic():
        done = EnteredSheet.objects.unscoped("a sheet is entered once, whoever asks")
        known = set(done.filter(sheet__year=book.year).values_list("sheet_id", flat=True))
        fresh = [sheet for sheet in given if sheet.pk not in known]
        if not fresh:
            return PieceEntry(0, 0, 0, ())
        act = record_act(
            "enter_pieces",
            by=by,
            at=at,
            subject=str(book.year),
            payload={"sheets": [sheet.pk for sheet in fresh]},
        )
        pieces_count = adoptions_count = 0
        problems: list[PieceDiscrepancy] = []
        for sheet in fresh:
            entered = EnteredSheet(sheet=sheet, act=act)
            reader = _Reader(sheet, entered, book.sites)
            for row in _rows(sheet, book.sites):
                if row.get("verdict") != REJECT:
                    reader.read(row)
            entered.pieces_count = len(reader.pieces)
            entered.save(force_insert=True)
            InformationPiece.objects.bulk_create(reader.pieces.values())
            Adoption.objects.bulk_create(reader.adoptions)
            pieces_count += len(reader.pieces)
            adoptions_count += len(reader.adoptions)
            problems += reader.problems
        return PieceEntry(len(fresh), pieces_count, adoptions_count, tuple(problems))


def _rows(sheet: Sheet, sites: Iterable[Site]) -> list[dict[str, Any]]:
    table = sheet_table(sheet, to=_HOUSE)
    wanted = ("line", "verdict", "title", "sent_date", *(site.column for site in sites))
    rows: list[dict[str, Any]] = table.select(
        [column for column in wanted if column in table.column_names]
    ).to_pylist()
    return rows


class _Reader:
    """Reads the rows of one table; a piece counts once a table."""

    def __init__(self, sheet: Sheet, entered: EnteredSheet, sites: Iterable[Site]) -> None:
        self.sheet, self.entered, self.sites = sheet, entered, tuple(sites)
        self.town = _town_of(sheet)
        self.pieces: dict[str, InformationPiece] = {}
        self.adoptions: list[Adoption] = []
        self.problems: list[PieceDiscrepancy] = []

    def read(self, row: Mapping[str, Any]) -> None:
        """Turn one row into a piece with its adoptions, or into a problem."""
        line, title, sent = row["line"], (row.get("title") or "").strip(), row.get("sent_date")
        if not title or sent is None:
            self._say(line, "missing")
            return
        if sent.year != self.sheet.year:
            self._say(line, "other_year")
            return
        key = piece_digest(self.sheet.office_id, title, sent)
        if key in self.pieces:
            self._say(line, "listed_twice", self.pieces[key].origin_line or 0)
            return
        piece = InformationPiece(
            entered_sheet=self.entered,
            piece_digest=key,
            title=title[:300],
            office_id=self.sheet.office_id,
            town_id=self.town,
            year=self.sheet.year,
            sent_date=sent,
            origin_file_id=self.sheet.file_id,
            origin_sheet=self.sheet.number,
            origin_line=line,
            act_id=self.entered.act_id,
        )
        self.pieces[key] = piece
        for site in self.sites:
            adopted = row.get(site.column)
            if adopted is None:
                continue
            if adopted < sent:
                self._say(line, "adopted_before_sent")
                continue
            self.adoptions.append(self._adoption(piece, site.code, adopted))

    def _adoption(self, piece: InformationPiece, site: str, adopted: date) -> Adoption:
        return Adoption(
            piece=piece,
            site=site,
            adopted_date=adopted,
            origin_file_id=piece.origin_file_id,
            origin_sheet=piece.origin_sheet,
            origin_line=piece.origin_line,
            act_id=piece.act_id,
        )

    def _say(
        self,
        line: int,
        code: Literal["missing", "other_year", "listed_twice", "adopted_before_sent"],
        other: int = 0,
    ) -> None:
        self.problems.append(PieceDiscrepancy(self.sheet.pk, line, code, other))


def piece_digest(office_id: int, title: str, sent: date) -> str:
    """Which piece a line means: office, title without blanks and punctuation, day of sending."""
    bare = "".join(c for c in title if c.isalnum())
    text = f"{office_id}|{bare}|{sent.isoformat()}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _town_of(sheet: Sheet) -> str | None:
    if sheet.town_id:
        return sheet.town_id
    office = sheet.office
    if office.kind in (office.Kind.TOWN, office.Kind.VILLAGE) and office.division_id:
        return office.division_id[:9]
    return None
