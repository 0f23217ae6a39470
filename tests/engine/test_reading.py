"""Reading keeps what stands in the cells, with its kind and its line."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.engine.workbooks import by_hand, open_document, ordinary

from mingbai.engine.reading import KINDS, Reader, ReadLimits, read_workbook

TEXT, NUMBER, DATE = KINDS["text"], KINDS["number"], KINDS["date"]


def cell(sheet, line, column):
    lines = sheet.cells["line"].to_pylist()
    at = lines.index(line)
    return sheet.cells[f"c{column}"][at].as_py(), sheet.cells[f"k{column}"][at].as_py()


def read_one(content, name="a.xlsx"):
    book = read_workbook(content, name)
    assert book.fault is None, book.fault
    return book.sheets[0]


def test_kinds_lines_and_spelling():
    sheet = read_one(
        ordinary(
            {
                "名单": [
                    ["标题"],
                    [],
                    ["张三", "340299199001011234", 340299199001011234, 300, 300.5, 0.1 + 0.2],
                    [dt.date(2021, 6, 30), dt.datetime(2021, 6, 30, 8, 5), True, "=1+1", "#N/A"],
                ]
            }
        )
    )
    assert sheet.cells["line"].to_pylist() == [1, 3, 4]
    assert sheet.width == 6
    assert cell(sheet, 3, 2) == ("340299199001011234", TEXT)
    text, kind = cell(sheet, 3, 3)
    assert kind == NUMBER
    assert text != "340299199001011234"
    assert "e+17" in text
    assert cell(sheet, 3, 4) == ("300", NUMBER)
    assert cell(sheet, 3, 5) == ("300.5", NUMBER)
    assert cell(sheet, 4, 1) == ("2021-06-30", DATE)
    assert cell(sheet, 4, 2) == ("2021-06-30 08:05:00", DATE)
    assert cell(sheet, 4, 3) == ("TRUE", KINDS["boolean"])
    assert cell(sheet, 4, 4) == ("=1+1", KINDS["formula"])
    assert cell(sheet, 4, 5) == ("#N/A", KINDS["error"])
    assert cell(sheet, 1, 2) == (None, KINDS["empty"])


def test_error_cells_and_formulas_without_result_are_not_lost():
    sheet = read_one(
        by_hand(
            '<row r="2"><c r="B2" t="e"><v>#REF!</v></c><c r="C2"><f>A1+1</f></c>'
            '<c r="D2"><f>A1</f><v>7</v></c><c r="E2" t="str"><f>""</f><v></v></c></row>'
            '<row r="5"><c r="A5" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        )
    )
    assert sheet.name == "甲&乙"
    assert sheet.cells["line"].to_pylist() == [2, 5]
    assert cell(sheet, 2, 2) == ("#REF!", KINDS["error"])
    assert cell(sheet, 2, 3) == ("=", KINDS["formula"])
    assert cell(sheet, 2, 4) == ("7", NUMBER)
    assert cell(sheet, 5, 1) == ("#DIV/0!", KINDS["error"])


def test_special_cells_around_the_values_are_placed():
    sheet = read_one(
        by_hand(
            '<row r="1"><c r="D1" t="e"><v>#N/A</v></c></row>'
            '<row r="3"><c r="B3"><v>1</v></c></row>'
            '<row r="6"><c r="A6" t="e"><v>#N/A</v></c></row>'
        )
    )
    assert sheet.cells["line"].to_pylist() == [1, 3, 6]
    assert cell(sheet, 1, 4) == ("#N/A", KINDS["error"])
    assert cell(sheet, 3, 2) == ("1", NUMBER)
    assert cell(sheet, 6, 1) == ("#N/A", KINDS["error"])


def test_a_prefixed_namespace_is_understood():
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = read_one(
        by_hand(
            f'<?xml version="1.0"?><x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="2">'
            '<x:c r="A2"><x:v>5</x:v></x:c><x:c r="B2" t="e"><x:v>#N/A</x:v></x:c></x:row>'
            "</x:sheetData></x:worksheet>"
        )
    )
    assert cell(sheet, 2, 1) == ("5", NUMBER)
    assert cell(sheet, 2, 2) == ("#N/A", KINDS["error"])


def test_whole_column_formats_far_away_are_no_cells():
    sheet = read_one(
        by_hand(
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
        )
    )
    assert sheet.cells["line"].to_pylist() == [1]


def test_several_sheets_hidden_and_merged(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    first.title = "甲"
    first["A1"] = "标题"
    first.merge_cells("A1:C2")
    second = book.create_sheet("乙")
    second["B3"] = 1
    second.sheet_state = "hidden"
    book.create_sheet("空")
    book.save(tmp_path / "a.xlsx")
    found = read_workbook((tmp_path / "a.xlsx").read_bytes(), "a.xlsx")
    assert [(s.name, s.number, s.hidden) for s in found.sheets] == [
        ("甲", 1, False), ("乙", 2, True), ("空", 3, False),
    ]  # fmt: skip
    assert found.sheets[0].merged == ((1, 1, 2, 3),)
    assert found.sheets[1].cells["line"].to_pylist() == [3]
    assert found.sheets[2].cells.num_rows == 0


def test_long_sheets_come_in_blocks_and_keep_their_lines():
    rows = [["表头"], *([f"行{n}", n] if n % 7 else [] for n in range(40_000))]
    sheet = read_one(ordinary({"长": rows}))
    expected = [1] + [n + 2 for n in range(40_000) if n % 7]
    assert sheet.cells["line"].to_pylist() == expected
    assert cell(sheet, 39_995 + 2, 1) == ("行39995", TEXT)


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("姓名,身份证号\n张三,340299199001011234\n".encode("gb18030"), ","),
        ("姓名;身份证号\r\n张三;340299199001011234\r\n".encode(), ";"),
        ("\ufeff姓名\t身份证号\n张三\t340299199001011234\n".encode(), "\t"),
        ("姓名|身份证号\r张三|340299199001011234\r".encode("utf-16"), "|"),
        ("姓名,身份证号\n张三,340299199001011234\n".encode("utf-16-le"), ","),
        ("sep=;\n姓名;身份证号\n张三;340299199001011234\n".encode(), ";"),
        ('姓名,身份证号\n张三,"=""340299199001011234"""\n'.encode(), ","),
    ],
)
def test_csv_in_every_dress(content, delimiter):
    sheet = read_one(content, "名单.csv")
    assert sheet.name == "名单"
    assert cell(sheet, 1, 1) == ("姓名", TEXT)
    assert cell(sheet, 2, 2) == ("340299199001011234", TEXT)


