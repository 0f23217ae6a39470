"""The figures come out of the rows: change one row, and exactly the right figures move.

A small county is paid and compiled once; each test changes one workbook in a copy of its home, as
the office itself would send the correction, and goes through the whole line again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from tests.faults.county import PROJECT, SmallCounty, environment

from mingbai.engine.canon.types.account import passes_luhn
from mingbai.engine.canon.types.id_number import check_character

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

WORKER = Path(__file__).with_name("figures_worker.py")
#: One 元 is 10**2 分; a cell in 万元 counts 10**6 of them.
FEN_IN = {"元": 100, "万元": 1_000_000}

Found = dict[str, Any]


def work(home: Path, *command: str) -> Any:
    """Run the worker in a home and return what it found."""
    done = subprocess.run(
        [sys.executable, str(WORKER), *command],
        env=environment(home),
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Compiled:
    """A home with its first draft, what that draft says, and what may be changed."""

    home: Path
    before: Found
    sheets: list[Found]
    folder: Path

    def workbook(self, office: str, name: str) -> Path:
        """The office's own file among those handed in."""
        (path,) = [p for p in self.folder.rglob(name) if p.parent.name == office]
        return path


@pytest.fixture(scope="module")
def compiled(small_county: SmallCounty, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Received, prepared, paid and compiled, once for all trials."""
    home = tmp_path_factory.mktemp("figures") / "home"
    small_county.copy(small_county.prepared, home)
    before = work(home, "finish")
    return Compiled(home, before, work(home, "sheets"), small_county.folder)


Trial = Callable[..., Found]


@pytest.fixture
def trial(compiled: Compiled, small_county: SmallCounty, tmp_path: Path) -> Trial:
    """A correction in a copy of the home: the line goes on, everything is compiled again."""

    def attempt(sheet: Found, change: Callable[[Worksheet], None]) -> Found:
        home = small_county.copy(compiled.home, tmp_path / "home")
        own = compiled.workbook(sheet["office"], sheet["name"])
        corrected = tmp_path / f"{own.stem}（再更正）.xlsx"
        book = load_workbook(own)
        change(keep_only(book, sheet["number"]))
        book.save(corrected)
        after = work(home, "correct", str(corrected), sheet["office"])
        assert after["outcomes"] == ["accepted"]
        assert after["sheets"] == compiled.before["sheets"] + 1
        return after

    return attempt


def keep_only(book: Workbook, number: int) -> Worksheet:
    """The sheet with that number; a correction holds the sheets it corrects and no others."""
    wanted = book.worksheets[number - 1]
    for sheet in [each for each in book.worksheets if each is not wanted]:
        book.remove(sheet)
    return wanted


def values(state: Found) -> dict[str, Any]:
    """Key -> value, numerator and denominator of every statement."""
    return {
        key: (
            each["value"],
            each["numerator"]["value"],
            each["denominator"] and each["denominator"]["value"],
        )
        for key, each in state["figures"].items()
    }


def moved(before: Found, after: Found) -> set[str]:
    """Keys of the statements whose value, numerator or denominator differs."""
    old, new = values(before), values(after)
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def check_sound(after: Found, before: Found, expected: set[str], *, refounded: set[str]) -> None:
    """Exactly these moved and are named; the ledger is sound; the old draft still adds up.

    ``refounded``: statements of equal value that now rest on the lines of the corrected sheet; the
    list of changes shows them too, since their evidence is another.
    """
    assert moved(before, after) == expected
    named = after["changes"]
    assert {key for key, (old, new) in named.items() if old != new} == expected
    assert set(named) - expected <= refounded
    assert after["ledger"] == []
    assert after["old_walk"] == []


def number_of(state: Found, key: str) -> int:
    """The value of a counted figure."""
    return int(state["figures"][key]["value"])


# ── one row, the right figures ──────────────────────────────────────────────────────────────


def test_a_release_moves_what_was_released_by_exactly_its_amount(
    compiled: Compiled, trial: Trial
) -> None:
    sheet, row = next(
        (sheet, row)
        for sheet in compiled.sheets
        for row in sheet["rows"]
        if sheet["kind"] == "funds"
        and row["verdict"] == 0
        and (row["released_month"] or 0) > 1_000_000
        and isinstance(number_cell(compiled, sheet, row["line"], "released_month"), int | float)
    )
    more = 1_234_567
    column = sheet["header"]["columns"]["released_month"]

    def change(own: Worksheet) -> None:
        said = Decimal(row["released_month"] + more) / FEN_IN[column["unit"]]
        own[f"{column['letter']}{row['line']}"] = float(said)

    after, before = trial(sheet, change), compiled.before
    assert number_of(after, "funds.released") == number_of(before, "funds.released") + more
    ratio = after["figures"]["funds.released_of_budget"]
    assert ratio["numerator"]["value"] == number_of(before, "funds.released") + more
    assert ratio["denominator"]["value"] == number_of(before, "funds.budget")
    expected = {"funds.released", "funds.released_of_budget"}
    check_sound(after, before, expected, refounded=set())
    assert after["completed"] == before["completed"]


def test_one_more_person_moves_person_times_by_one_and_money_by_the_standard(
    compiled: Compiled, trial: Trial
) -> None:
    sheet = next(
        sheet
        for sheet in compiled.sheets
        if sheet["fixed"] and ends_in_rows(sheet) and len(sheet["rows"]) > 1
    )
    columns = sheet["header"]["columns"]

    def change(own: Worksheet) -> None:
        last = sheet["rows"][-1]["line"]
        copy_row(own, last, last + 1)
        new = {
            "name": "演示新增",
            "id_number": new_id(str(own[f"{columns['id_number']['letter']}{last}"].value)),
            "account": new_account(),
            "phone": "13900000001",
            "amount": sheet["fixed"] // FEN_IN[columns["amount"]["unit"]],
        }
        for name, value in new.items():
            if name in columns:
                own[f"{columns[name]['letter']}{last + 1}"] = value

    after, before = trial(sheet, change), compiled.before
    times, paid = "payment.person_times", "payment.paid_amount"
    assert number_of(after, times) == number_of(before, times) + 1
    assert number_of(after, paid) == number_of(before, paid) + sheet["fixed"]
    check_sound(after, before, {times, paid}, refounded=set())


def test_a_piece_the_city_adopted_moves_pieces_adoptions_and_their_ratio(
    compiled: Compiled, trial: Trial
) -> None:
    sheet = next(
        sheet
        for sheet in compiled.sheets
        if sheet["kind"] == "information"
        and ends_in_rows(sheet)
        and "city_adopted_date" in sheet["header"]["columns"]
        and sheet["rows"][-1]["verdict"] == 0
    )
    columns = sheet["header"]["columns"]
    last = sheet["rows"][-1]
    sent = date.fromisoformat(last["sent_date"])

    def change(own: Worksheet) -> None:
        copy_row(own, last["line"], last["line"] + 1)
        new = {
            "title": "民生工程演示：一条新增的信息",
            "sent_date": sent.isoformat(),
            "city_adopted_date": sent.isoformat(),
            "province_adopted_date": None,
        }
        for name, value in new.items():
            if name in columns:
                own[f"{columns[name]['letter']}{last['line'] + 1}"] = value

    after, before = trial(sheet, change), compiled.before
    pieces, city = "outreach.pieces_sent", "outreach.city_adopted"
    ratio, province = "outreach.city_adopted_ratio", "outreach.province_adopted"
    assert number_of(after, pieces) == number_of(before, pieces) + 1
    assert number_of(after, city) == number_of(before, city) + 1
    assert number_of(after, province) == number_of(before, province)
    assert Fraction(after["figures"][ratio]["value"]) == Fraction(
        number_of(before, city) + 1, number_of(before, pieces) + 1
    )
    check_sound(after, before, {pieces, city, ratio}, refounded={province})


def test_reaching_a_target_adds_exactly_that_sub_item_to_the_list(
    compiled: Compiled, trial: Trial
) -> None:
    short = next(
        each
        for each in work(compiled.home, "unreached")
        if cell(compiled, each) == Decimal(each["done"])
    )

    def change(own: Worksheet) -> None:
        own[f"{short['letter']}{short['line']}"] = float(Decimal(short["target"]))

    after, before = trial(short, change), compiled.before
    listed = "delivery.completed_sub_items"
    assert number_of(after, listed) == number_of(before, listed) + 1
    assert set(after["completed"]) - set(before["completed"]) == {short["sub_item"]}
    assert set(before["completed"]) <= set(after["completed"])
    assert after["figures"][listed]["display"] != before["figures"][listed]["display"]
    check_sound(after, before, {listed}, refounded=set())


def test_the_same_files_again_move_nothing(
    compiled: Compiled, small_county: SmallCounty, tmp_path: Path
) -> None:
    home = small_county.copy(compiled.home, tmp_path / "home")
    after = work(home, "again", str(compiled.folder))
    assert "accepted" not in after["outcomes"]
    assert "repeated" in after["outcomes"]
    assert after["sheets"] == compiled.before["sheets"]
    assert after["changes"] == {}
    check_sound(after, compiled.before, set(), refounded=set())
    assert after["completed"] == compiled.before["completed"]


# ── every figure walks back to its rows ─────────────────────────────────────────────────────


def test_every_statement_adds_up_at_every_level(compiled: Compiled) -> None:
    found = work(compiled.home, "walks")
    assert found["faults"] == []
    assert set(found["leaves"]) == set(compiled.before["figures"])
    assert min(found["leaves"].values()) > 0


def test_control_arm_a_lost_part_is_found_in_every_figure(compiled: Compiled) -> None:
    assert work(compiled.home, "control") == sorted(compiled.before["figures"])


@pytest.mark.parametrize(
    ("key", "column"),
    [("funds.released", "released_month"), ("payment.paid_amount", "amount")],
)
def test_every_leaf_is_what_stands_in_its_line(compiled: Compiled, key: str, column: str) -> None:
    found = work(compiled.home, "cells", key, column)
    assert found["wrong"] == []
    assert found["leaves"] > 1000
    assert found["shown"] > 100


# ── workbooks ───────────────────────────────────────────────────────────────────────────────


def ends_in_rows(sheet: Found) -> bool:
    """Whether a workbook's rows end its sheet: no sum row, no notes, every row passed."""
    skipped = sheet["header"]["skipped"]
    return (
        sheet["name"].endswith(".xlsx")
        and not skipped["sums"]
        and not skipped["notes"]
        and all(row["verdict"] == 0 for row in sheet["rows"])
    )


def number_cell(compiled: Compiled, sheet: Found, line: int, column: str) -> object:
    """What stands in a cell of an office's own workbook; nothing where it is a csv."""
    if not sheet["name"].endswith(".xlsx"):
        return None
    letter = sheet["header"]["columns"][column]["letter"]
    return _value(compiled, sheet, letter, line)


def cell(compiled: Compiled, short: Found) -> Decimal | None:
    """The number in a progress cell, or nothing where the office wrote it otherwise."""
    value = _value(compiled, short, short["letter"], short["line"])
    return Decimal(str(value)) if isinstance(value, int | float) else None


def _value(compiled: Compiled, sheet: Found, letter: str, line: int) -> object:
    book = load_workbook(compiled.workbook(sheet["office"], sheet["name"]))
    return book.worksheets[sheet["number"] - 1][f"{letter}{line}"].value


def copy_row(own: Worksheet, line: int, to: int) -> None:
    """Write a row once more further down, which must be empty."""
    for index in range(1, own.max_column + 1):
        assert own.cell(to, index).value is None
        own.cell(to, index).value = own.cell(line, index).value


def new_id(like: str) -> str:
    """A well-formed number nobody has, with the birth date of another."""
    digits = "".join(each for each in like if each.isdigit() or each in "xX")
    first17 = f"{digits[:14]}998"
    return first17 + check_character(first17)


def new_account() -> str:
    """A bank card number nobody has, with a right check digit."""
    return next(
        number
        for number in (f"621700000000099999{last}" for last in range(10))
        if passes_luhn(number)
    )
