"""Hostile and broken files end in a Fault with a Chinese sentence; the parent lives on."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from tests.engine.workbooks import MAIN, by_hand, open_document, ordinary

from mingbai.engine.reading import Reader, ReadLimits, read_workbook
from mingbai.engine.reading.faults import MESSAGES, Fault

GOOD = ordinary({"甲": [["姓名"], ["张三"]]})
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
DOCX = io.BytesIO()
with zipfile.ZipFile(DOCX, "w") as package:
    package.writestr("word/document.xml", "<x/>")
NESTED = io.BytesIO()
with zipfile.ZipFile(NESTED, "w") as package:
    package.writestr("a.xlsx", GOOD)
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is>'
    "</c></row></sheetData></worksheet>"
)


def ole(stream: str) -> bytes:
    """The start of an old binary document that names one stream."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + stream.encode("utf-16-le") + bytes(2048)


def package(**parts: bytes) -> bytes:
    """A zip archive of these parts; `__` stands for a slash."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as whole:
        for name, part in parts.items():
            whole.writestr(name.replace("__", "/"), part)
    return target.getvalue()


def locked(content: bytes) -> bytes:
    """The same archive with every part marked as encrypted."""
    changed = bytearray(content)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 8] |= 1
        at = changed.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def spoilt(content: bytes, part: bytes) -> bytes:
    """The same archive with the packed bytes of one part overwritten."""
    changed = bytearray(content)
    at = changed.find(part) + len(part)
    changed[at : at + 40] = b"\xff" * 40
    return bytes(changed)


HOSTILE = [
    ("old slides", ole("PowerPoint Document"), "file_kind"),
    ("old and cut short", ole("Nothing")[:1200], "file_truncated"),
    ("slides", package(ppt__presentation=b"<x/>"), "file_kind"),
    (
        "text document",
        package(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<x/>"}),
        "file_kind",
    ),
    (
        "mimetype of a megabyte",
        package(mimetype=b"spreadsheet" * 100_000, **{"content.xml": b"<x/>"}),
        "file_kind",
    ),
    ("broken xlsb", package(**{"xl__workbook.bin": b"\0" * 60}), "file_damaged"),
    ("locked parts", locked(GOOD), "file_encrypted"),
    ("spoilt styles", spoilt(GOOD, b"xl/styles.xml"), "file_damaged"),
    ("spoilt sheet", spoilt(GOOD, b"xl/worksheets/sheet1.xml"), "file_damaged"),
    ("bell characters", b"a,b\n" + b"\x07" * 30, "file_kind"),
    ("a cell of two megabytes", b'"' + b"a" * (2 * 2**20) + b'"\n', "file_damaged"),
    ("only line ends", b"\n\n\n", "file_empty"),
    ("zero bytes", b"", "file_empty"),
    ("only NUL", b"\0" * 100, "file_empty"),
    ("truncated", GOOD[: len(GOOD) // 2], "file_truncated"),
    ("half a magic number", b"PK\x03\x04", "file_truncated"),
    ("empty archive", b"PK\x05\x06" + bytes(18), "file_archive"),
    ("far cell", by_hand(FAR), "file_far_cell"),
    ("entities", by_hand(ENTITIES), "file_entities"),
    ("document renamed", DOCX.getvalue(), "file_kind"),
    ("zip in zip", NESTED.getvalue(), "file_archive"),
    ("macro", by_hand("", {"xl/vbaProject.bin": b"x"}), "file_macro"),
    ("encrypted", ole("EncryptedPackage"), "file_encrypted"),
    ("old Word", ole("WordDocument"), "file_kind"),
    ("old macro", ole("_VBA_PROJECT"), "file_macro"),
    ("broken xls", ole("Workbook"), "file_damaged"),
    ("unknown OLE", ole("Nothing"), "file_damaged"),
    ("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file_kind"),
    ("pdf", b"%PDF-1.4\nanything", "file_kind"),
    ("rar", b"Rar!\x1a\x07\x00", "file_archive"),
    ("web page as xls", b"<html><table><tr><td>1</td></tr></table></html>", "file_webpage"),
    ("xml spreadsheet", b'<?xml version="1.0"?><Workbook/>', "file_webpage"),
    ("no known encoding", b"\xff\x81\xff\xff,a\n", "file_encoding"),
    ("binary", bytes(range(256)) * 4, "file_kind"),
    ("sheet xml broken", by_hand("<row r='1'><c"), "file_damaged"),
]


@pytest.mark.parametrize(("what", "content", "code"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_ends_in_its_fault(what, content, code):
    book = read_workbook(content, "名单.xlsx")
    assert book.fault is not None
    assert book.fault.code == code
    assert book.sheets == ()
    assert "。" in book.fault.message


def test_parent_and_later_files_live_after_every_hostile_file():
    with Reader(children=1) as reader:
        for _, content, code in HOSTILE:
            assert reader.read(content, "a.xlsx").fault.code == code
            assert reader.read(GOOD, "b.xlsx").fault is None


def test_declared_size_is_weighed_before_unpacking():
    bomb = by_hand("", {"xl/media/a.bin": bytes(80 * 2**20)})
    assert len(bomb) < 200_000
    assert read_workbook(bomb, "a.xlsx").fault.code == "file_bomb"


def test_a_package_that_lies_about_its_sizes_is_caught_by_real_bytes():
    honest = by_hand("", {"xl/styles.xml": b" " * (4 * 2**20)})
    lying = bytearray(honest)
    at = lying.rfind(b"xl/styles.xml")  # its entry in the central directory
    struct.pack_into("<I", lying, at - 46 + 24, 10)
    fault = read_workbook(bytes(lying), "a.xlsx", ReadLimits(unpacked_bytes=2**20)).fault
    assert fault is not None
    assert fault.code in ("file_bomb", "file_damaged")
    honest_fault = read_workbook(honest, "a.xlsx", ReadLimits(unpacked_bytes=2**20)).fault
    assert honest_fault.code == "file_bomb"


def test_damaged_stream_is_told():
    broken = bytearray(GOOD)
    at = broken.find(b"xl/worksheets/sheet1.xml") + 40
    broken[at : at + 30] = bytes(30)
    assert read_workbook(bytes(broken), "a.xlsx").fault.code in ("file_damaged", "file_truncated")
    assert zlib.crc32(bytes(broken)) != zlib.crc32(GOOD)


def test_child_dies_alone_and_is_replaced():
    """A far cell the scan cannot see aborts the fast reader itself: the guard behind the guard."""
    hidden = FAR.replace('r="XFD1048576"', 'r = "XFD1048576"').replace('r="1048576"', "r='1048576'")
    with Reader(children=1) as reader:
        fault = reader.read(by_hand(hidden), "a.xlsx").fault
        assert fault is not None
        assert fault.code in ("file_crashed", "file_far_cell")
        assert reader.read(GOOD, "b.xlsx").fault is None


def test_wall_clock_ends_a_slow_file():
    slow = ordinary({"甲": [[f"{n}", n, n, n] for n in range(30_000)]})
    with Reader(children=1, limits=ReadLimits(wall_seconds=0.05)) as reader:
        assert reader.read(slow, "a.xlsx").fault.code == "file_timeout"
        assert reader.read(slow, "a.xlsx", ReadLimits()).fault is None


def test_too_large_is_refused_before_a_child_sees_it():
    fault = read_workbook(GOOD, "a.xlsx", ReadLimits(file_bytes=100)).fault
    assert fault.code == "file_too_large"
    assert "1 MB" in fault.message


def test_too_many_sheets():
    book = ordinary({f"表{n}": [["a"]] for n in range(5)})
    fault = read_workbook(book, "a.xlsx", ReadLimits(sheets=3)).fault
    assert (fault.code, dict(fault.params)["sheets"]) == ("file_sheets", "5")


def test_wide_csv_is_refused():
    fault = read_workbook(b"," * 5000 + b"\n", "a.csv").fault
    assert fault.code == "file_far_cell"


def test_every_sentence_says_what_to_do():
    for code, template in MESSAGES.items():
        assert template.endswith("。"), code
        assert any(word in template for word in ("请", "另存")), code
    with pytest.raises(KeyError):
        Fault("file_too_large")


def test_open_document_that_repeats_a_value_over_the_whole_sheet():
    bomb = open_document(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
        "</table:table-row>"
    )
    with Reader(children=1) as reader:
        assert reader.read(bomb, "a.ods").fault is not None
        assert reader.read(GOOD, "b.xlsx").fault is None