def test_csv_lines_count_blank_records_and_quoted_breaks():
    sheet = read_one(b'a,b\n\n"x\ny",2\n,\nz,3\n', "a.csv")
    assert sheet.cells["line"].to_pylist() == [1, 3, 5]
    assert cell(sheet, 3, 1) == ("x\ny", TEXT)


def test_gb18030_2022_characters_leave_the_private_area():
    sheet = read_one(b"\xd0\xd5\xc3\xfb\n\xfe\x59\xc8\xfd\n", "a.csv")
    assert cell(sheet, 2, 1)[0] == "\u9fb4三"


def test_results_come_in_order_with_several_children():
    files = [(f"{n}.csv", f"a,b\n{n},{n * 2}\n".encode()) for n in range(20)]
    files.insert(7, ("bad.xlsx", b"PK\x03\x04 nothing"))
    with Reader(children=2) as reader:
        found = list(reader.read_many(iter(files)))
    assert [name for name, _ in found] == [name for name, _ in files]
    assert found[7][1].fault.code == "file_truncated"
    assert cell(found[-1][1].sheets[0], 2, 2) == ("38", TEXT)


def test_files_are_taken_no_faster_than_results():
    taken = 0

    def files():
        nonlocal taken
        for n in range(50):
            taken += 1
            yield f"{n}.csv", b"a,b\n1,2\n"

    with Reader(children=2) as reader:
        results = reader.read_many(files())
        next(results)
        assert taken <= 4
        results.close()


def test_limits_must_be_positive():
    with pytest.raises(ValueError, match="cells"):
        ReadLimits(cells=0)
    with pytest.raises(ValueError, match="child"):
        Reader(children=0)


def test_open_document_sheets_with_a_formatted_tail():
    text = '<table:table-cell office:value-type="string"><text:p>张三</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="300"/>'
    tail = (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    row = f"<table:table-row>{text}{number}</table:table-row>"
    sheet = read_one(open_document(row + tail), "a.ods")
    assert sheet.cells["line"].to_pylist() == [1]
    assert cell(sheet, 1, 1) == ("张三", TEXT)
    assert cell(sheet, 1, 2) == ("300", NUMBER)
