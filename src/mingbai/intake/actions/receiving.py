"""Receive one file: read, recognise, judge, and write all of it in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Division, Office, StoredFile, User
from mingbai.engine.reading import Reader, Workbook, read_workbook
from mingbai.intake.actions.writing import Blinder, Packed, pack_sheet, write_sheets
from mingbai.intake.judge import judge_sheet
from mingbai.intake.models import Receipt
from mingbai.intake.recognise import (
    Blank,
    Handed,
    Recognised,
    mask_long_numbers,
    recognise_sheet,
    year_of_sheet,
)
from mingbai.rulebook import Book, CannotLoadBook, load_book

FILE_KIND = "workbook"
_TRIES = 3


class CannotReceiveFile(Exception):
    """The file could not be registered though nothing is wrong with it: others kept changing."""


@dataclass(frozen=True)
class Arrival:
    """One file at the door: bytes, the name it came under, who hands it in, who acts, when."""

    content: bytes
    name: str
    office: Office
    by: User | None
    at: datetime

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def shown_name(self) -> str:
        """The name as kept: no folder, no long number, not too long."""
        base = self.name.replace("\\", "/").rsplit("/", 1)[-1]
        return mask_long_numbers(base)[-255:] or "未命名"

    @property
    def handed(self) -> Handed:
        """What the name and the office say about the tables inside."""
        division = self.office.division_id or ""
        local = self.office.kind in (Office.Kind.TOWN, Office.Kind.VILLAGE)
        town = division[:9] if local and len(division) >= 9 else None
        return Handed(file_name=self.name, office=self.office.code, town=town)


@dataclass(frozen=True)
class Opinion:
    """What became of a file before anything is written."""

    outcome: str
    message: str
    sheets: tuple[Packed, ...] = ()


def receive_file(
    *,
    content: bytes,
    name: str,
    office: Office,
    by: User | None,
    at: datetime,
    reader: Reader | None = None,
) -> Receipt:
    """Take in one file of an office, whatever it holds, and say in the receipt what became of it.

    Bytes, receipt, sheets, verdicts and one ledger entry are written in one transaction. The same
    bytes from the same office a second time change nothing. Bad input never raises; it becomes the
    receipt's message. Raises `CannotReceiveFile` only when others kept writing the same slot.
    """
    arrival = Arrival(content, name, office, by, at)
    if is_known(arrival):
        return write_arrival(arrival, None)
    workbook = (reader.read if reader else read_workbook)(content, name)
    opinion = judge_workbook(workbook, arrival, books=Books(at), blinder=Blinder())
    return write_arrival(arrival, opinion)


class Books:
    """Books by year, for the county of this installation; `at` decides where no year is named."""

    def __init__(self, at: datetime) -> None:
        self._year = timezone.localtime(at).year
        self._county = county_code()

    def of_year(self, year: int | None) -> Book:
        """The year's book; the current one where none is named; raises `CannotLoadBook`."""
        return load_book(year=year or self._year, county=self._county)


def county_code() -> str:
    """The code of the county whose divisions were loaded at set-up."""
    counties = Division.objects.unscoped("the one county of this installation")
    code = counties.filter(level="county", valid_to=None).values_list("code", flat=True).first()
    if code is None:
        raise CannotReceiveFile("系统还没有载入县的区划，无法收件。请先完成初始化。")
    return code


def is_known(arrival: Arrival) -> bool:
    """True when this office handed in the same bytes before and they were accepted."""
    return (
        Receipt.objects.unscoped("the same bytes from the same office")
        .filter(
            file__sha256=arrival.sha256,
            file__kind=FILE_KIND,
            office=arrival.office,
            outcome=Receipt.Outcome.ACCEPTED,
        )
        .exists()
    )


