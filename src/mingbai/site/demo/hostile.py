"""Bad input on purpose: bombs, broken and disguised files, rows that lie; to test receipt."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import xlsxwriter

from mingbai.engine.generate import account_number, id_number

Must = Literal["refuse", "read"]

_MADE = datetime(2021, 7, 1, 9, 0, 0)  # noqa: DTZ001
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TITLE = "南陵县2021年3月农村低保发放花名册（演示数据）"
_HEADER = ("姓名", "身份证号", "银行账号", "保障类别", "发放金额")
_FIRST_LINE = 3
_GRADE, _AMOUNT = "B类", "540"
_BOMB_BYTES = 64 * 1024 * 1024
_SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>{doctype}<worksheet xmlns='
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>'
    "</worksheet>"
)


@dataclass(frozen=True, slots=True)
class HostileFile:
    """One bad file: ``refuse`` whole, or ``read`` with just these lines rejected and accepted."""

    path: Path
    what: str
    must: Must
    rejected_lines: tuple[int, ...] = ()
    accepted_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str
    what: str
    must: Must
    make: Callable[[], bytes]
    rejected: tuple[int, ...] = ()
    accepted: tuple[int, ...] = ()


def make_hostile(*, folder: Path) -> tuple[HostileFile, ...]:
    """Write every bad file into ``folder``; the bytes are the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[HostileFile] = []
    for recipe in _RECIPES:
        path = folder / recipe.name
        path.write_bytes(recipe.make())
        made.append(HostileFile(path, recipe.what, recipe.must, recipe.rejected, recipe.accepted))
    return tuple(made)


