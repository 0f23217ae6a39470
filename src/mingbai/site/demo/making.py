"""``make_county``: writes the county's files in two processes, and the truth beside them."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mingbai.site.demo.books import LongSheet, RollPage, TableFault, TableSheet, Workbook
from mingbai.site.demo.county import County, plan_county
from mingbai.site.demo.drafts import BookDraft, SheetDraft, WrittenSheet
from mingbai.site.demo.faults import Planted
from mingbai.site.demo.plan import CannotMakeCounty, Size
from mingbai.site.demo.rosters import roll_sheet
from mingbai.site.demo.totals import sum_up
from mingbai.site.demo.truth import CountyTruth, FaultRecord, truth_folder_of, write_truth
from mingbai.site.demo.workbooks import write_book

Page = RollPage | TableSheet | LongSheet

#: Told after each file: files written so far, files in all.
Progress = Callable[[int, int], None]

# Below this one process is quicker than starting two more.
_WORTH_TWO = ("quarter", "half", "full")
_PROCESSES = 2


def make_county(
    *,
    folder: Path,
    size: Size,
    seed: int,
    progress: Progress | None = None,
    county: str = "340223",
    year: int = 2021,
    half: int = 1,
) -> CountyTruth:
    """Write the demonstration county into ``folder`` and its truth into ``<folder>-truth``.

    ``half`` 1 goes to June, 2 to December. The same size and seed give the same bytes, and the
    year begins with just the files of its first half. Raises CannotMakeCounty when plan and
    rulebook do not fit; FileExistsError when ``folder`` holds files.
    """
    if half not in (1, 2):
        raise CannotMakeCounty("演示县只做上半年（1）或全年（2）：全县总数只在月份齐全时成立")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} 里已有文件，请换一个空文件夹")
    folder.mkdir(parents=True, exist_ok=True)
    recipe = {"size": size, "seed": seed, "county": county, "year": year, "half": half}
    with _writers(recipe, folder) as pool:
        made = plan_county(size=size, seed=seed, county=county, year=year, half=half)
        jobs = _jobs(made)
        faults: list[FaultRecord] = []
        for done, records in enumerate(_run(made, jobs, folder, pool), start=1):
            faults += records
            if progress is not None:
                progress(done, len(jobs))
    files = sorted(made.workbooks[book].path(corrected=fixed) for book, fixed in jobs)
    truth = CountyTruth(
        folder=folder,
        truth_folder=truth_folder_of(folder),
        files=tuple(files),
        faults=tuple(sorted(faults)),
        totals=sum_up(made, files=len(files), faults=faults),
    )
    write_truth(truth)
    return truth


def receiving_order(folder: Path) -> list[Path]:
    """List a county's files as they arrive: the first wave, then the corrections."""
    return sorted(
        (path for path in folder.rglob("*") if path.is_file()),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def _jobs(county: County) -> list[tuple[int, bool]]:
    """List (workbook, is it the correction), largest first: both processes end together."""
    weights = [sum(_rows(sheet) for sheet in book.sheets) for book in county.workbooks]
    jobs = [(number, False) for number in range(len(county.workbooks))]
    jobs += [(number, True) for number, book in enumerate(county.workbooks) if _corrections(book)]
    return sorted(jobs, key=lambda job: (-weights[job[0]], job))


def _rows(sheet: Page) -> int:
    if isinstance(sheet, LongSheet):
        return sheet.row_count
    return len(sheet.roll.entries) if isinstance(sheet, RollPage) else len(sheet.draft.rows)


def _corrections(book: Workbook) -> list[Page]:
    return [sheet for sheet in book.sheets if _is_corrected(sheet)]


def _is_corrected(sheet: Page) -> bool:
    if isinstance(sheet, RollPage):
        return sheet.roll.is_corrected and bool(sheet.roll.planted)
    return sheet.is_corrected


@contextmanager
def _writers(recipe: Mapping[str, Any], folder: Path) -> Iterator[ProcessPoolExecutor | None]:
    """Open the writing processes, or None where one process is quicker.

    Spawned, not forked: the caller may hold threads and database connections. Each process makes
    the county anew from the seed, which is quicker than handing half a million rows over.
    """
    if recipe["size"] not in _WORTH_TWO or (os.cpu_count() or 1) < _PROCESSES:
        yield None
        return
    with ProcessPoolExecutor(
        _PROCESSES,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(recipe, str(folder)),
    ) as pool:
        # They set to work on the plan while this process makes its own.
        for _ in range(_PROCESSES):
            pool.submit(os.getpid)
        yield pool


def _run(
    county: County,
    jobs: Sequence[tuple[int, bool]],
    folder: Path,
    pool: ProcessPoolExecutor | None,
) -> Iterator[list[FaultRecord]]:
    if pool is None:
        for book, fixed in jobs:
            yield _write(county, book, fixed, folder)
        return
    for written in as_completed([pool.submit(_write_prepared, job) for job in jobs]):
        yield written.result()


_prepared: dict[str, Any] = {}


def _prepare(recipe: Mapping[str, Any], folder: str) -> None:
    _prepared["county"] = plan_county(**recipe)
    _prepared["folder"] = Path(folder)


def _write_prepared(job: tuple[int, bool]) -> list[FaultRecord]:
    return _write(_prepared["county"], job[0], job[1], _prepared["folder"])


def _write(county: County, number: int, fixed: bool, folder: Path) -> list[FaultRecord]:
    book = county.workbooks[number]
    sheets = _corrections(book) if fixed else book.sheets
    drafts: list[SheetDraft] = []
    faults: list[list[FaultRecord]] = []
    for sheet in sheets:
        draft, planted = _draft(county, book, sheet, fixed)
        drafts.append(draft)
        faults.append(planted)
    path = book.path(corrected=fixed)
    written = write_book(
        BookDraft(path=path, office_place=book.place, is_csv=book.is_csv, sheets=tuple(drafts)),
        folder=folder,
    )
    if fixed:
        return []
    return [
        _placed(record, where, number=place)
        for place, (records, where) in enumerate(zip(faults, written, strict=True), start=1)
        for record in records
    ]


def _draft(
    county: County, book: Workbook, sheet: Page, fixed: bool
) -> tuple[SheetDraft, list[FaultRecord]]:
    """Draft a sheet; its faults carry the draft's row as their line until the file is written."""
    if isinstance(sheet, LongSheet):
        return sheet.draft(fixed), []
    blank = _blank_record(book, sheet)
    if isinstance(sheet, TableSheet):
        draft = sheet.right if fixed else sheet.draft
        return draft, [
            _filled(blank, fault, row=fault.row, is_extra=fault.is_extra) for fault in sheet.faults
        ]
    drafted = roll_sheet(
        county.book,
        sheet.roll,
        office=book.office,
        habits=book.habits,
        name=sheet.name,
        corrected=fixed,
        seed=f"{county.seed}:{blank.path}:{sheet.name}",
    )
    return drafted.draft, [
        _filled(blank, fault, row=row, is_extra=fault.index is None)
        for row, fault in drafted.faults
    ]


def _blank_record(book: Workbook, sheet: RollPage | TableSheet) -> FaultRecord:
    """Fill in what all faults of a sheet share."""
    if isinstance(sheet, RollPage):
        town = sheet.roll.town
        place = (
            sheet.name,
            sheet.roll.stream.sub_item,
            sheet.roll.month,
            town.code if town else "",
        )
    else:
        place = (sheet.draft.name, sheet.sub_item, sheet.month, "")
    name, sub_item, month, town_code = place
    return FaultRecord(
        path=book.path(),
        sheet=0,
        line=0,
        column="",
        letter="",
        kind="",
        outcome="",
        expected="",
        is_extra=False,
        corrected_in=book.path(corrected=True) if _is_corrected(sheet) else "",
        sheet_name=name,
        sub_item=sub_item,
        month=month,
        town=town_code,
    )


def _filled(
    blank: FaultRecord, fault: Planted | TableFault, *, row: int, is_extra: bool
) -> FaultRecord:
    return replace(
        blank,
        line=row,
        column=fault.column,
        kind=fault.kind,
        outcome=fault.outcome,
        expected=fault.expected,
        is_extra=is_extra,
    )


def _placed(record: FaultRecord, written: WrittenSheet, *, number: int) -> FaultRecord:
    return replace(
        record,
        sheet=number,
        line=written.lines[record.line],
        letter=written.letters[record.column],
    )
