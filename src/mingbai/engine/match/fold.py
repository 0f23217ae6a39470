"""One spelling for comparing: a character of a name becomes another character, or nothing.

Names stay as given in every table; these spellings serve comparisons only. All of them go one
character to one, so a whole column is one look-up in an array of code points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import opencc
import pyarrow as pa
import pyarrow.compute as pc
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

#: A character that was lost: a font's own private character, a question mark, a box. It may have
#: been any one character, which is what LIKE means by it.
LOST: Final = "_"
_LOST_SIGNS: Final = "?？*＊□■〓�＿_\ufffc"
_DOTS: Final = "·•・‧∙⋅．.･᛫●"
_PRIVATE: Final = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))
_HAN: Final = (
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0x20000, 0x2FA20),
    range(0x30000, 0x323B0),
)
# Variants in use in names that the table of traditional characters leaves alone.
_VARIANTS: Final = dict(zip("𠮷峯羣堃㛃珮喆", "吉峰群坤洁佩哲", strict=True))
# GB 18030-2022: the places of GBK's FE area whose characters had no code point in 2000.
_LATE: Final = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
    0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F,
    0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip
# What dialects of the lower Yangtze and clerks' ears run together.
_INITIALS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS: Final = (("ang", "an"), ("eng", "en"), ("ing", "in"))

Table = npt.NDArray[np.uint32]
_PLAIN: Final = np.isin(
    np.arange(256), list(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
)


@lru_cache(maxsize=1)
def spelling() -> Table:
    """Simplified, half-width, lower case, without accents; lost characters are LOST, dots, blanks
    and marks nothing. GBK's private places of 80 characters become those characters.
    """
    table: Table = np.arange(0x110000, dtype=np.uint32)
    for code in _foldable():
        table[code] = _fold_character(chr(code))
    for block in _PRIVATE:
        table[block.start : block.stop] = ord(LOST)
    for place, code in _gbk_remains():
        table[place] = table[code]
    han = [chr(code) for block in _HAN for code in block if chr(int(table[code])) == chr(code)]
    simple = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    for given, one in zip(han, simple, strict=True):
        table[ord(given)] = ord(one)
    for given, one in _VARIANTS.items():
        table[table == ord(given)] = ord(one)
    for sign in _LOST_SIGNS:
        table[ord(sign)] = ord(LOST)
    return table


@lru_cache(maxsize=2)
def sounds(near: bool = False) -> Table:
    """After `spelling`: each Han character becomes the first of its toneless syllable; `near` also
    runs zh and z, n and l, ang and an together. What has no known reading stays.
    """
    table: Table = np.arange(0x110000, dtype=np.uint32)
    firsts: dict[str, int] = {}
    readings: dict[str, str] = {}
    for code in sorted(PINYIN_DICT):
        reading = PINYIN_DICT[code].split(",")[0]
        if reading not in readings:
            readings[reading] = _near(to_normal(reading)) if near else to_normal(reading)
        table[code] = firsts.setdefault(readings[reading], code)
    return table


def fold(values: pa.Array, *tables: Table) -> pa.Array:
    """A column of text through tables, one after another; empty text becomes null."""
    text = pc.fill_null(values, "").cast(pa.large_string())
    data, starts = _bytes(text)
    if tables[0] is spelling() and _PLAIN[data].all():
        # Digits and Latin letters only, as numbers are: nothing but case can change.
        folded = pc.utf8_lower(text)
    else:
        codes = _codes(data)
        lengths = pc.utf8_length(text).to_numpy(zero_copy_only=False)
        for table in tables:
            codes = table[codes]
        kept = codes != 0
        # Where each value ends, in characters and then in bytes.
        ends = np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], np.cumsum(lengths)])]
        codes = codes[kept]
        widths = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
        starts = np.concatenate([[0], np.cumsum(widths)])[ends].astype(np.int64)
        buffer = pa.py_buffer(codes.tobytes().decode("utf-32-le").encode())
        folded = pa.Array.from_buffers(
            pa.large_string(), len(text), [None, pa.py_buffer(starts), buffer]
        )
    return pc.if_else(pc.equal(pc.binary_length(folded), 0), None, folded).cast(pa.string())


def _bytes(text: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bytes of a large_string array without nulls, and where each value starts."""
    starts = np.frombuffer(text.buffers()[1], dtype=np.int64)[text.offset :][: len(text) + 1]
    if not len(text) or starts[0] == starts[-1]:
        return np.zeros(0, dtype=np.uint8), np.zeros(len(text) + 1, dtype=np.int64)
    data = np.frombuffer(text.buffers()[2], dtype=np.uint8)[starts[0] : starts[-1]]
    return data, starts - starts[0]


