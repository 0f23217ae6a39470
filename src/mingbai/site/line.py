"""The line in order: received sheets become entries, findings, enrolments, payments, a summary.

The rooms do the work; this module only knows the order. Each stage is safe to run again: what is
already entered is not entered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from mingbai.base.models import Office, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import confirm_milestones, enter_progress, enter_works
from mingbai.delivery.actions.class_sheets import enter_class_sheets
from mingbai.delivery.actions.classes import join_rolls
from mingbai.delivery.actions.doubting import check_classes
from mingbai.delivery.queries.class_sheets import KINDS as CLASS_SHEETS
from mingbai.delivery.queries.site_records import waiting_milestones
from mingbai.funds.actions import FundDiscrepancy, enter_fund_sheet
from mingbai.funds.models import FundEntry
from mingbai.intake.actions import receive_many
from mingbai.intake.models import Receipt, Sheet
from mingbai.intake.queries import live_sheets, sheet_table
from mingbai.outreach.actions import enter_pieces
from mingbai.payment.actions import approve_batch, confirm_batch, draw_all
from mingbai.payment.models import PaymentBatch
from mingbai.payment.queries import batches_seen, steps_of
from mingbai.registry.actions import (
    ComparisonReport,
    can_count,
    compare_sheets,
    count_coverage,
    enrol_insured,
    enrol_sheets,
    follow_findings,
    has_rolls,
)
from mingbai.report.actions import compile_summary
from mingbai.report.models import Summary
from mingbai.rulebook.model import Book
from mingbai.site.confirming import confirm_months

#: The day of the month up to which departments have looked at what is reported of works.
_LOOKED_AT: Final = 20

_HOUSE = Asker.system("the line enters what was received for the whole county")

Progress = Callable[[int, int, str], None]
Stage = Callable[[str], AbstractContextManager[object]]

STAGES = ("receive", "enter", "compare", "enrol", "insure", "confirm", "pay", "compile")


def no_stage(_: str) -> AbstractContextManager[object]:
    """No clock around a stage."""
    return nullcontext()


class CannotNameOffice(Exception):
    """A folder's name is no office of the county."""


@dataclass(frozen=True)
class Crew:
    """Who does what; maker, checkers and payer are different people."""

    clerk: User
    checker: User
    payer: User
    second_checker: User | None = None
    third_checker: User | None = None

    @property
    def checkers(self) -> tuple[User, ...]:
        """Who approves, in their order."""
        asked = (self.checker, self.second_checker, self.third_checker)
        return tuple(user for user in asked if user is not None)


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a handed-in folder in the order of receipt: waves, then offices, then names."""
    yield from (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name[0] not in ".~")


class OfficeFinder:
    """Finds the office a file came from by the names of the folders above it."""

    def __init__(self, book: Book) -> None:
        codes: dict[str, str] = {}
        for spec in book.offices:
            for name in (spec.name, spec.short_name, *spec.aliases):
                codes.setdefault(name, spec.code)
        offices = {o.code: o for o in Office.objects.unscoped("folders are named after offices")}
        self.by_name = {n: offices[c] for n, c in codes.items() if c in offices}

    def find(self, path: Path, *, under: Path) -> Office:
        """The nearest folder name that is an office's; raises ``CannotNameOffice``."""
        for name in reversed([under.name, *path.relative_to(under).parts[:-1]]):
            if name in self.by_name:
                return self.by_name[name]
        raise CannotNameOffice(
            f"“{path.parent.name}”不是本县的单位。请把文件放进以报送单位命名的文件夹，"
            "或用 --office 指明单位。"
        )


def receive_folder(
    *,
    folder: Path,
    book: Book,
    by: User | None,
    at: datetime,
    office: Office | None = None,
    progress: Progress | None = None,
) -> list[Receipt]:
    """Receive every file of a folder, each from the office its folder is named after."""
    finder = OfficeFinder(book)
    paths = list(files_of(folder))
    owners = [office or finder.find(path, under=folder) for path in paths]
    files = ((p.name, p.read_bytes(), o) for p, o in zip(paths, owners, strict=True))
    return receive_many(files=files, by=by, at=at, progress=progress, total=len(paths))


def enter_sheets(
    *, year: int, book: Book, by: User | None, at: datetime
) -> dict[int, tuple[FundDiscrepancy, ...]]:
    """Enter tables of funds, progress, works and information pieces of the year's live sheets.

    Returns the fund tables' discrepancies by sheet. Sheets already entered add nothing.
    """
    found: dict[int, tuple[FundDiscrepancy, ...]] = {}
    funds = live_sheets(to=_HOUSE, year=year, kind="funds").order_by("year", "month", "id")
    for sheet in funds.select_related("follows"):
        report = enter_fund_sheet(
            table=sheet_table(sheet, to=_HOUSE),
            origin_file_id=sheet.file_id,
            origin_sheet=sheet.number,
            year=sheet.year,
            period=sheet.year * 100 + (sheet.month or 12),
            replaces=_followed(sheet),
            by=by,
            at=at,
        )
        if report.discrepancies:
            found[sheet.pk] = tuple(report.discrepancies)
    progress = _live(year, "progress", "training")
    if progress:
        enter_progress(sheets=progress, book=book, by=by, at=at)
    works = _live(year, "works")
    if works:
        enter_works(sheets=works, book=book, by=by, at=at)
    pieces = _live(year, "information")
    if pieces:
        enter_pieces(sheets=pieces, book=book, by=by, at=at)
    return found


def _followed(sheet: Sheet) -> tuple[int, int] | None:
    """The nearest earlier turn of this sheet that was entered; turns in between never were."""
    entered = FundEntry.objects.unscoped("only whether a sheet was entered is asked")
    earlier = sheet.follows
    while earlier is not None:
        if entered.filter(origin_file=earlier.file_id, origin_sheet=earlier.number).exists():
            return earlier.file_id, earlier.number
        earlier = earlier.follows
    return None