def _zip(parts: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _parts(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _roster(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write a well-formed dibao roster with the given rows, the first of them on line 3."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _MADE})
        page = book.add_worksheet("花名册")
        page.write_row(0, 0, (_TITLE,))
        page.write_row(1, 0, _HEADER)
        for number, row in enumerate(rows, start=_FIRST_LINE - 1):
            page.write_row(number, 0, row)
    return out.getvalue()


def _person(serial: int) -> tuple[str, str]:
    return id_number(date(1958, 3, 1 + serial), 2 * serial + 1), account_number(900 + serial)


def _rows(
    *, names: Sequence[str] = (), ids: Sequence[str | float] = (), amounts: Sequence[str] = ()
) -> list[tuple[str | float, ...]]:
    """Fill rows around the odd cells given; everything else on them is right."""
    rows: list[tuple[str | float, ...]] = []
    for serial in range(max(len(names), len(ids), len(amounts))):
        number, account = _person(serial)
        rows.append(
            (
                names[serial] if names else "王建国",
                ids[serial] if ids else number,
                account,
                _GRADE,
                amounts[serial] if amounts else _AMOUNT,
            )
        )
    return rows


def _with_sheet(rows: str, *, doctype: str = "") -> bytes:
    """Replace the only sheet of a sound workbook by hand-made XML."""
    sheet = _SHEET.format(doctype=doctype, rows=rows).encode()
    return _zip(
        [
            (name, sheet if name.endswith("sheet1.xml") else content)
            for name, content in _parts(_roster(_rows(names=("王建国",))))
        ]
    )


def _zip_bomb() -> bytes:
    # Spaces inside the sheet are valid XML and shrink a thousandfold.
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row>' + b" " * _BOMB_BYTES
    start, end = _SHEET.format(doctype="", rows="|").encode().split(b"|")
    return _zip(
        [
            (name, start + rows + end if name.endswith("sheet1.xml") else content)
            for name, content in _parts(_roster(_rows(names=("王建国",))))
        ]
    )


def _far_cell() -> bytes:
    return _with_sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def _entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "演示">{entities}]>'
    return _with_sheet('<row r="1"><c r="A1" t="str"><v>&e9;</v></c></row>', doctype=doctype)


def _external_entity() -> bytes:
    doctype = '<!DOCTYPE worksheet [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
    return _with_sheet('<row r="1"><c r="A1" t="str"><v>&out;</v></c></row>', doctype=doctype)


def _encrypted() -> bytes:
    """A compound file as Excel writes when a password is set: package and key info inside."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0" * 16,
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *[free] * 126)
    entries = [
        _entry("Root Entry", 5, child=1),
        _entry("EncryptedPackage", 2, right=2),
        _entry("EncryptionInfo", 2),
        b"\0" * 128,
    ]
    return header + table + b"".join(entries)


def _entry(name: str, kind: int, *, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    spelled = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        spelled,
        len(spelled),
        kind,
        1,
        0xFFFFFFFF,
        right,
        child,
        b"\0" * 16,
        0,
        0,
        0,
        0xFFFFFFFE,
        0,
    )


def _macros() -> bytes:
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts = [
        (name, content.replace(plain.encode(), macro.encode()))
        for name, content in _parts(_roster(_rows(names=("王建国",))))
    ]
    return _zip([*parts, ("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504)])


def _truncated() -> bytes:
    whole = _roster(_rows(names=("王建国",) * 20))
    return whole[: len(whole) * 3 // 5]


def _traversal() -> bytes:
    return _zip([("../../outside.txt", "演示数据".encode())])


def _formulas() -> bytes:
    names = ("=1+1", '=HYPERLINK("x","王")', "+王建国", "@王建国", "王建国")
    return _roster(_rows(names=names))


def _numbers_as_ids() -> bytes:
    number, _ = _person(3)
    ids: tuple[str | float, ...] = ("1.23E+17", float(int(number[:17] + "0")), "340299195803050000")
    return _roster(_rows(ids=(*ids, number)))


def _rare_names() -> bytes:
    return _roster(_rows(names=("𠮷建国", "王𬭚", "䶮文", "阿依古丽·买买提", "李㛃", "欧阳𫖮")))


def _wide_digits() -> bytes:
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    ids = [_person(serial)[0].translate(wide) for serial in range(3)]
    return _roster(_rows(ids=ids, amounts=("５４０", "540．00", "５４０元")))


def _odd_money() -> bytes:
    amounts = ("-540", "（540）", "0.054万元", "540.005", "叁佰元整", "5.4E+02", "1,54", "540元")
    return _roster(_rows(amounts=amounts))


def _nul_csv() -> bytes:
    number, account = _person(1)
    rows = [_TITLE, ",".join(_HEADER), f"王\0建国,{number},{account},{_GRADE},{_AMOUNT}"]
    return "\r\n".join(rows).encode("gb18030")


def _utf16_csv() -> bytes:
    number, account = _person(1)
    rows = [_TITLE, ",".join(_HEADER), f"王建国,{number},{account},{_GRADE},{_AMOUNT}"]
    return b"\xff\xfe" + "\r\n".join(rows).encode("utf-16-le")


_RECIPES = (
    _Recipe("压缩炸弹.xlsx", "展开后膨胀千倍的工作表", "refuse", _zip_bomb),
    _Recipe("最远单元格.xlsx", "唯一的数写在 XFD1048576", "refuse", _far_cell),
    _Recipe("实体炸弹.xlsx", "逐层展开的实体", "refuse", _entity_bomb),
    _Recipe("外部实体.xlsx", "引用本机文件的实体", "refuse", _external_entity),
    _Recipe("加密.xlsx", "设了打开密码的工作簿", "refuse", _encrypted),
    _Recipe("带宏.xlsm", "含宏的工作簿", "refuse", _macros),
    _Recipe(
        "其实是图片.xlsx", "改了扩展名的图片", "refuse", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    ),
    _Recipe("其实是文档.xlsx", "改了扩展名的 PDF", "refuse", lambda: b"%PDF-1.7\n%%EOF\n"),
    _Recipe("截断.xlsx", "只传了前一半的工作簿", "refuse", _truncated),
    _Recipe("空文件.xlsx", "零字节", "refuse", lambda: b""),
    _Recipe("越出文件夹.xlsx", "压缩包里的路径指向外面", "refuse", _traversal),
    _Recipe("公式当文字.xlsx", "姓名写成公式", "read", _formulas, (3, 4, 5, 6), (7,)),
    _Recipe("身份证成数字.xlsx", "1.23E+17 和丢失的末位", "read", _numbers_as_ids, (3, 4, 5), (6,)),
    _Recipe("生僻字.xlsx", "扩展区汉字和间隔号", "read", _rare_names, (), (3, 4, 5, 6, 7, 8)),
    _Recipe("全角数字.xlsx", "全角的证件号和金额", "read", _wide_digits, (), (3, 4, 5)),
    _Recipe(
        "金额花样.xlsx",
        "负数、括号、混合单位、大写",
        "read",
        _odd_money,
        (3, 4, 6, 7, 8, 9),
        (5, 10),
    ),
    _Recipe("带零字节.csv", "姓名里夹着零字节", "refuse", _nul_csv),
    _Recipe("宽字符.csv", "UTF-16 编码的文本", "read", _utf16_csv, (), (3,)),
)
