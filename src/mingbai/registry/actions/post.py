"""Drawing up a posting from the roll: masked by construction, scanned, frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, Office, User
from mingbai.engine.money import show_money
from mingbai.engine.schedule import CannotSchedule
from mingbai.paper.leaks import Leak, scan_rows, scan_text
from mingbai.paper.masks import MASKS, Masked
from mingbai.paper.posting import Notice, NoticeColumn, draft_notice, load_notice
from mingbai.registry.actions.applicants import read_applicants
from mingbai.registry.actions.roll import Roll, RollLine, grade_names, read_roll
from mingbai.registry.models import PostedRow, Posting
from mingbai.registry.queries.postings import open_posting, posting_digest
from mingbai.registry.queries.register import due_day, received_on
from mingbai.rulebook import Book
from mingbai.rulebook.model import Channel, PostedColumn, PostingStage

_WHY: Final = "a posting is numbered among all of its roll"
_LISTED: Final = 5
_PERS: Final = {"month": "每月", "term": "每学期", "year": "每年", "case": "每次"}


class CannotDraftPosting(Exception):
    """Nothing may be posted here, nobody is on the roll, or something in it may not be shown."""


@dataclass(frozen=True)
class _Wanted:
    """What is asked for, and what the book says about it."""

    sub_item: str
    period: int
    town: str
    stage: PostingStage
    channel: Channel
    columns: tuple[PostedColumn, ...]
    start: date
    last: date


def draft_posting(
    *,
    sub_item: str,
    period: int,
    town: str,
    stage: str,
    channel: str,
    start_date: date,
    book: Book,
    by: User,
    at: datetime,
    follows: Posting | None = None,
    demonstration: bool = False,
    forms_folder: Path | None = None,
) -> Posting:
    """Freeze what a channel will show of a town's roll of a month, from ``start_date`` on.

    Every cell goes through its column's mask; a row that cannot, or any trace of an identifier in
    the result, refuses the whole posting. There is no way around it for anybody. Errors:
    ``CannotDraftPosting`` names the rows by their line in the roster and says what to do.
    """
    wanted = _wanted(sub_item, period, town, stage, channel, start_date, book)
    _refuse_second(wanted, follows)
    roll = _roll(wanted, book)
    shown = mask_lines(roll.lines, wanted.columns)
    refuse_leaks(roll.lines, shown, wanted.columns)
    notice = _notice(wanted, book, demonstration, forms_folder)
    if scan_text("\n".join((notice.title, *notice.paragraphs)), allowed=notice.allowed):
        raise CannotDraftPosting("公示正文里有一长串数字，像证件号或账号。请改公示文字后重试。")
    sheet = _sheet(wanted, notice, roll.lines, roll.left_out)
    rows = _rows(roll.lines, shown)
    try:
        with transaction.atomic():
            digest = posting_digest(sheet, rows)
            act = _record(wanted, len(rows), digest, book, by, at)
            posting = Posting.objects.create(
                **_head(wanted, book), sheet=sheet, body_digest=digest, row_count=len(rows),
                follows=follows, is_demonstration=demonstration, drafted_at=at, drafted_by=by,
                act=act,
            )  # fmt: skip
            _write_rows(posting, act, roll.lines, rows)
            return posting
    except IntegrityError as error:
        raise CannotDraftPosting("这份名单刚刚由他人制作。请刷新页面，看最新状态。") from error


def _roll(wanted: _Wanted, book: Book) -> Roll:
    """Whom the posting is about: applicants who wait for it, or those in force in the month."""
    if wanted.stage.about == "application":
        roll = read_applicants(
            sub_item=wanted.sub_item, town=wanted.town, stage=wanted.stage.stage,
            channel=wanted.channel.code, book=book,
        )  # fmt: skip
        if not roll.lines:
            raise CannotDraftPosting("这个镇没有走到这一步、还没公示的申请，没有可公示的名单。")
        return roll
    roll = read_roll(sub_item=wanted.sub_item, period=wanted.period, town=wanted.town, book=book)
    if not roll.lines:
        raise CannotDraftPosting(
            "这个镇当月没有在册、可发放的人，没有可公示的名单。请先收表、登记。"
        )
    return roll


def mask_lines(
    lines: Sequence[RollLine], columns: Sequence[PostedColumn]
) -> list[tuple[Masked, ...]]:
    """Each line through its columns' masks; a value that is not of its kind refuses the posting."""
    wrong: list[str] = []
    shown: list[tuple[Masked, ...]] = []
    for number, line in enumerate(lines, start=1):
        cells = []
        for column in columns:
            mask, value = MASKS[column.mask], line.values.get(column.name, "")
            if not mask.fits(value):
                wrong.append(f"{_place(number, line)}“{column.label}”填的不是{column.label}")
            cells.append(mask.apply(value))
        shown.append(tuple(cells))
    if wrong:
        raise CannotDraftPosting(_told(wrong, "请在花名册里改正后重新收表，再制作公示。"))
    return shown


