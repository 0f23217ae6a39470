"""The county at its smallest: same seed same bytes, totals exact, faults where said."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import openpyxl
import pytest
from tests.demo.reading import plain_id, read_folder

from mingbai.engine.generate import check_digit
from mingbai.rulebook import load_book
from mingbai.site.demo import CannotMakeCounty, make_county, read_faults, receiving_order
from mingbai.site.demo.county import plan_county
from mingbai.site.demo.plan import load_plan

SEED = 2021


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return make_county(folder=tmp_path_factory.mktemp("made") / "county", size="small", seed=SEED)


@pytest.fixture(scope="module")
def book():
    return load_book(year=2021, county="340223")


@pytest.fixture(scope="module")
def sheets(truth, book):
    return read_folder(truth.folder, book)


@pytest.fixture(scope="module")
def live(truth, sheets):
    """Sheets that count: those of the first wave without a correction, and the corrections."""
    fixed = {
        (sheet.path.replace("2-更正", "1-报送").replace("（更正）", ""), sheet.name)
        for sheet in sheets
        if sheet.path.startswith("2-")
    }
    return [sheet for sheet in sheets if (sheet.path, sheet.name) not in fixed]


@pytest.fixture(scope="module")
def out(truth):
    """Lines that must not count: (path, sheet, line)."""
    return {
        (fault.path, fault.sheet, fault.line)
        for fault in truth.faults
        if fault.outcome in ("reject", "hold")
    }


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in receiving_order(folder)
    }


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(truth, tmp_path):
    again = make_county(folder=tmp_path / "again", size="small", seed=SEED)
    assert digests(again.folder) == digests(truth.folder)
    for name in ("faults.csv", "totals.json"):
        assert (again.truth_folder / name).read_bytes() == (truth.truth_folder / name).read_bytes()
    mine, other = (
        {
            entry.person.id_number
            for roll in plan_county(size="small", seed=seed, county="340223", year=2021).rolls
            for entry in roll.entries
        }
        for seed in (SEED, SEED + 1)
    )
    assert len(mine & other) < len(mine) / 10


def test_offices_send_two_to_three_hundred_files_and_corrections_come_last(truth, book):
    order = [path.relative_to(truth.folder) for path in receiving_order(truth.folder)]
    assert 200 <= len(order) <= 300
    assert [path.as_posix() for path in order] == list(truth.files)
    waves = [path.parts[0] for path in order]
    assert waves == sorted(waves)
    assert set(waves) == {"1-报送", "2-更正"}
    assert {path.parts[1] for path in order} <= {office.name for office in book.offices}
    assert {path.suffix for path in order} == {".xlsx", ".csv"}
    assert not truth.truth_folder.is_relative_to(truth.folder)


def test_every_sheet_says_that_it_is_a_demonstration(sheets):
    for sheet in sheets:
        assert any("演示数据" in str(cell) for row in sheet.grid for cell in row if cell), (
            sheet.path
        )


def test_person_times_and_amount_come_out_of_the_rows(truth, live, out):
    counted = paid = 0
    for sheet in live:
        if sheet.kind != "subsidy":
            continue
        for line in sheet.rows:
            if (sheet.path, sheet.number, line) not in out:
                counted += 1
                paid += sheet.fen(line, "amount")
    assert counted == truth.totals["person_times"] == 6368
    assert paid == truth.totals["paid_amount"] == 409_986_412


def test_releases_come_out_of_the_rows_and_print_as_the_source_does(truth, live, book):
    released = sum(
        sheet.fen(line, "released_month")
        for sheet in live
        if sheet.kind == "funds"
        for line in sheet.rows
    )
    budget = sum(
        sheet.fen(line, "budget")
        for sheet in live
        if sheet.kind == "funds" and "2021年6月" in sheet.title
        for line in sheet.rows
    )
    assert released == truth.totals["released_amount"]
    assert budget == sum(item.budget_fen for item in book.sub_items)
    assert truth.totals["printed"]["released"] == "6.69亿元"
    assert truth.totals["printed"]["released_of_budget"] == "63.78%"


def test_no_subsidy_pays_more_than_was_released_to_it(truth):
    for code, each in truth.totals["sub_items"].items():
        assert each["released_amount"] >= each.get("paid_amount", 0), code


def test_pieces_and_adoptions_come_out_of_the_rows(truth, live, out):
    rows = [
        (sheet, line)
        for sheet in live
        if sheet.kind == "information"
        for line in sheet.rows
        if (sheet.path, sheet.number, line) not in out
    ]
    assert len(rows) == 513
    assert len({sheet.value(line, "title") for sheet, line in rows}) == 513
    assert sum(bool(sheet.value(line, "city_adopted_date")) for sheet, line in rows) == 248
    assert sum(bool(sheet.value(line, "province_adopted_date")) for sheet, line in rows) == 60


def test_exactly_the_planned_sub_items_reach_the_year_by_june(live, book):
    words = {word: item for item in book.sub_items for word in (item.name, *item.aliases)}
    done: dict[tuple[str, str], float] = {}
    towns = Counter()
    for sheet in live:
        if sheet.kind != "progress" or "2021年6月" not in sheet.title:
            continue
        of_town = "镇人民政府" in sheet.path or "园区" in sheet.path
        for line in sheet.rows:
            item = words[sheet.value(line, "sub_item")]
            key = (item.code, sheet.value(line, "measure"))
            if of_town:
                towns[key] += round(float(sheet.value(line, "total_done")) * 100)
            else:
                assert key not in done
                done[key] = float(sheet.value(line, "total_done"))
    reached = {
        item.code
        for item in book.sub_items
        if any(each.target for each in item.measures)
        and all(done[item.code, each.name] >= each.target for each in item.measures if each.target)
    }
    assert reached == set(load_plan().completed)
    assert len(reached) == 18
    for key, hundredths in towns.items():
        assert hundredths == round(done[key] * 100), key


def test_totals_of_progress_never_fall(live, book):
    words = {word: item for item in book.sub_items for word in (item.name, *item.aliases)}
    last: dict[tuple[str, str, str], float] = {}
    ordered = [s for s in live if s.kind == "progress"]
    ordered.sort(key=lambda sheet: sheet.title.partition("2021年")[2])
    for sheet in ordered:
        for line in sheet.rows:
            item = words[sheet.value(line, "sub_item")]
            key = (sheet.path.split("/")[1], item.code, str(sheet.value(line, "measure")))
            total = float(sheet.value(line, "total_done"))
            assert total >= last.get(key, 0.0)
            last[key] = total


def test_trainees_come_out_of_the_rows(truth, live, out):
    heads = sum(
        (sheet.path, sheet.number, line) not in out
        for sheet in live
        if sheet.kind == "training"
        for line in sheet.rows
    )
    assert heads == sum(truth.totals["trainees"].values())


def test_the_insured_come_out_of_the_rolls_and_registers(truth, live, sheets):
    def people(kind, among):
        return Counter(
            plain_id(sheet.value(line, "id_number"))
            for sheet in among
            if sheet.kind == kind
            for line in sheet.rows
        )

    counts = truth.totals["insured"]
    insured = people("insured", live)
    residents, employees = people("residents", live), people("employee_insured", live)
    moved = people("moved_out", live)
    due = set(residents) - set(employees) - set(moved)
    assert len(insured) == counts["insured"]
    assert sum(1 for count in insured.values() if count > 1) == counts["twice"]
    assert len(due) == counts["due"]
    assert len(due - set(insured)) == counts["left_out"]
    assert len(set(insured) & set(employees)) == counts["elsewhere"]
    assert len((set(insured) & set(moved)) - set(employees)) == counts["gone"]
    strangers = set(insured) - set(residents) - set(employees) - set(moved)
    assert len(strangers) == counts["unregistered"]
    # The first wave forgets one village; only the correction has its people.
    first = set(people("insured", [s for s in sheets if s.path.startswith("1-")]))
    assert set(insured) - first


def test_everybody_is_synthetic_and_every_right_id_is_valid(sheets, truth):
    wrong = {
        (fault.path, fault.sheet, fault.line)
        for fault in truth.faults
        if fault.column == "id_number"
    }
    seen = 0
    for sheet in sheets:
        if "id_number" not in sheet.columns:
            continue
        for line in sheet.rows:
            if (sheet.path, sheet.number, line) in wrong:
                continue
            number = plain_id(sheet.value(line, "id_number"))
            assert number.startswith("340299")
            assert number[17] == check_digit(number[:17])
            seen += 1
    assert seen > 10_000


def test_every_kind_of_fault_is_planted(truth):
    plan = load_plan()
    kinds = {fault.kind for fault in truth.faults}
    assert kinds == {rate.kind for rate in plan.faults} | set(plan.table_faults)
    assert {fault.outcome for fault in truth.faults} == {"reject", "hold", "note"}
    for rate in plan.faults:
        if not rate.stands:
            assert all(f.corrected_in for f in truth.faults if f.kind == rate.kind)


def test_each_fault_stands_where_the_truth_says(truth, sheets):
    by_place = {(sheet.path, sheet.number): sheet for sheet in sheets}
    for fault in truth.faults:
        sheet = by_place[fault.path, fault.sheet]
        assert sheet.name == fault.sheet_name
        place = openpyxl.utils.column_index_from_string(fault.letter) - 1
        assert sheet.columns[fault.column] == place
        cell = sheet.grid[fault.line - 1][place]
        if fault.kind.endswith("_empty") or "without" in fault.kind:
            assert str(cell).strip() == ""
        elif fault.kind in ("id_check_digit", "id_transposed", "trainee_id_check"):
            assert check_digit(str(cell)[:17]) != str(cell)[17]
        elif fault.kind == "id_as_number":
            assert isinstance(cell, int | float)
        elif fault.kind == "id_scientific":
            assert "E+17" in cell
        elif fault.kind == "id_seventeen":
            assert len(cell) == 17
        elif fault.kind == "id_fifteen":
            assert len(cell) == 15
        elif fault.kind == "amount_negative":
            assert sheet.fen(fault.line, "amount") < 0


def test_corrected_workbooks_hold_no_fault_and_follow_a_sheet(truth, sheets):
    corrections = {sheet.path for sheet in sheets if sheet.path.startswith("2-")}
    # A village left out stands on no line: its correction follows no fault.
    whole = {path for path in corrections if "参保花名册" in path}
    assert len(whole) == 1
    fixed = {fault.corrected_in for fault in truth.faults if fault.corrected_in}
    assert fixed == corrections - whole
    assert not {fault.path for fault in truth.faults} & corrections
    first = {(sheet.path, sheet.name) for sheet in sheets if sheet.path.startswith("1-")}
    for sheet in sheets:
        if sheet.path.startswith("2-"):
            original = sheet.path.replace("2-更正", "1-报送").replace("（更正）", "")
            assert (original, sheet.name) in first


def test_people_held_back_are_who_the_truth_says(truth, sheets):
    """The dead are on the deaths list, staff on theirs, the repeated stand there twice."""
    by_place = {(sheet.path, sheet.number): sheet for sheet in sheets}
    dead = {
        plain_id(sheet.value(line, "id_number"))
        for sheet in sheets
        if sheet.kind == "deaths"
        for line in sheet.rows
    }
    staff = {
        plain_id(sheet.value(line, "id_number"))
        for sheet in sheets
        if sheet.kind == "fiscal_staff"
        for line in sheet.rows
    }
    for fault in truth.faults:
        sheet = by_place[fault.path, fault.sheet]
        number = plain_id(sheet.value(fault.line, "id_number")) if fault.sub_item else ""
        if fault.kind == "person_dead":
            assert number in dead
        if fault.kind == "person_on_payroll":
            assert number in staff
        if fault.kind == "person_repeated":
            earlier = [
                line
                for line in sheet.rows
                if line < fault.line and plain_id(sheet.value(line, "id_number")) == number
            ]
            assert earlier


def test_offices_differ_in_how_they_fill_their_forms(sheets):
    headers = {sheet.path.split("/")[1]: tuple(sheet.grid[:4][-1]) for sheet in sheets}
    assert len(set(headers.values())) > len(headers) / 2
    text = " ".join(str(cell) for sheet in sheets for row in sheet.grid[:4] for cell in row if cell)
    for word in ("（万元）", "（元）", "单位：元", "单位：万元", "序号", "内部编号", "填报单位"):
        assert word in text
    cells = [str(cell) for sheet in sheets for row in sheet.grid for cell in row if cell]
    assert any(cell.startswith("'340299") for cell in cells)
    assert any(cell.startswith("３４０２９９") for cell in cells)
    assert any(cell.startswith("340299 ") for cell in cells)
    assert "合计" in cells


def test_the_truth_can_be_read_back(truth):
    assert tuple(read_faults(truth.folder)) == truth.faults
    totals = json.loads((truth.truth_folder / "totals.json").read_text(encoding="utf-8"))
    assert totals["files"] == len(truth.files)


def test_other_spans_and_full_folders_are_refused(tmp_path):
    with pytest.raises(CannotMakeCounty, match="上半年（1）或全年（2）"):
        make_county(folder=tmp_path / "x", size="small", seed=1, half=3)
    (tmp_path / "kept.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FileExistsError, match="空文件夹"):
        make_county(folder=tmp_path, size="small", seed=1)
