"""Faults in tables that are no rolls: a release with the wrong sign, a title left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from mingbai.site.demo.books import TableFault, TableSheet, Workbook
from mingbai.site.demo.drafts import Raw, Value
from mingbai.site.demo.plan import CannotMakeCounty, Plan


@dataclass(frozen=True, slots=True)
class TableSlip:
    """One kind: the roster kind it spoils, the column, and what is keyed there.

    ``is_extra`` adds a copy of a line with the slip in it; the copy is refused and changes no
    total. The others spoil a line that counts, so their sheets are all corrected.
    """

    roster_kind: str
    column: str
    outcome: Literal["reject", "note"]
    expected: str
    is_extra: bool
    key: Callable[[Value], Value]


def _negated(value: Value) -> Value:
    return -value if isinstance(value, int) and value else None


def _no_check(value: Value) -> Value:
    text = str(value)
    return Raw(text[:17] + ("5" if text[17] != "5" else "7"))


_SLIPS: Mapping[str, TableSlip] = {
    "progress_in_words": TableSlip(
        "progress", "total_done", "reject", "decimal_form", False, lambda _: Raw("基本完成")
    ),
    "progress_unknown_item": TableSlip(
        "progress", "sub_item", "reject", "code_unknown", False, lambda _: Raw("其他零星项目")
    ),
    "funds_negative": TableSlip(
        "funds", "released_month", "note", "money_negative", False, _negated
    ),
    "funds_in_words": TableSlip(
        "funds", "released_month", "reject", "money_form", False, lambda _: Raw("待拨付")
    ),
    "funds_unknown_item": TableSlip(
        "funds", "sub_item", "reject", "code_unknown", False, lambda _: Raw("专项结余资金")
    ),
    "piece_without_title": TableSlip(
        "information", "title", "reject", "empty", True, lambda _: Raw(" ")
    ),
    "piece_on_no_day": TableSlip(
        "information", "sent_date", "reject", "date_impossible", True, lambda _: Raw("2021-02-30")
    ),
    "trainee_id_check": TableSlip("training", "id_number", "reject", "id_check", True, _no_check),
    "trainee_without_name": TableSlip(
        "training", "name", "reject", "empty", True, lambda _: Raw(" ")
    ),
}


def spoil_tables(books: Sequence[Workbook], *, plan: Plan, random: Random) -> None:
    """Plant the table faults of the plan; raises CannotMakeCounty when one finds no line."""
    sheets = [sheet for book in books for sheet in book.sheets if isinstance(sheet, TableSheet)]
    for kind, wanted in plan.table_faults.items():
        slip = _SLIPS[kind]
        fits = [
            sheet
            for sheet in sheets
            if sheet.draft.roster.kind == slip.roster_kind and sheet.draft.rows
        ]
        done = 0
        for sheet in random.sample(fits, min(len(fits), wanted * 5)):
            if done < wanted:
                done += _spoil(sheet, kind, slip, random)
        if done == 0:
            raise CannotMakeCounty(f"差错“{kind}”没有可以安放的表")


def _spoil(sheet: TableSheet, kind: str, slip: TableSlip, random: Random) -> int:
    # One slip a sheet keeps each fault's line and consequence plain.
    if sheet.faults:
        return 0
    draft = sheet.draft
    place = draft.columns.index(slip.column)
    row = int(random.random() * len(draft.rows))
    keyed = slip.key(draft.rows[row][place])
    if keyed is None:
        return 0
    spoiled = (*draft.rows[row][:place], keyed, *draft.rows[row][place + 1 :])
    rows = [*draft.rows]
    if slip.is_extra:
        row += 1
        rows.insert(row, spoiled)
    else:
        rows[row] = spoiled
    sheet.draft = replace(draft, rows=rows)
    sheet.is_corrected = not slip.is_extra
    sheet.faults.append(
        TableFault(row, slip.column, kind, slip.outcome, slip.expected, slip.is_extra)
    )
    return 1
