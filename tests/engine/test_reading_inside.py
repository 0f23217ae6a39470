"""What the reading child does, seen from inside: the same tests without a process between.

Coverage and debuggers cannot look into a child under a memory limit. What needs a real child (its
death, its limits) stays with the other modules; the files here are refused or read by plain code.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
import zipfile
from types import SimpleNamespace

import pytest
from tests.engine import test_reading, test_reading_hostile
from tests.engine.workbooks import MAIN, PACKAGE, RELS, by_hand, open_document, ordinary

from mingbai.engine.reading import (
    ReadLimits,
    Workbook,
    child,
    columns,
    parse,
    reader,
    sheetscan,
    sniff,
)
from mingbai.engine.reading.faults import CannotReadFile

GOOD = ordinary({"甲": [["姓名"], ["张三"]]})


class Inside:
    """Stands where the child process stands: answers as soon as a request is sent."""

    def __init__(self) -> None:
        self.stdout = io.BytesIO()
        self.stdin = io.BytesIO()
        self.stdin.flush = self.answer

    def answer(self) -> None:
        child.serve(io.BytesIO(self.stdin.getvalue()), self.stdout)
        self.stdout.seek(0)


def read_inside(content, filename, limits=None):
    limits = limits or ReadLimits()
    if refused := reader.judge_size(content, limits):
        return Workbook((), refused)
    return reader._exchange(Inside(), content, filename, limits)


@pytest.fixture(autouse=True)
def inside(monkeypatch):
    monkeypatch.setattr(child, "_limit_cpu", lambda seconds: None)
    monkeypatch.setattr(test_reading, "read_workbook", read_inside)
    monkeypatch.setattr(test_reading_hostile, "read_workbook", read_inside)


for _module in (test_reading, test_reading_hostile):
    for _name, _test in list(vars(_module).items()):
        if _name.startswith("test_") and "read_" in str(_test.__code__.co_names):
            globals()[f"{_name}_inside"] = _test


def test_without_memory_the_file_is_at_fault(monkeypatch):
    def greedy(*_):
        raise MemoryError

    monkeypatch.setattr(parse, "parse_file", greedy)
    assert read_inside(GOOD, "a.xlsx").fault.code == "file_crashed"


def test_a_machine_without_the_module_of_limits(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    spec = importlib.util.spec_from_file_location("child_elsewhere", child.__file__)
    elsewhere = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(elsewhere)
    assert elsewhere.resource is None


def test_a_request_cut_short_ends_the_child():
    whole = io.BytesIO()
    child.write_frame(whole, b"{}")
    answered = io.BytesIO()
    child.serve(io.BytesIO(whole.getvalue()), answered)
    assert answered.getvalue() == b""
    cut = io.BytesIO(whole.getvalue()[:-1])
    assert child.read_frame(cut) is None


class Limits(SimpleNamespace):
    """The `resource` module, writing down what is set."""

    RUSAGE_SELF, RLIMIT_CPU, RLIMIT_AS, RLIMIT_CORE = "self", "cpu", "as", "core"

    def setrlimit(self, what, pair):
        self.said[what] = pair


def test_limits_of_a_child(monkeypatch):
    monkeypatch.undo()
    used = SimpleNamespace(ru_utime=2.5, ru_stime=1.0)
    limits = Limits(said={}, getrusage=lambda who: used, getrlimit=lambda what: (0, 99))
    monkeypatch.setattr(child, "resource", limits)
    child._limit_cpu(10)
    child._limit_memory(2**30)
    assert limits.said == {"cpu": (14, 99), "as": (2**30, 2**30), "core": (0, 0)}


def test_a_system_without_limits_still_reads(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(child, "resource", None)
    child._limit_cpu(10)
    child._limit_memory(2**30)
    assert read_inside(GOOD, "a.xlsx").fault is None


def test_the_child_serves_its_two_ends(monkeypatch):
    served, moved, limited = [], [], []
    ends = SimpleNamespace(
        dup=lambda fd: fd + 100,
        fdopen=lambda fd, mode, buffering=-1: (fd, mode),
        dup2=lambda old, new: moved.append((old, new)),
    )
    monkeypatch.setattr(child, "os", ends)
    monkeypatch.setattr(child, "gc", SimpleNamespace(disable=lambda: None))
    monkeypatch.setattr(child, "serve", lambda source, sink: served.append((source, sink)))
    monkeypatch.setattr(child, "_limit_memory", limited.append)
    monkeypatch.setattr(sys, "argv", ["child", "123"])
    child.main()
    assert served == [((100, "rb"), (101, "wb"))]
    assert moved == [(2, 1)]
    assert limited == [123]
    assert os.dup is not ends.dup


def test_a_child_that_dies_between_two_sheets_gives_no_workbook():
    class Dying(Inside):
        def answer(self) -> None:
            super().answer()
            self.stdout.truncate(len(self.stdout.getvalue()) - 1)

    request = Dying()
    assert reader._exchange(request, GOOD, "a.xlsx", ReadLimits()) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [(parse.calamine.PasswordError, "file_encrypted"), (MemoryError, "file_crashed")],
)
def test_what_the_fast_reader_raises(monkeypatch, error, code):
    def refuse(_):
        raise error

    monkeypatch.setattr(
        parse.calamine, "CalamineWorkbook", type("Stub", (), {"from_filelike": refuse})
    )
    assert read_inside(GOOD, "a.xlsx").fault.code == code


def test_a_workbook_of_charts_alone_has_no_sheets(monkeypatch):
    listed = [type("Chart", (), {"typ": parse.calamine.SheetTypeEnum.ChartSheet})]
    book = type("Book", (), {"sheets_metadata": listed})
    stub = type("Stub", (), {"from_filelike": lambda _: book})
    monkeypatch.setattr(parse.calamine, "CalamineWorkbook", stub)
    assert read_inside(GOOD, "a.xlsx").fault.code == "file_no_sheets"


def test_limits_hold_where_no_scan_ran_before():
    wide = open_document(
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    )
    assert read_inside(wide, "a.ods", ReadLimits(columns=2)).fault.code == "file_far_cell"
    assert read_inside(wide, "a.ods", ReadLimits(columns=3)).fault is None


def test_a_long_sheet_is_read_row_by_row():
    rows = [[None], ["姓名"], *([f"甲{n}"] for n in range(65_600))]
    sheet = read_inside(ordinary({"甲": rows}), "a.xlsx").sheets[0]
    assert sheet.cells.num_rows == 65_601
    assert sheet.cells["line"][0].as_py() == 2
    assert sheet.cells["c1"][-1].as_py() == "甲65599"


def test_relations_that_lead_nowhere_are_left_out():
    main = f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>'
    named = '<sheet name="甲" sheetId="1" r:id="rId1"/><sheet name="乙" sheetId="2" r:id="rId9"/>'
    named += '<sheet name="丙" sheetId="3" r:id="rId3"/><sheet name="丁" sheetId="4"/>'
    relations = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId2"/>'
        f'<Relationship Id="rId1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId3" Type="{RELS}/worksheet" Target="worksheets/none.xml"/>'
        "</Relationships>"
    )
    content = by_hand(
        '<row r="1"><c t="e"><v>#REF!</v></c><c r="B1" t="e"><v>#N/A</v></c></row>',
        {
            "xl/workbook.xml": f"{main}{named}</sheets></workbook>".encode(),
            "xl/_rels/workbook.xml.rels": relations.encode(),
        },
    )
    facts = sheetscan.scan_sheets(content, ReadLimits())
    assert {name: found.special for name, found in facts.items()} == {"甲": {(1, 2): ("#N/A", 5)}}
    with zipfile.ZipFile(io.BytesIO(by_hand(""))) as package:
        assert sheetscan._read(package, "xl/none.xml") == b""


def test_a_row_longer_than_a_piece():
    text = "a" * (sheetscan._CHUNK + 100)
    content = by_hand(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')
    assert read_inside(content, "a.xlsx").sheets[0].cells["c1"][0].as_py() == text


@pytest.mark.parametrize("weigh", [sniff.weigh_real, sheetscan.scan_sheets])
def test_real_bytes_are_counted(weigh):
    content = by_hand(" " * 2000, {"xl/styles.xml": b" " * 2000})
    with pytest.raises(CannotReadFile) as caught:
        weigh(content, ReadLimits(unpacked_bytes=1999))
    assert caught.value.fault.code == "file_bomb"


def test_marks_stand_only_where_nothing_was_read():
    count = columns.BLOCK_ROWS + 1
    special = {(1, 1): ("#N/A", 5), (count, 1): ("=", 6), (count, 2): ("=", 6)}
    rows = [["甲", ""] for _ in range(count)]
    rows[-1] = ["", ""]
    table = columns.sheet_table(rows, first_line=1, skip_columns=0, width=2, special=special)
    assert table["c1"][0].as_py() == "甲"
    assert table["c1"][count - 1].as_py() == "="
    assert table["k2"].to_pylist() == [0] * (count - 1) + [6]


def test_a_sheet_of_no_width_has_no_lines():
    table = columns.sheet_table([[""]], first_line=1, skip_columns=0, width=0, special={})
    assert table.num_rows == 0
