"""Whole lists into the survey: workbooks of towns and departments, and people left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.base.secrets import blind
from mingbai.intake.models import Sheet
from mingbai.intake.queries import sheets_at
from mingbai.registry.actions.change import RowsReport
from mingbai.registry.actions.survey import (
    AlreadySurveyed,
    CannotSurvey,
    Checked,
    Surveyed,
    check_surveyed,
    write_entry,
)
from mingbai.registry.models import Finding, SurveyEntry
from mingbai.registry.queries.findings import LEFT_OUT_CODES, people_of
from mingbai.registry.queries.rows import ORIGIN, roster_rows, village_codes
from mingbai.registry.queries.savings import finding_places
from mingbai.rulebook import Book

_WHY: Final = "a row is listed once, whoever asks again"
_COLUMNS: Final = (
    "sub_item", "name", "id_number", "town", "village", "phone", "reason", "assignee", "due_date",
)  # fmt: skip
_MEANWHILE: Final = "这个人的同一项摸底刚刚由他人登记。"
_TWICE: Final = "本表前面已有这个人的同一项，这一行不再列入。请删去一行。"
#: The same name in one village, without a number: one person or two, only a visit can tell.
_NAMESAKE: Final = (
    "本村同名的人已经摸底登记，没有证件号分不清是不是同一个人。"
    "是同一个人的，不用再报；不是的，请填上证件号。"
)


@dataclass(frozen=True)
class SurveyReport:
    """What became of the rows of survey lists: entries made, people listed before, rows refused.

    ``refused`` names each row by (file, sheet, line) with the reason in Chinese.
    """

    act: Act
    done: tuple[int, ...]
    known_count: int
    refused: tuple[tuple[tuple[int, int, int], str], ...]


@dataclass(frozen=True)
class _Row:
    """A row as read: where it stands, and what it says, or why it cannot be listed."""

    place: tuple[int, int, int]
    checked: Checked | None
    why: str
    is_known: bool


def receive_surveys(*, sheets: Sequence[Sheet], book: Book, by: User, at: datetime) -> SurveyReport:
    """List the accepted rows of survey lists; rows and people listed before are passed over."""
    done: list[int] = []
    refused: list[tuple[tuple[int, int, int], str]] = []
    known = 0
    with transaction.atomic():
        act = record_act(
            "receive_surveys", by=by, at=at, subject=f"sheets:{len(sheets)}",
            payload={"sheets": [sheet.pk for sheet in sheets]},
        )  # fmt: skip
        # Read whole before anything is listed: a row is held against what stood there before.
        for row in list(_read(sheets, book, at)):
            if row.checked is None:
                known += row.is_known
                refused += [] if row.is_known else [(row.place, row.why)]
                continue
            try:
                # Its own savepoint: the constraints may refuse one row, the others stand.
                with transaction.atomic():
                    made = write_entry(
                        checked=row.checked, source=SurveyEntry.Source.WORKBOOK, year=book.year,
                        act=act, by=by, at=at, origin=dict(zip(ORIGIN, row.place, strict=True)),
                    )  # fmt: skip
                done.append(made.pk)
            except IntegrityError:
                refused.append((row.place, _MEANWHILE))
    return SurveyReport(act, tuple(done), known, tuple(refused))


def explain_surveys(
    sheets: Sequence[Sheet], book: Book, at: datetime
) -> list[tuple[tuple[int, int, int], str]]:
    """The rows of survey lists that cannot be listed, with the reason; writes nothing."""
    rows = _read(sheets, book, at)
    return [(row.place, row.why) for row in rows if row.checked is None and not row.is_known]


def _read(sheets: Sequence[Sheet], book: Book, at: datetime) -> Iterator[_Row]:
    """Each accepted row that is not listed yet, held against what stands there and above it."""
    rolls = [sheet for sheet in sheets if sheet.kind == "survey"]
    to = Asker.system("the caller chose these sheets under their own scope")
    rows = roster_rows(sheets=rolls, to=to, columns=_COLUMNS).to_dicts()
    villages = village_codes()
    entered, by_sheet = _entered({row["origin_file_id"] for row in rows})
    named, earlier = _named(book.year), _followed(rolls)
    seen: set[tuple[bytes, str]] = set()
    for row in rows:
        place = (row["origin_file_id"], row["origin_sheet"], row["origin_line"])
        if place in entered:
            continue
        try:
            checked = check_surveyed(_surveyed(row, villages), book, at)
        except AlreadySurveyed as error:
            number = blind("id_number", row["id_number"])
            twice = (*place[:2], number, row["sub_item"]) in by_sheet
            yield _Row(place, None, _TWICE if twice else str(error), not twice)
            continue
        except CannotSurvey as error:
            yield _Row(place, None, str(error), False)
            continue
        item = checked.said.sub_item
        key = (checked.id_key or checked.name_key + checked.said.village.encode(), item)
        namesakes = named.get((checked.name_key, checked.said.village, item), set())
        if checked.id_key is None and namesakes:
            yield _Row(place, None, _NAMESAKE, not namesakes.isdisjoint(earlier))
        elif key in seen:
            yield _Row(place, None, _TWICE, False)
        else:
            seen.add(key)
            yield _Row(place, checked, "", False)


def _entered(files: set[int]) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Rows listed before, and whom each sheet has listed: (file, sheet, number's key, sub-item)."""
    found = SurveyEntry.objects.unscoped(_WHY).filter(
        origin_file__in=files, source=SurveyEntry.Source.WORKBOOK
    )
    rows: set[tuple[Any, ...]] = set()
    people: set[tuple[Any, ...]] = set()
    for file, sheet, line, key, item in found.values_list(*ORIGIN, "id_key", "sub_item"):
        rows.add((file, sheet, line))
        if key is not None:
            people.add((file, sheet, bytes(key), item))
    return rows, people


