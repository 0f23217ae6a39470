"""Comma-separated files as Chinese offices export them: GB18030 or Unicode, any delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from mingbai.engine.reading.faults import CannotReadFile

# Python decodes GB 18030 by its 2005 mapping; these 18 characters left the private-use area in
# GB 18030-2022 and would otherwise turn into blanks in names.
_GB18030_2022: Final = str.maketrans({
    "\ue78d": "\ufe10", "\ue78e": "\ufe12", "\ue78f": "\ufe11", "\ue790": "\ufe13",
    "\ue791": "\ufe14", "\ue792": "\ufe15", "\ue793": "\ufe16", "\ue794": "\ufe17",
    "\ue795": "\ufe18", "\ue796": "\ufe19", "\ue81e": "\u9fb4", "\ue826": "\u9fb5",
    "\ue82b": "\u9fb6", "\ue82c": "\u9fb7", "\ue832": "\u9fb8", "\ue843": "\u9fb9",
    "\ue854": "\u9fba", "\ue864": "\u9fbb",
})  # fmt: skip
_DELIMITERS: Final = ",\t;|"
_EXCEL_TEXT: Final = re.compile(r'^="(.*)"$', re.DOTALL)


def decode_text(content: bytes) -> str:
    """Decode by byte-order mark, then strict UTF-8, then strict GB18030; else CannotReadFile."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            return _decode(content, encoding)
    sample = content[:4096]
    if sample and sample.count(0) * 4 > len(sample):
        odd, even = sample[1::2].count(0), sample[0::2].count(0)
        return _decode(content, "utf-16-le" if odd >= even else "utf-16-be")
    if b"\x00" in sample:
        raise CannotReadFile("file_kind", found="二进制文件")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode(content, "gb18030")
        return text.translate(_GB18030_2022) if re.search("[\ue000-\uf8ff]", text) else text


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise CannotReadFile("file_encoding") from None


def read_records(content: bytes) -> Iterator[list[str]]:
    """Records of the file in order, blank ones too: the n-th is line n as Excel shows it."""
    text = decode_text(content).replace("\x00", "")
    control = sum(1 for char in text[:2000] if char < " " and char not in "\t\r\n\x0b\x0c")
    if control > 20:
        raise CannotReadFile("file_kind", found="二进制文件")
    delimiter, start = _find_delimiter(text)
    csv.field_size_limit(1 << 20)
    stream = io.StringIO(text[start:].replace("\r\n", "\n").replace("\r", "\n"), newline="")
    try:
        for record in csv.reader(stream, delimiter=delimiter):
            yield [_EXCEL_TEXT.sub(r"\1", cell) if cell[:1] == "=" else cell for cell in record]
    except csv.Error:
        raise CannotReadFile("file_damaged") from None


def _find_delimiter(text: str) -> tuple[str, int]:
    """The delimiter with the most even count over the first lines; Excel's `sep=` line wins."""
    told = re.match(r"sep=(.)\r?\n", text)
    if told:
        return told[1], told.end()
    lines = [line for line in text[:65536].splitlines()[:50] if line.strip()][:-1] or [text[:4096]]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = sorted(re.sub(r'"[^"]*"', "", line).count(delimiter) for line in lines)
        middle = counts[len(counts) // 2]
        score = sum(1 for count in counts if count == middle) / len(counts) * min(middle, 30)
        if middle and score > best_score:
            best, best_score = delimiter, score
    return best, 0
