"""A county as office workbooks: every row on its line, with clear values for keys."""

from __future__ import annotations

import polars as pl
import pytest
from tests.engine.generate.counties import ROWS, county, tables

from mingbai.engine.generate import rosters, write_workbooks
from mingbai.engine.generate.workbooks import HEADINGS
from mingbai.engine.reading import read_workbook

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("workbooks")
    told = []
    assert write_workbooks(county().folder, made, progress=told.append) == ROWS
    assert told[-1] == ROWS
    return made


def test_a_workbook_reads_back_line_by_line(folder):
    name = "最低生活保障-2021年3月"
    workbook = read_workbook((folder / f"{name}.xlsx").read_bytes(), f"{name}.xlsx")
    assert workbook.fault is None
    people = pl.read_parquet(county().folder / "people.parquet")
    clear = dict(zip(people["id_key"], people["id_number"], strict=True))
    names = dict(zip(people["name_key"], people["name"], strict=True))
    roster = pl.from_arrow(tables()["roster"])
    for sheet in workbook.sheets:
        title = f"最低生活保障-{sheet.name}-2021年3月"
        rows = sheet.cells.to_pylist()
        assert rows[0]["c1"] == f"{title}花名册"
        heads = next(row for row in rows if row["line"] == 3)
        assert tuple(heads[f"c{n}"] for n in range(1, len(HEADINGS) + 1)) == HEADINGS
        ours = roster.filter(pl.col("table") == title)
        body = {row["line"]: row for row in rows if row["line"] > 3}
        assert len(body) == ours.height > 0
        for row in ours.iter_rows(named=True):
            cells = body[row["line"]]
            assert cells["c1"] == names.get(row["name_key"])
            assert cells["c2"] == clear.get(row["id_key"])
            assert float(cells["c12"]) == row["amount"] / 100


def test_every_sub_item_and_month_has_a_workbook(folder):
    wanted = tables()["roster"].column("table").unique().to_pylist()
    books = {f"{title.split('-')[0]}-{title.split('-')[2]}.xlsx" for title in wanted}
    assert {path.name for path in folder.iterdir()} == books


def test_a_workbook_cut_by_two_files_is_one(tmp_path, monkeypatch):
    from mingbai.engine.generate import make_county

    monkeypatch.setattr(rosters, "ROWS_A_PART", 700)
    made = make_county(tmp_path / "county", rows=ROWS, seed=3)
    assert write_workbooks(made.folder, tmp_path / "books") == ROWS
