"""The scanner before anything goes public: finds identifiers in what is about to be shown.

It trusts nobody: neither masks nor the hand that typed a remark. What it reports is where and of
what kind, never the number itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mingbai.paper.masks import MASKS, STAR

#: Chinese numerals that people spell numbers with, digit by digit.
_SPELLED: Final = {
    ord(char): str(digit)
    for digit, chars in enumerate(
        (
            "〇零○",
            "一壹幺",
            "二贰貳两兩",
            "三叁參",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
#: Letters that pass for digits inside a number.
_ALIKE: Final = str.maketrans("OoQDIl|SsBZz", "000011155822")
_BETWEEN: Final = r"[\s\-_.·•,，、/\\:：;；()（）\[\]【】'\"“”~～+|#]{0,3}"
#: Eleven digits in a row are a mobile phone, an account or a piece of an ID number: never shown.
_LONG: Final = re.compile(rf"(?:\d{_BETWEEN}){{10,}}[\dXx]")
#: In free text seven digits in a row are a telephone already.
_SHORT: Final = re.compile(rf"(?:\d{_BETWEEN}){{6,}}\d")
_PERMIT: Final = re.compile(r"(?<![A-Z])[A-Z]{1,3}\d{6,12}(?!\d)")
_LOOSE: Final = re.compile(r"[\dOoQDIlSsBZz|][\dOoQDIlSsBZz|\s\-]{9,}[\dOoQDIlSsBZzXx|]")
_KEPT: Final = re.compile(r"[0-9A-Z*]")
#: Pieces of an identifier: one so long is a leak; shorter ones count together.
_PIECE, _PIECES, _COVERED = 4, 7, 10
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_TEXTUAL: Final = frozenset({"text", "place", "town", "village"})

#: Kind of leak -> what to do about it.
KINDS: Final[Mapping[str, str]] = {
    "long_number": "有一串十一位以上的数字，像证件号、账号或手机号",
    "id_number": "拼起来是一个完整的身份证号",
    "phone": "有一串七位以上的数字，像电话号码",
    "permit": "有像通行证、护照的号码",
    "known_value": "出现了本人证件号、账号或电话的一段",
    "not_masked": "不是这一列的掩码应有的样子",
    "name_shown": "出现了不应公开的姓名",
}


@dataclass(frozen=True)
class Leak:
    """One thing that must not be shown: row (0: outside the rows), column label, kind."""

    row: int
    column: str
    kind: str

    @property
    def words(self) -> str:
        """What was found, without where."""
        return KINDS[self.kind]

    def __str__(self) -> str:
        where = f"第{self.row}行" if self.row else "正文"
        return f"{where}{f'“{self.column}”列' if self.column else ''}：{KINDS[self.kind]}"


def scan_rows(
    rows: Iterable[Sequence[str]],
    *,
    masks: Sequence[str],
    labels: Sequence[str],
    known: Callable[[int], Sequence[str]] | None = None,
    names: Callable[[int], Sequence[str]] | None = None,
    most: int = 20,
) -> tuple[Leak, ...]:
    """Leaks in masked cells, row by row from 1, at most ``most``.

    ``masks`` and ``labels`` name each column. ``known(row)`` gives the identifiers of the person in
    the row: no piece of seven characters of one may stand in any cell, nor pieces of four and more
    that together make ten, however they are split over cells. ``names(row)`` gives whole names that
    may stand in no cell.
    """
    found: list[Leak] = []
    for number, cells in enumerate(rows, start=1):
        found += _scan_row(number, cells, masks, labels, known(number) if known else ())
        if names:
            found += _scan_names(number, cells, labels, names(number))
        if len(found) >= most:
            break
    return tuple(found[:most])


def scan_text(text: str, *, allowed: Iterable[str] = ()) -> tuple[Leak, ...]:
    """Leaks in a whole rendered text, such as the words of a docx or a page.

    ``allowed`` are strings that rightly stand there: the telephone for objections, numbers of
    documents.
    """
    for each in sorted(allowed, key=len, reverse=True):
        if each:
            text = text.replace(each, "〓")
    kinds = {kind for line in text.splitlines() for kind in _numbers(line, short=False)}
    return tuple(Leak(0, "", kind) for kind in sorted(kinds))


def scan_known(text: str, identifiers: Iterable[str]) -> tuple[Leak, ...]:
    """A leak where one of these identifiers stands in the text, whole or in a long piece."""
    packed = _pack(text)
    return (Leak(0, "", "known_value"),) if any(_held(packed, i) for i in identifiers) else ()


def digit_runs(text: str) -> tuple[str, ...]:
    """Every run of seven characters or more that may be an identifier, packed, for looking up."""
    plain = _plain(text)
    found = [_pack(match.group()) for match in _SHORT.finditer(plain)]
    found += [_pack(match.group()) for match in _PERMIT.finditer(plain.upper())]
    return tuple(dict.fromkeys(found))


def _scan_row(
    number: int,
    cells: Sequence[str],
    masks: Sequence[str],
    labels: Sequence[str],
    known: Sequence[str],
) -> list[Leak]:
    found: list[Leak] = []
    for cell, mask, label in zip(cells, masks, labels, strict=True):
        if not MASKS[mask].allows(cell):
            found.append(Leak(number, label, "not_masked"))
        elif mask in _TEXTUAL:
            found += [Leak(number, label, kind) for kind in _numbers(cell, short=True)]
    packed = [_pack(cell) for cell in cells]
    if any(_is_id(run) for run in _windows("".join(packed))):
        found.append(Leak(number, "", "id_number"))
    joined = "\x00".join(packed)
    if any(_held(joined, each) or _pieced(packed, each) for each in known):
        found.append(Leak(number, "", "known_value"))
    return found


def _scan_names(
    number: int, cells: Sequence[str], labels: Sequence[str], names: Sequence[str]
) -> list[Leak]:
    whole = [packed for packed in ("".join(name.split()) for name in names) if len(packed) > 1]
    return [
        Leak(number, label, "name_shown")
        for cell, label in zip(cells, labels, strict=True)
        if any(name in "".join(cell.split()) for name in whole)
    ]


def _numbers(text: str, *, short: bool) -> list[str]:
    """Kinds of numbers that stand in a text, whatever width, script or spacing."""
    plain = _plain(text)
    kinds = []
    loose = (match.group().translate(_ALIKE) for match in _LOOSE.finditer(plain))
    if _LONG.search(plain) or any(_LONG.search(each) for each in loose):
        kinds.append("long_number")
    elif short and _SHORT.search(plain):
        kinds.append("phone")
    if _PERMIT.search(plain.upper()):
        kinds.append("permit")
    return kinds


def _plain(text: str) -> str:
    """One width, one script of digits, spelled digits as digits, nothing unseen in between."""
    seen = (
        str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char
        for char in unicodedata.normalize("NFKC", text)
        if unicodedata.category(char) not in ("Cf", "Cc", "Mn") or char in "\t\n"
    )
    return "".join(seen).translate(_SPELLED)


def _pack(text: str) -> str:
    """Digits, Latin capitals and stars only; a star keeps two pieces apart."""
    return "".join(_KEPT.findall(_plain(text).upper()))


def _grams(identifier: str, size: int, least: int) -> tuple[str, ...]:
    """Pieces of an identifier, but not runs of one digit: amounts hold those too."""
    pieces = (identifier[at : at + size] for at in range(len(identifier) - size + 1))
    return tuple(piece for piece in pieces if len(set(piece)) >= least)


def _held(packed: str, identifier: str) -> bool:
    """Whether a piece of seven characters of the identifier stands in the packed text."""
    return any(gram in packed for gram in _grams(_pack(identifier), _PIECES, 3))


def _pieced(cells: Sequence[str], identifier: str) -> bool:
    """Whether short pieces of it stand in the cells that together are ten characters long."""
    shown = 0
    grams = _grams(_pack(identifier), _PIECE, 2)
    for cell in cells:
        places: set[int] = set()
        for gram in grams:
            at = cell.find(gram)
            while at >= 0:
                places.update(range(at, at + _PIECE))
                at = cell.find(gram, at + 1)
        shown += len(places)
    return shown >= _COVERED


def _windows(packed: str) -> Iterable[str]:
    """Eighteen-character windows of the unbroken runs of a row, cells end to end."""
    for run in packed.split(STAR):
        for at in range(len(run) - 17):
            yield run[at : at + 18]


def _is_id(run: str) -> bool:
    """A whole 18-digit number by GB 11643-1999: region, a real month and day, check character."""
    body = run[:17]
    if not body.isdigit() or run[0] == "0":
        return False
    if not (
        "1800" < run[6:10] < "2100" and "01" <= run[10:12] <= "12" and "01" <= run[12:14] <= "31"
    ):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == run[17]