def refuse_leaks(
    lines: Sequence[RollLine], shown: Sequence[tuple[Masked, ...]], columns: Sequence[PostedColumn]
) -> None:
    """Refuse where a cell, or a row's cells together, give an identifier or a hidden name away."""
    hides_names = all(column.mask != "name_whole" for column in columns)
    leaks = scan_rows(
        ([cell.text for cell in cells] for cells in shown),
        masks=[column.mask for column in columns],
        labels=[column.label for column in columns],
        known=lambda number: lines[number - 1].identifiers,
        names=(lambda number: lines[number - 1].names) if hides_names else None,
    )
    if leaks:
        wrong = [_leak_words(leak, lines) for leak in leaks]
        raise CannotDraftPosting(_told(wrong, "含有个人号码的名单不能公示，请改正后重新制作。"))


def _place(number: int, line: RollLine) -> str:
    return f"花名册第{line.line}行" if line.line else f"名单第{number}行"


def _leak_words(leak: Leak, lines: Sequence[RollLine]) -> str:
    where = _place(leak.row, lines[leak.row - 1])
    column = f"“{leak.column}”" if leak.column else ""
    return f"{where}{column}{leak.words}"


def _told(wrong: Sequence[str], advice: str) -> str:
    rest = f"等{len(wrong)}处" if len(wrong) > _LISTED else ""
    return f"{'；'.join(wrong[:_LISTED])}{rest}。{advice}"


def _wanted(
    sub_item: str, period: int, town: str, stage: str, channel: str, start: date, book: Book
) -> _Wanted:
    try:
        rule = book.posting.stage(stage, sub_item, start)
        place = book.posting.channel(channel, start)
        columns = book.posting.columns(channel, sub_item, start)
        if rule.about == "application":  # nothing is paid yet
            columns = tuple(each for each in columns if each.name != "amount")
        last = rule.term.last_day(start, book.calendar)
    except (KeyError, CannotSchedule) as error:
        raise CannotDraftPosting(f"{error.args[0]}。请先补充公示规定或节假日表。") from error
    if channel not in rule.channels or not columns:
        kind = book.posting.class_of(sub_item, start).name
        raise CannotDraftPosting(f"“{kind}”名单不得在{place.name}公示到人。请改用其他渠道。")
    return _Wanted(sub_item, period, town, rule, place, columns, start, last)


def _refuse_second(wanted: _Wanted, follows: Posting | None) -> None:
    """A month's roll hangs once on a channel; applicants are posted as they come, each once."""
    if wanted.stage.about == "application":
        return
    known = open_posting(
        sub_item=wanted.sub_item,
        period=wanted.period,
        town=wanted.town,
        stage=wanted.stage.stage,
        channel=wanted.channel.code,
    )
    if known is not None:
        raise CannotDraftPosting(
            "这份名单在这个渠道已有一份公示。要改正的，先作废或撤下原来的，再重新制作。"
        )
    if follows is not None and follows.channel != wanted.channel.code:
        raise CannotDraftPosting("更正公示要与原公示同一渠道。")


def _notice(wanted: _Wanted, book: Book, demonstration: bool, folder: Path | None) -> Notice:
    town = Division.objects.unscoped("names of divisions are public").get(code=wanted.town)
    item = book.sub_item(wanted.sub_item)
    phones = book.posting.phones_on(wanted.start)
    by_town = wanted.channel.level != "county"
    office = _office(wanted.town) if by_town else ""
    lead = book.office(item.lead_office).name
    month = f"{wanted.period // 100}年{wanted.period % 100}月"
    words = {
        "place.county": book.county_name,
        "town.name": town.name,
        "sub_item.name": item.name,
        "period.words": month,
        "basis": book.county_source,
        "standard": _standard(wanted, book),
        "phones": "、".join(f"{each.number}（{each.name}）" for each in phones),
        "office.name": office or lead,
        "office.lead": lead,
        "days.start": _day(wanted.start),
        "days.last": _day(wanted.last),
        "days.words": wanted.stage.term.words,
    }
    return draft_notice(
        load_notice(day=wanted.start, county_folder=folder),
        stage=wanted.stage.stage,
        subtitle=month,
        columns=tuple(NoticeColumn(each.name, each.label, each.mask) for each in wanted.columns),
        words=words,
        signature=office or lead,
        days=(wanted.start, wanted.last),
        allowed=(*(each.number for each in phones), book.county_source),
        mark="演示数据" if demonstration else "",
    )


def _office(town: str) -> str:
    offices = Office.objects.unscoped("a notice is signed by the town's office")
    found = offices.filter(kind="town", division_id=town, valid_to__isnull=True)
    return found.values_list("name", flat=True).first() or ""