def judge_workbook(
    workbook: Workbook, arrival: Arrival, *, books: Books, blinder: Blinder
) -> Opinion:
    """Recognise and judge every sheet of a workbook; nothing stops at the first fault."""
    if workbook.fault is not None:
        return Opinion(Receipt.Outcome.UNREADABLE, workbook.fault.message)
    sheets: list[Packed] = []
    messages: list[str] = []
    misses = 0
    for raw in workbook.sheets:
        try:
            book = books.of_year(year_of_sheet(raw, handed=arrival.handed))
        except CannotLoadBook:
            messages.append(f"工作表「{raw.name}」所写的年度，系统里没有当年的项目清单。")
            misses += 1
            continue
        found = recognise_sheet(raw, book=book, handed=arrival.handed)
        if isinstance(found, Recognised):
            judged = judge_sheet(raw, found, book=book)
            sheets.append(pack_sheet(raw, found, judged, book=book, blinder=blinder))
        else:
            messages.extend([found.message] if found.message else [])
            misses += not isinstance(found, Blank)
    if sheets:
        return Opinion(Receipt.Outcome.ACCEPTED, "\n".join(messages), tuple(sheets))
    if not misses:
        messages.append("文件里没有可以收下的内容。请确认选对了文件，再重新上传。")
    return Opinion(Receipt.Outcome.UNRECOGNISED, "\n".join(messages))


def write_arrival(arrival: Arrival, opinion: Opinion | None) -> Receipt:
    """Write a file's receipt and sheets in one transaction; `None` means the file is known.

    Two people may hand in the same file or correct the same sheet at once: the database lets one
    of them through, and the other is written again on top of what then stands.
    """
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                if opinion is None or is_known(arrival):
                    return _write_repeated(arrival)
                return _write_opinion(arrival, opinion)
        except IntegrityError:
            continue
    raise CannotReceiveFile("同一张表正被多人同时上报，这一份还没有收下。请稍后重新上传。")


def _write_repeated(arrival: Arrival) -> Receipt:
    stored = store_file(arrival.content, kind=FILE_KIND, by=arrival.by, at=arrival.at)
    first = (
        Receipt.objects.unscoped("the receipt of the same bytes")
        .filter(file=stored, office=arrival.office, outcome=Receipt.Outcome.ACCEPTED)
        .get()
    )
    day = timezone.localtime(first.received_at)
    message = (
        f"这个文件与{day.year}年{day.month}月{day.day}日收到的「{first.original_name}」"
        "内容完全相同，没有重复入库，原来的结果不变。若本想上报更正后的表，请确认改动已保存。"
    )
    return _write_receipt(arrival, stored, Receipt.Outcome.REPEATED, message, ())


def _write_opinion(arrival: Arrival, opinion: Opinion) -> Receipt:
    stored = store_file(arrival.content, kind=FILE_KIND, by=arrival.by, at=arrival.at)
    receipt = _write_receipt(arrival, stored, opinion.outcome, opinion.message, opinion.sheets)
    write_sheets(receipt, opinion.sheets)
    return receipt


def _write_receipt(
    arrival: Arrival,
    stored: StoredFile,
    outcome: str,
    message: str,
    sheets: tuple[Packed, ...],
) -> Receipt:
    counts = {
        "sheet_count": len(sheets),
        "row_count": sum(sheet.counts.rows for sheet in sheets),
        "accepted_count": sum(sheet.counts.accepted for sheet in sheets),
        "rejected_count": sum(sheet.counts.rejected for sheet in sheets),
        "warned_count": sum(sheet.counts.warned for sheet in sheets),
        "noted_count": sum(sheet.counts.noted for sheet in sheets),
    }
    act = record_act(
        "receive_file",
        by=arrival.by,
        at=arrival.at,
        subject=f"file:{stored.pk}",
        office=arrival.office,
        payload={"sha256": stored.sha256, "outcome": outcome, **counts},
    )
    return Receipt.objects.create(
        act=act,
        file=stored,
        original_name=arrival.shown_name,
        office=arrival.office,
        outcome=outcome,
        message=message,
        received_at=arrival.at,
        received_by=arrival.by,
        **counts,
    )
