"""Works one home at a time for the test that changes rows: each command prints one JSON object.

``finish`` pays and compiles; ``correct FILE OFFICE`` receives one more workbook and goes through
the line again; ``again FOLDER`` receives a whole folder; ``sheets`` tells what may be changed.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")

YEAR, HALF = 2021, 1
#: Columns of the tables that a test may choose by; none of them is personal.
OPEN = (
    *("line", "verdict", "sub_item", "tier", "period", "town", "grade", "amount"),
    *("arrived_month", "released_month", "spent_month", "measure", "target", "total_done"),
    *("sent_date", "city_adopted_date", "province_adopted_date"),
)


def main() -> None:
    import django

    django.setup()
    commands = {
        "finish": finish,
        "correct": correct,
        "again": again,
        "sheets": sheets,
        "unreached": unreached,
        "walks": walks,
        "control": control,
        "cells": cells,
    }
    found = commands[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(found, ensure_ascii=False, default=str))


def _asker() -> Any:
    from mingbai.base.scope import Asker

    return Asker.system("the trial looks at the whole county")


def _crew() -> Any:
    from mingbai.base.models import User
    from mingbai.site.demo.accounts import CREW
    from mingbai.site.line import Crew

    users = {u.username: u for u in User.objects.unscoped("the trial's crew")}
    return Crew(*(users[name] for name in CREW))


def _book() -> Any:
    from mingbai.rulebook import load_book

    return load_book(year=YEAR, county="340223")


def _compile(crew: Any) -> Any:
    from django.utils import timezone

    from mingbai.report.actions import compile_summary
    from mingbai.site.confirming import confirm_months

    now = timezone.now()
    confirm_months(
        year=YEAR, through=6 * HALF, book=_book(), instead=crew.checker, at=now, answering=True
    )
    return compile_summary(year=YEAR, half=HALF, by=crew.clerk, at=now, demonstration=True)


def finish() -> dict[str, Any]:
    """Pay six months of a prepared home, confirm its reports and compile the first draft."""
    from django.utils import timezone

    from mingbai.site.line import pay_months

    crew = _crew()
    pay_months(year=YEAR, through=6 * HALF, book=_book(), crew=crew, at=timezone.now())
    return _state(_compile(crew))


def correct(path: str, office: str) -> dict[str, Any]:
    """Receive one workbook from an office, go through the line, compile, and look back."""
    from django.utils import timezone

    from mingbai.intake.actions import receive_file
    from mingbai.site.line import offices_named

    crew, book, now = _crew(), _book(), timezone.now()
    receipt = receive_file(
        content=Path(path).read_bytes(),
        name=Path(path).name,
        office=offices_named([office], book)[0],
        by=crew.clerk,
        at=now,
    )
    return {"outcomes": [receipt.outcome], **_go_on(crew, book)}


def again(folder: str) -> dict[str, Any]:
    """Receive everything once more, go through the line, compile, and look back."""
    from django.utils import timezone

    from mingbai.site.line import receive_folder

    crew, book = _crew(), _book()
    receipts = receive_folder(folder=Path(folder), book=book, by=crew.clerk, at=timezone.now())
    return {"outcomes": sorted({each.outcome for each in receipts}), **_go_on(crew, book)}


def _go_on(crew: Any, book: Any) -> dict[str, Any]:
    from django.utils import timezone

    from mingbai.base.ledger import verify_ledger
    from mingbai.registry.actions import compare_sheets
    from mingbai.report.queries import list_changes, newest_summary
    from mingbai.site.line import enrol_year, enter_sheets, pay_months

    now, to = timezone.now(), _asker()
    old = newest_summary(to=to)
    enter_sheets(year=YEAR, book=book, by=crew.clerk, at=now)
    compare_sheets(year=YEAR, book=book, by=crew.clerk, at=now)
    enrol_year(year=YEAR, book=book, by=crew.clerk, at=now)
    pay_months(year=YEAR, through=6 * HALF, book=book, crew=crew, at=now)
    new = _compile(crew)
    report = verify_ledger()
    return {
        **_state(new),
        "changes": {
            change.key: [str(change.old and change.old.value), str(change.new and change.new.value)]
            for change in list_changes(new, to=to)
        },
        "ledger": [str(fault) for fault in report.faults],
        "old_walk": _walk_summary(old, whole=False)["faults"],
    }


def _state(summary: Any) -> dict[str, Any]:
    from mingbai.delivery.queries import completed
    from mingbai.intake.models import Sheet
    from mingbai.report.queries import figures_json

    to = _asker()
    done = completed(year=YEAR, cutoff=summary.cutoff_date, as_of=summary.as_of_seq, to=to)
    return {
        "figures": {each["key"]: each for each in figures_json(summary, to=to)},
        "completed": [each.sub_item for each in done],
        "sheets": Sheet.objects.unscoped("how many there are").count(),
        "seq": summary.as_of_seq,
    }


def sheets() -> list[dict[str, Any]]:
    """The live sheets a test may change: office, file, header and open columns of each row."""
    from mingbai.intake.queries import live_sheets, sheet_table

    to, found = _asker(), []
    live = live_sheets(to=to, year=YEAR).select_related("office", "receipt")
    for sheet in live:
        table = sheet_table(sheet, to=to)
        rows = table.select([name for name in OPEN if name in table.column_names]).to_pylist()
        found.append(
            {
                "office": sheet.office.name,
                "name": sheet.receipt.original_name,
                "number": sheet.number,
                "kind": sheet.kind,
                "sub_item": sheet.sub_item,
                "month": sheet.month,
                "header": sheet.header,
                "rows": rows,
                "fixed": _fixed_amount(sheet),
                "single": sheet.receipt.sheet_count == 1,
            }
        )
    return found


def _fixed_amount(sheet: Any) -> int | None:
    """What the rulebook pays for each row of this roster, where that is one fixed amount."""
    if sheet.kind != "subsidy" or not sheet.month or not sheet.sub_item:
        return None
    rules = _book().sub_item(sheet.sub_item).amount_rules(date(sheet.year, sheet.month, 1))
    return rules[0].amount_fen if len(rules) == 1 and rules[0].kind == "fixed" else None


def unreached() -> list[dict[str, Any]]:
    """Sub-items one cell short of their target: which cell, and what it would have to say."""
    from mingbai.delivery.queries import standings
    from mingbai.intake.queries import find_sheet
    from mingbai.report.queries import newest_summary

    to, found = _asker(), []
    summary = newest_summary(to=to)
    for each in standings(to=to, year=YEAR, cutoff=summary.cutoff_date, as_of=summary.as_of_seq):
        if each.completed or len(each.judged) != 1 or each.judged[0].basis != "department":
            continue
        (part,) = each.judged
        (report,) = part.reports
        sheet = find_sheet(file=report.origin_file_id, number=report.origin_sheet, to=to)
        found.append(
            {
                "sub_item": each.sub_item.code,
                "office": sheet.office.name,
                "name": sheet.receipt.original_name,
                "number": sheet.number,
                "line": report.origin_line,
                "letter": sheet.header["columns"]["total_done"]["letter"],
                "done": part.done,
                "target": part.target,
            }
        )
    return found


# ── walking down ────────────────────────────────────────────────────────────────────────────


def walks() -> dict[str, Any]:
    """Walk every statement of the newest summary, every branch of it, to its leaves."""
    from mingbai.report.queries import newest_summary

    return _walk_summary(newest_summary(to=_asker()), whole=True)


def control() -> list[str]:
    """The control arm: of each level the last part is lost. Keys of the figures found wrong."""
    from mingbai.report.queries import collect, newest_summary

    whole = collect.walk
    collect.walk = lambda *path, **more: whole(*path, **more)[:-1]  # type: ignore[assignment]
    found = _walk_summary(newest_summary(to=_asker()), whole=False)
    return sorted({fault.split()[0] for fault in found["faults"]})


def _walk_summary(summary: Any, *, whole: bool) -> dict[str, Any]:
    from mingbai.report.queries import statements_of

    faults: list[str] = []
    leaves: dict[str, int] = {}
    for statement in statements_of(summary, to=_asker()):
        leaves[statement.key] = len(_walk_statement(statement, faults, whole=whole))
    return {"faults": faults, "leaves": leaves}


def _level(statement: Any, path: tuple[str, ...]) -> list[Any]:
    """A whole level: its pages one after another."""
    from mingbai.report.queries import collect
    from mingbai.report.queries.explain import LEVEL_SIZE, moment_of

    found: list[Any] = []
    page = path
    while True:
        part = collect.walk(statement.key, page, when=moment_of(statement), to=_asker())
        rest = part and getattr(part[-1], "key", "").startswith("@")
        found += part[:-1] if rest else part
        if rest:
            page = (*path, part[-1].key)
        elif len(part) >= LEVEL_SIZE:
            page = (*path, f"@{len(found)}")
        else:
            return found


def _walk_statement(statement: Any, faults: list[str], *, whole: bool) -> list[Any]:
    """The leaves below a statement; what does not add up goes to ``faults``.

    Not ``whole``: of each level only the first branch is opened, as a reader would. What the page
    says is asked wherever the path is one of first branches.
    """
    from mingbai.base.figures import Leaf

    ends: list[Any] = []
    # (path, what it must add up to, how many records it must hold)
    waiting: list[tuple[tuple[str, ...], int | None, int | None]] = [((), _top(statement), None)]
    spine: set[tuple[str, ...]] = {()}
    while waiting:
        path, expected, count = waiting.pop()
        level = _level(statement, path)
        if path in spine and not _page_agrees(statement, path, len(level)):
            faults.append(f"{statement.key} {path}: the page does not say the same")
        total = sum(each.value for each in level)
        if expected is not None and total != expected:
            faults.append(f"{statement.key} {path}: {total} instead of {expected}")
        below = sum(1 if isinstance(each, Leaf) else each.count for each in level)
        if count is not None and below != count:
            faults.append(f"{statement.key} {path}: {below} records instead of {count}")
        ends += [each for each in level if isinstance(each, Leaf)]
        branches = [each for each in level if not isinstance(each, Leaf)]
        if path in spine and branches:
            spine.add((*path, branches[0].key))
        for branch in branches if whole else branches[:1]:
            step = (*path, branch.key)
            waiting.append((step, _below(statement.key, step, branch), branch.count))
    return ends


def _page_agrees(statement: Any, path: tuple[str, ...], count: int) -> bool:
    """Whether the page of this level lists as much and does not find its own sum wrong."""
    from mingbai.report.queries import CannotExplain, explain_statement
    from mingbai.report.queries.explain import LEVEL_SIZE

    try:
        explained = explain_statement(statement, path, _asker())
    except CannotExplain:
        return False
    return explained.adds_up is not False and len(explained.parts) == min(count, LEVEL_SIZE)


def _top(statement: Any) -> int | None:
    """What the first split must add up to; the sides of a fund ratio stand side by side."""
    if statement.card["unit"] != "ratio":
        return int(statement.value)
    if statement.key.startswith("funds."):
        return int(statement.numerator) + int(statement.denominator)
    return int(statement.numerator)


def _below(key: str, path: tuple[str, ...], branch: Any) -> int | None:
    """What the level below a branch must add up to.

    A completed sub-item counts one and opens into what was done: quantities, not ones.
    """
    if key == "delivery.completed_sub_items" and len(path) == 1:
        return None
    return int(branch.value)


def cells(key: str, column: str) -> dict[str, Any]:
    """Hold every leaf of a figure against the line of the sheet it names."""
    from mingbai.engine.money import parse_money
    from mingbai.intake.queries import find_sheet, sheet_lines, sheet_table
    from mingbai.report.queries import newest_summary, statements_of

    to = _asker()
    statement = next(s for s in statements_of(newest_summary(to=to), to=to) if s.key == key)
    by_sheet: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for leaf in _walk_statement(statement, [], whole=True):
        by_sheet[leaf.origin_file_id, leaf.origin_sheet].append(leaf)
    wrong, seen, shown_count = [], 0, 0
    for (file, number), leaves in by_sheet.items():
        sheet = find_sheet(file=file, number=number, to=to)
        table = sheet_table(sheet, to=to)
        held = dict(zip(table["line"].to_pylist(), table[column].to_pylist(), strict=True))
        unit = sheet.header["columns"][column]["unit"] or "元"
        for leaf in leaves:
            seen += 1
            if held.get(leaf.origin_line) != leaf.value:
                wrong.append([file, number, leaf.origin_line, leaf.value])
        for leaf, text in _as_shown(sheet_lines, sheet, leaves[:5], column, to):
            shown_count += 1
            if parse_money(text, unit) != leaf.value:
                wrong.append([file, number, leaf.origin_line, leaf.value, "as shown"])
    return {"wrong": wrong, "leaves": seen, "shown": shown_count, "value": int(statement.value)}


def _as_shown(
    sheet_lines: Any, sheet: Any, leaves: Iterable[Any], column: str, to: Any
) -> Iterator[tuple[Any, str]]:
    """The cell of each line as the page of the sheet shows it."""
    for leaf in leaves:
        (line,) = sheet_lines(sheet, first=leaf.origin_line, last=leaf.origin_line, to=to)
        yield leaf, next(cell.text for cell in line.cells if cell.column == column)


if __name__ == "__main__":
    main()