def _codes(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    return np.frombuffer(data.tobytes().decode().encode("utf-32-le"), dtype=np.uint32)


def fold_plain(value: str | None, *tables: Table) -> str | None:
    """The same for one value, character by character."""
    for table in tables:
        value = "".join(chr(int(table[ord(char)])) for char in value or "").replace("\0", "")
    return value or None


def characters(values: pa.Array, count: int) -> tuple[pa.Array, ...]:
    """The first `count` code points of each value as int32 columns; 0 where it is shorter."""
    text = pc.fill_null(values, "").cast(pa.large_string())
    codes = _codes(_bytes(text)[0])
    lengths = pc.utf8_length(text).to_numpy(zero_copy_only=False)
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    padded = np.concatenate([codes, np.zeros(count, dtype=np.uint32)]).astype(np.int32)
    return tuple(
        pa.array(np.where(lengths > place, padded[starts + place], 0).astype(np.int32))
        for place in range(count)
    )


def letters(values: pa.Array) -> pa.Array:
    """Which bytes a value has, as bits of an int64: two values that differ by one edit differ in at
    most two bits, so that hardly any distance must be counted.
    """
    data, starts = _bytes(pc.fill_null(values, "").cast(pa.large_string()))
    bits = np.int64(1) << (data % 63).astype(np.int64)
    result = np.zeros(len(values), dtype=np.int64)
    filled = starts[1:] > starts[:-1]
    if len(bits):
        result[filled] = np.bitwise_or.reduceat(bits, starts[:-1][filled])
    return pa.array(result)


def letters_plain(value: str | None) -> int:
    """The same for one value."""
    return sum({1 << byte % 63 for byte in (value or "").encode()})


def is_han(code: int) -> bool:
    """Whether a code point is a Han character."""
    return code == 0x3007 or any(code in block for block in _HAN)


def _foldable() -> Iterator[int]:
    yield from range(0x0500)
    yield from range(0x1E00, 0x2E80)
    yield from range(0x2F00, 0x3400)
    yield from range(0xF900, 0x10000)
    yield from range(0x2F800, 0x2FA20)
    yield from range(0xE0100, 0xE01F0)


def _fold_character(char: str) -> int:
    if char in _DOTS:
        return 0
    plain = unicodedata.normalize("NFKD", char)
    first = plain[:1].lower()
    letters = [each for each in plain if not unicodedata.combining(each)]
    if len(letters) != 1 or len(first) != 1:
        return ord(char) if unicodedata.category(char)[0] in "LN" else 0
    return ord(first) if unicodedata.category(first)[0] in "LN" else 0


def _gbk_remains() -> Iterator[tuple[int, int]]:
    trails = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    for place, trail in enumerate(trails, start=0xE815):
        code = ord(bytes([0xFE, trail]).decode("gb18030"))
        yield place, _LATE.get(place, code)


def _near(syllable: str) -> str:
    for wide, narrow in _INITIALS:
        if syllable.startswith(wide):
            syllable = narrow + syllable[len(wide) :]
            break
    for wide, narrow in _FINALS:
        if syllable.endswith(wide):
            return syllable[: -len(wide)] + narrow
    return syllable