def _standard(wanted: _Wanted, book: Book) -> str:
    """The amounts in force in the month of the roll, in one line."""
    day = date(wanted.period // 100, wanted.period % 100, 1)
    item = book.sub_item(wanted.sub_item)
    grades = grade_names(wanted.sub_item, book)
    parts = []
    for rule in item.amount_rules(day):
        per = _PERS[rule.per]
        if rule.kind == "fixed" and rule.amount_fen is not None:
            parts.append(f"{rule.name}{per}{show_money(rule.amount_fen)}元")
        elif rule.kind == "graded" and _shows_grades(wanted):
            told = (
                f"{grades.get(grade, grade)}{show_money(amount)}元"
                for grade, amount in rule.grades.items()
            )
            parts.append(f"{rule.name}{per}{'、'.join(told)}")
    return "，".join(parts)


def _shows_grades(wanted: _Wanted) -> bool:
    """Grades are named only where the table shows them: those of a disability are not."""
    return any(column.name == "grade" for column in wanted.columns)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _sheet(
    wanted: _Wanted, notice: Notice, lines: Sequence[RollLine], left_out: Mapping[str, int]
) -> dict[str, Any]:
    """What stands around the table, as JSON: frozen with the rows under one digest."""
    villages: dict[str, int] = {}
    for line in lines:
        villages[line.village] = villages.get(line.village, 0) + 1
    told = asdict(notice)
    return {
        "title": told["title"],
        "subtitle": told["subtitle"],
        "paragraphs": list(told["paragraphs"]),
        "columns": [[each.name, each.label, each.mask] for each in notice.columns],
        "signature": told["signature"],
        "allowed": list(told["allowed"]),
        "mark": told["mark"],
        "start": wanted.start.isoformat(),
        "last": wanted.last.isoformat(),
        "channel": wanted.channel.name,
        "stage": wanted.stage.name,
        "days": wanted.stage.term.words,
        "by_village": wanted.channel.level == "village",
        "board": told["signature"] if wanted.channel.place == "board" else "",
        "villages": villages,
        "left_out": dict(left_out),
    }


def _due(wanted: _Wanted, book: Book) -> date | None:
    """By when the roll must hang: so many working days after its roster was received."""
    received = received_on(sub_item=wanted.sub_item, period=wanted.period, town=wanted.town)
    within = wanted.stage.within
    if wanted.stage.about == "application":
        return None
    return due_day(received, within, book) if received and within else None


def _rows(
    lines: Sequence[RollLine], shown: Sequence[tuple[Masked, ...]]
) -> list[tuple[int, str, str]]:
    """``(number, village, cells)`` of each row, as it is frozen."""
    return [
        (number, line.village, json.dumps([cell.text for cell in cells], ensure_ascii=False))
        for number, (line, cells) in enumerate(zip(lines, shown, strict=True), start=1)
    ]


def _record(
    wanted: _Wanted, row_count: int, digest: str, book: Book, by: User, at: datetime
) -> Act:
    return record_act(
        "draft_posting",
        by=by,
        at=at,
        subject=f"{wanted.sub_item}/{wanted.period}",
        payload={
            "town": wanted.town, "stage": wanted.stage.code, "channel": wanted.channel.code,
            "rows": row_count, "digest": digest, "book": book.digest,
        },
    )  # fmt: skip


def _head(wanted: _Wanted, book: Book) -> dict[str, Any]:
    """What a posting is about, where it hangs and from when to when."""
    return {
        "year": wanted.period // 100,
        "sub_item": wanted.sub_item,
        "period": wanted.period,
        "town": wanted.town,
        "about": wanted.stage.about,
        "stage": wanted.stage.stage,
        "channel": wanted.channel.code,
        "place": wanted.channel.place,
        "is_final": wanted.stage.is_final,
        "is_deciding": wanted.stage.deciding == wanted.channel.code,
        "number": _next_number(wanted),
        "start_date": wanted.start,
        "last_date": wanted.last,
        "due_date": _due(wanted, book),
        "rulebook_digest": book.digest,
    }


def _next_number(wanted: _Wanted) -> int:
    same = Posting.objects.unscoped(_WHY).filter(
        sub_item=wanted.sub_item,
        period=wanted.period,
        town=wanted.town,
        stage=wanted.stage.stage,
        channel=wanted.channel.code,
    )
    return (same.aggregate(last=Max("number"))["last"] or 0) + 1


def _write_rows(
    posting: Posting, act: Act, lines: Sequence[RollLine], rows: Sequence[tuple[int, str, str]]
) -> None:
    columns = ("act_id", "posting_id", "number", "village", "cells", "enrolment_id",
               "application_number")  # fmt: skip
    insert_rows(
        PostedRow,
        columns,
        (
            (act.pk, posting.pk, *row, line.enrolment, line.application)
            for row, line in zip(rows, lines, strict=True)
        ),
    )
