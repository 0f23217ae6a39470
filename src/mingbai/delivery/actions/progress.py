"""Entering live sheets: each sheet once, all of one call under one act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions.reading import (
    Ground,
    ProgressDiscrepancy,
    read_progress,
    read_training,
    town_of,
)
from mingbai.delivery.models import EnteredSheet, ProgressReport, ReportDoubt, TrainingHead
from mingbai.delivery.queries import Report
from mingbai.delivery.queries.reports import newest_reports
from mingbai.intake.models import Sheet
from mingbai.intake.queries import sheet_table
from mingbai.programme.models import Measure
from mingbai.programme.queries import targets
from mingbai.rulebook.model import Book

_HOUSE = Asker.system("progress is entered for the county as a whole")
_COLUMNS = {
    "progress": ("sub_item", "measure", "unit_name", "target", "month_done", "total_done"),
    "training": ("id_key", "course", "start_date", "end_date", "passed"),
}


class CannotEnterProgress(Exception):
    """A sheet of another kind or year was given, or the year's list was never adopted."""


@dataclass(frozen=True)
class ProgressEntry:
    """What a call entered: sheets, reports and heads, and what did not fit."""

    sheets_count: int
    reports_count: int
    heads_count: int
    discrepancies: tuple[ProgressDiscrepancy, ...]


def enter_progress(
    *, sheets: Iterable[Sheet], book: Book, by: User | None, at: datetime
) -> ProgressEntry:
    """Enter progress tables and training rosters of the book's year; a sheet entered before is
    passed over, a corrected one makes the records of the sheet it follows count no more.

    Where the book asks for it a progress table counts only once a checker has confirmed it. Lines
    that do not fit are kept as doubts, for the office to answer.
    ``sheets``: live sheets of kind ``progress`` and ``training``. Errors: ``CannotEnterProgress``.
    """
    given = sorted(sheets, key=lambda sheet: sheet.pk)
    for sheet in given:
        if sheet.kind not in _COLUMNS or sheet.year != book.year:
            raise CannotEnterProgress(
                f"第 {sheet.pk} 号表不是{book.year}年的进度表或培训花名册，不能计入进度"
            )
    measures: dict[str, tuple[Measure, ...]] = {}
    for measure in targets(to=_HOUSE, year=book.year):
        code = measure.sub_item.code
        measures[code] = (*measures.get(code, ()), measure)
    if not measures:
        raise CannotEnterProgress(f"{book.year}年清单尚未采用，请先采用当年清单再计入进度")
    with transaction.atomic():
        done = EnteredSheet.objects.unscoped("a sheet is entered once, whoever asks")
        known = set(done.filter(sheet__year=book.year).values_list("sheet_id", flat=True))
        fresh = [sheet for sheet in given if sheet.pk not in known]
        if not fresh:
            return ProgressEntry(0, 0, 0, ())
        act = record_act(
            "enter_progress",
            by=by,
            at=at,
            subject=str(book.year),
            payload={"sheets": [sheet.pk for sheet in fresh]},
        )
        return _enter(fresh, measures, book, act)


def _enter(
    sheets: list[Sheet], measures: dict[str, tuple[Measure, ...]], book: Book, act: Act
) -> ProgressEntry:
    earlier = _Earlier(book.year)
    ground = Ground(measures, earlier.total)
    reports_count, heads_count = 0, 0
    problems: list[ProgressDiscrepancy] = []
    # Months in order, so that each table finds the month before it among the totals.
    for sheet in sorted(sheets, key=lambda each: (each.period or 0, each.pk)):
        table = sheet_table(sheet, to=_HOUSE)
        wanted = ("line", "verdict", *_COLUMNS[sheet.kind])
        rows = table.select([c for c in wanted if c in table.column_names]).to_pylist()
        entered = EnteredSheet(sheet=sheet, act=act)
        if sheet.kind == "progress":
            reports, found = read_progress(sheet, rows, entered, ground)
            entered.reports_count = len(reports)
            entered.must_confirm = must_confirm(sheet, book)
            entered.save(force_insert=True)
            ProgressReport.objects.bulk_create(reports)
            _keep_doubts(entered, found)
            earlier.add(sheet, reports)
            reports_count += len(reports)
        else:
            heads, found = read_training(sheet, rows, entered, frozenset(measures))
            entered.heads_count = len(heads)
            entered.save(force_insert=True)
            _insert_heads(entered, heads)
            heads_count += len(heads)
        problems += found
    return ProgressEntry(len(sheets), reports_count, heads_count, tuple(problems))


def must_confirm(sheet: Sheet, book: Book) -> bool:
    """Whether a month's table waits for a checker, by the rule in force at the month's end."""
    rule = book.report_rule(month_end(sheet.period)) if sheet.period else None
    return rule is not None and rule.confirm


def _keep_doubts(entered: EnteredSheet, found: Iterable[ProgressDiscrepancy]) -> None:
    """What only the reader of the table could see; falls and sums are looked at afresh."""
    ReportDoubt.objects.bulk_create(
        ReportDoubt(
            entered_sheet=entered,
            line=each.line,
            code=each.code,
            sub_item=each.sub_item,
            measure=each.measure,
            said=each.said,
            held=each.held,
            act_id=entered.act_id,
        )
        for each in found
        if each.code not in ("fell", "sum_differs")
    )


def _insert_heads(entered: EnteredSheet, heads: list[TrainingHead]) -> None:
    """Rosters are long: their rows go by the bulk door, not one object at a time."""
    columns = [field.attname for field in TrainingHead._meta.concrete_fields if field.name != "id"]
    for head in heads:
        head.entered_sheet_id = entered.pk
    rows = ([getattr(head, column) for column in columns] for head in heads)
    insert_rows(TrainingHead, columns, rows)


class _Earlier:
    """The totals an office handed in before, from the database and from this call."""

    def __init__(self, year: int) -> None:
        self._totals: dict[tuple[int, str | None, str, str], dict[int, Decimal]] = {}
        for report in newest_reports(to=_HOUSE, year=year):
            self._keep(report.office_id, report.town, report)

    def _keep(self, office: int, town: str | None, report: Report | ProgressReport) -> None:
        key = (office, town, report.sub_item, report.measure)
        self._totals.setdefault(key, {})[report.period] = report.total_done

    def add(self, sheet: Sheet, reports: list[ProgressReport]) -> None:
        for report in reports:
            self._keep(sheet.office_id, town_of(sheet), report)

    def total(self, sheet: Sheet, sub_item: str, measure: str) -> Decimal | None:
        """The newest total before the sheet's month; ``None`` when there is none."""
        period = sheet.period or 0
        by_month = self._totals.get((sheet.office_id, town_of(sheet), sub_item, measure), {})
        before = [month for month in by_month if month < period]
        return by_month[max(before)] if before else None