def _live(year: int, *kinds: str) -> list[Sheet]:
    sheets = live_sheets(to=_HOUSE, year=year).filter(kind__in=kinds)
    return list(sheets.order_by("year", "month", "id"))


def enrol_year(*, year: int, book: Book, by: User | None, at: datetime) -> None:
    """Enrol everybody in the year's live rosters."""
    sheets = _live(year, "subsidy")
    if sheets:
        enrol_sheets(sheets=sheets, book=book, by=by, at=at)


def insure_year(*, year: int, book: Book, by: User | None, at: datetime) -> None:
    """Enter the year's rolls of the insured, and count them where there is a register."""
    enrol_insured(year=year, book=book, by=by, at=at)
    if can_count(year=year, book=book):
        count_coverage(year=year, book=book, by=by, at=at)


def compare_year(
    *, year: int, book: Book, by: User | None, at: datetime
) -> tuple[ComparisonReport, int]:
    """Compare everything that is live, then let correction forms follow what came and went."""
    report = compare_sheets(year=year, book=book, by=by, at=at)
    return report, follow_findings(year=year, by=by, at=at)


def confirm_works(*, year: int, through: int, by: User, at: datetime) -> int:
    """Confirm what ledgers of works dated up to the twentieth of a month; the rest waits.

    Returns how many were confirmed. What ``by`` reported stays for somebody else.
    """
    last = date(year, through, _LOOKED_AT)
    waiting = [
        each
        for each in waiting_milestones(to=_HOUSE, year=year)
        if each.reported_by_id != by.pk and each.actual_date and each.actual_date <= last
    ]
    return len(confirm_milestones(reports=waiting, by=by, at=at)) if waiting else 0


def enter_received(
    *, year: int, book: Book, by: User | None, at: datetime, stage: Stage = no_stage
) -> None:
    """Enter, compare and enrol what was received for a year; what is entered stays as it is."""
    with stage("enter"):
        enter_sheets(year=year, book=book, by=by, at=at)
    with stage("compare"):
        compare_year(year=year, book=book, by=by, at=at)
    join_rolls(year=year, by=by, at=at)
    told = _live(year, *CLASS_SHEETS)
    if told:
        enter_class_sheets(sheets=told, book=book, by=by, at=at)
    check_classes(year=year, book=book, by=by, at=at)
    with stage("enrol"):
        enrol_year(year=year, book=book, by=by, at=at)
    if has_rolls(year=year, book=book):
        with stage("insure"):
            insure_year(year=year, book=book, by=by, at=at)


def pay_months(
    *,
    year: int,
    through: int,
    book: Book,
    crew: Crew,
    at: datetime,
    progress: Progress | None = None,
) -> list[PaymentBatch]:
    """Draw, approve and confirm the batches of each month up to ``through`` (1 to 12).

    Batches that an earlier run left drawn or approved are carried on. Returns those drawn now.
    """

    def drawing(done: int, total: int) -> None:
        if progress is not None:
            progress(done, 3 * total, "")

    period = year * 100 + through
    batches = draw_all(
        year=year, through_period=period, book=book, by=crew.clerk, at=at, progress=drawing
    )
    for state in ("drawn", "checked"):
        for batch in batches_seen(to=_HOUSE, year=year, state=state).filter(period__lte=period):
            _approve(batch, crew, book, at)
    for batch in batches_seen(to=_HOUSE, year=year, state="approved").filter(period__lte=period):
        confirm_batch(
            batch=batch, paid_date=month_end(batch.period), by=crew.payer, at=at, book=book
        )
    return batches


def _approve(batch: PaymentBatch, crew: Crew, book: Book, at: datetime) -> None:
    """As many hands as the amount asks for, without those that are on the batch already."""
    done = {step.step_by_id for step in steps_of(batch)}
    waiting = [user for user in crew.checkers if user.pk not in done]
    for checker in waiting[: batch.approvals_needed + 1 - len(done)]:
        approve_batch(batch=batch, by=checker, at=at, book=book)


def run_line(
    *,
    folder: Path,
    book: Book,
    half: int,
    crew: Crew,
    at: datetime,
    demonstration: bool = False,
    progress: Progress | None = None,
    stage: Stage = no_stage,
    before_compiling: Callable[[], None] | None = None,
) -> Summary:
    """From a folder of workbooks to the half-year summary, each stage inside ``stage(name)``.

    ``before_compiling`` enters what the summary tells of and no workbook brings.
    """
    year, through = book.year, 6 * half
    with stage("receive"):
        receive_folder(folder=folder, book=book, by=crew.clerk, at=at, progress=progress)
    enter_received(year=year, book=book, by=crew.clerk, at=at, stage=stage)
    with stage("confirm"):
        confirm_months(
            year=year, through=through, book=book, instead=crew.checker, at=at,
            answering=demonstration,
        )  # fmt: skip
        confirm_works(year=year, through=through, by=crew.checker, at=at)
    with stage("pay"):
        pay_months(year=year, through=through, book=book, crew=crew, at=at)
    if before_compiling is not None:
        before_compiling()
    with stage("compile"):
        return compile_summary(
            year=year, half=half, by=crew.clerk, at=at, demonstration=demonstration
        )


def offices_named(names: Iterable[str], book: Book) -> list[Office]:
    """Offices by any of their names, for the command line; unknown names raise."""
    finder = OfficeFinder(book)
    found = []
    for name in names:
        if name not in finder.by_name:
            raise CannotNameOffice(f"没有“{name}”这个单位。")
        found.append(finder.by_name[name])
    return found