def _named(year: int) -> dict[tuple[bytes, str, str], set[tuple[Any, Any]]]:
    """Name, village and sub-item of everybody listed without a number -> sheets that said so."""
    rows = SurveyEntry.objects.unscoped(_WHY).filter(year=year, id_key=None)
    found: dict[tuple[bytes, str, str], set[tuple[Any, Any]]] = defaultdict(set)
    told = rows.values_list("name_key", "village", "sub_item", "origin_file", "origin_sheet")
    for name, village, item, file, sheet in told:
        found[bytes(name), village, item].add((file, sheet))
    return found


def _followed(sheets: Iterable[Sheet]) -> set[tuple[Any, Any]]:
    """The sheets that these correct: what they listed is not listed again."""
    found, waiting = set(), [sheet.follows for sheet in sheets]
    while waiting:
        sheet = waiting.pop()
        if sheet is not None and (sheet.file_id, sheet.number) not in found:
            found.add((sheet.file_id, sheet.number))
            waiting.append(sheet.follows)
    return found


def _surveyed(row: dict[str, Any], villages: dict[tuple[str, str], str]) -> Surveyed:
    village = _village(row, villages)
    if not village:
        raise CannotSurvey("认不出村（居）。请写行政区划里的全名。")
    due = row["due_date"]
    return Surveyed(
        sub_item=row["sub_item"] or "",
        village=village,
        name=row["name"] or "",
        reason=row["reason"] or "",
        assignee=row["assignee"] or "",
        id_number=row["id_number"] or "",
        phone=row["phone"] or "",
        due_date=due if isinstance(due, date) else None,
    )


def _village(row: dict[str, Any], villages: dict[tuple[str, str], str]) -> str:
    village = str(row["village"] or "")
    if len(village) == 12 and village.isdigit():
        return village
    return villages.get((row["town"] or "", village), "")


def take_over_left_out(
    *,
    findings: Iterable[Finding],
    assignee: str,
    due_date: date | None,
    book: Book,
    by: User,
    at: datetime,
) -> RowsReport:
    """Put people whom comparison found left out on the survey list; their findings wait for visits.

    Each keeps its finding and the row that entitles the person. The report names entries where
    listed and findings where not.
    """
    listed = [each for each in findings if each.code in LEFT_OUT_CODES]
    rows, villages = _evidence(listed), village_codes()
    homes = {pk: person.village for pk, person in people_of(listed).items()}
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    with transaction.atomic():
        act = record_act(
            "take_over_left_out", by=by, at=at, subject=f"findings:{len(listed)}",
            payload={"findings": [each.pk for each in listed]},
        )  # fmt: skip
        for each in listed:
            row = rows.get(each.pk, {})
            try:
                said = _left_out(each, row, villages, homes, assignee, due_date)
                checked = check_surveyed(said, book, at)
                with transaction.atomic():
                    made = write_entry(
                        checked=checked, source=SurveyEntry.Source.LEFT_OUT, year=book.year,
                        act=act, by=by, at=at, finding=each,
                        origin={name: row[name] for name in ORIGIN},
                    )  # fmt: skip
                done.append(made.pk)
            except CannotSurvey as error:
                refused.append((each.pk, str(error)))
            except IntegrityError:
                refused.append((each.pk, _MEANWHILE))
    return RowsReport(act, tuple(done), tuple(refused))


def _left_out(
    found: Finding, row: dict[str, Any], villages: dict[tuple[str, str], str],
    homes: dict[int, str], assignee: str, due_date: date | None,
) -> Surveyed:  # fmt: skip
    """What a finding and the row behind it say of somebody left out. Errors: ``CannotSurvey``."""
    if not row:
        raise CannotSurvey("查不到依据的那一行，请在疑点页核实。")
    village = _village(row, villages) or homes.get(found.pk, "")
    if not village:
        raise CannotSurvey("依据的那一行没有写明村（居），请逐人登记。")
    return Surveyed(
        sub_item=found.params.get("due", found.sub_item), village=village,
        name=row["name"] or "", id_number=row["id_number"] or "", phone=row["phone"] or "",
        reason=str(found.params.get("reason", "")), assignee=assignee, due_date=due_date,
    )  # fmt: skip


def _evidence(findings: Sequence[Finding]) -> dict[int, dict[str, Any]]:
    """Finding -> the row that tells who is entitled, in clear: to be sealed again at once."""
    to = Asker.system("the caller chose these findings under their own scope")
    places = finding_places([each.pk for each in findings], to=to)
    sheets = sheets_at({place[:2] for place in places.values()}, to=to)
    columns = ("name", "id_number", "town", "village", "phone")
    rows = roster_rows(sheets=sheets.values(), to=to, columns=columns)
    by_place = {tuple(row[name] for name in ORIGIN): row for row in rows.to_dicts()}
    return {pk: by_place[place] for pk, place in places.items() if place in by_place}
