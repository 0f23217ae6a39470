"""Hostile and broken files: each ends in a clear Chinese message, and the next file is read."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from tests.rooms.intake.workbooks import HEADING, dibao_rows, xlsx

from mingbai.intake.models import Sheet

pytestmark = pytest.mark.django_db

GOOD = xlsx(dibao_rows(2))


def repacked(**changes: bytes) -> bytes:
    """The good workbook with parts replaced or added; `__` stands for `/`, `_x` for `.x`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.namelist():
            new.writestr(entry, changes.pop(entry, None) or old.read(entry))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()


def far_cell() -> bytes:
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return repacked(**{"xl/worksheets/sheet1.xml": sheet.encode()})


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "ha">{levels}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="str"><v>&e9;</v></c></row></sheetData></worksheet>'
    )
    return repacked(**{"xl/worksheets/sheet1.xml": sheet.encode()})


def zip_bomb() -> bytes:
    return repacked(**{"xl/worksheets/sheet1.xml": b" " * (400 * 2**20)})


def encrypted() -> bytes:
    """An OLE container whose directory names an encrypted package, as Office writes one."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1528)
    head[24:34] = b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00"
    head[44:52] = b"\x01\x00\x00\x00\x01\x00\x00\x00"
    return bytes(head) + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def web_page() -> bytes:
    return "<html><body><table><tr><td>姓名</td></tr></table></body></html>".encode()


def with_macro() -> bytes:
    return repacked(**{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"\0" * 64})


HOSTILE = {
    "空文件": (lambda: b"", "低保.xlsx"),
    "截断": (lambda: GOOD[: len(GOOD) // 2], "低保.xlsx"),
    "图片改名": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "低保.xlsx"),
    "网页改名": (web_page, "低保.xls"),
    "远处的单元格": (far_cell, "低保.xlsx"),
    "实体炸弹": (entity_bomb, "低保.xlsx"),
    "压缩炸弹": (zip_bomb, "低保.xlsx"),
    "带密码": (encrypted, "低保.xlsx"),
    "带宏": (with_macro, "低保.xlsm"),
    "乱码": (lambda: b"\xff\xfe\xfd" * 400, "低保.csv"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_ends_in_words_and_harms_nothing(receive, kind):
    make, name = HOSTILE[kind]
    receipt = receive(make(), name)
    assert receipt.outcome in ("unreadable", "unrecognised")
    assert re.search("[\u4e00-\u9fff]{6,}", receipt.message)
    assert "请" in receipt.message
    assert receipt.row_count == 0
    assert not Sheet.objects.unscoped("test").exists()
    assert receive(GOOD).outcome == "accepted"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.xlsx",
        "CON.xlsx",
        "低保" * 200 + ".xlsx",
        "a\u202excod.xlsx",
        "",
        "表.XLSX",
    ],
)
def test_a_strange_file_name_does_no_harm(receive, name):
    receipt = receive(GOOD, name)
    assert receipt.outcome == "accepted"
    assert "/" not in receipt.original_name
    assert 0 < len(receipt.original_name) <= 255


def test_formulas_errors_and_rare_names_each_get_their_line(receive):
    rows = dibao_rows(4)
    rows[0][1] = "𠮷田"
    rows[1][1] = "阿依古丽·买买提"
    rows[2][6] = "=SUM(A1:A2)"
    rows[3][2] = "#REF!"
    receipt = receive(xlsx(rows))
    assert receipt.outcome == "accepted"
    assert (receipt.row_count, receipt.rejected_count) == (4, 2)


def test_a_wide_and_odd_heading_is_survived(receive):
    heading = [*HEADING, *HEADING, *(f"列{n}" for n in range(200))]
    rows = [[*row, *row, *([None] * 200)] for row in dibao_rows(1)]
    receipt = receive(xlsx(rows, heading=(heading,)))
    assert receipt.accepted_count == 1
    sheet = Sheet.objects.unscoped("test").get()
    assert sheet.header["columns"]["id_number"]["letter"] == "C"
