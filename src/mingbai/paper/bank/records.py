"""Fixed-width and csv answers: records told apart by their first literal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from mingbai.paper.bank.charset import Charset
from mingbai.paper.bank.formats import BankFormat, Part, ReturnLayout
from mingbai.paper.bank.returned import CannotReadReturn, ReturnedFile, ReturnedLine, make_line
from mingbai.paper.bank.shapes import read_amount, read_count


class RecordReader:
    """Reads fixed-width and csv answers: records told apart by their first literal."""

    def __init__(self, layout: BankFormat) -> None:
        self._layout: ReturnLayout = layout.returned
        self._charset: Charset = layout.charset

    def read(self, content: bytes) -> ReturnedFile:
        """The whole file; a stray line in front of the head or behind the trailer is a line too."""
        reference, stated = "", dict[str, int]()
        seen_head = seen_trailer = False
        lines: list[ReturnedLine] = []
        for number, fields in self._records(content):
            if not seen_head and (head := self._match(fields, self._layout.header)):
                seen_head = True
                reference = head.get("reference", "")
                stated.update(self._totals(head, self._layout.header))
            elif not seen_trailer and (tail := self._match(fields, self._layout.trailer)):
                seen_trailer = True
                reference = reference or tail.get("reference", "")
                end = self._totals(tail, self._layout.trailer)
                if any(stated.get(name, value) != value for name, value in end.items()):
                    raise CannotReadReturn("文件头和文件尾的合计不一致。请向银行重新索取回盘文件")
                stated.update(end)
            else:
                lines.append(self._line(number, fields))
        if self._layout.header and not seen_head:
            raise CannotReadReturn(
                "没有读到本格式的文件头，可能不是这家银行的回盘文件，或格式选错了。请核对后重新上传"
            )
        if self._layout.trailer and not seen_trailer:
            raise CannotReadReturn("没有读到文件尾，文件可能没有传完整。请向银行重新索取")
        return ReturnedFile(reference, stated, tuple(lines))

    def _records(self, content: bytes) -> Iterator[tuple[int, bytes | list[str] | None]]:
        """Line numbers with their bytes (fixed) or fields (csv); None where undecodable."""
        for number, raw in enumerate(content.splitlines(), start=1):
            if not raw.strip(b" \x00\x1a"):
                continue
            if self._layout.kind == "fixed":
                yield number, raw
                continue
            try:
                text = self._charset.decode(raw.removeprefix(b"\xef\xbb\xbf"))
                yield number, next(csv.reader(io.StringIO(text), strict=True))
            except (UnicodeDecodeError, csv.Error, StopIteration):
                yield number, None

    def _match(
        self, fields: bytes | list[str] | None, parts: tuple[Part, ...]
    ) -> dict[str, str] | None:
        """Values by field, when the record has this shape and its literals; else None."""
        if fields is None or not parts:
            return None
        cut = self._cut(fields, parts) if isinstance(fields, bytes) else fields
        if cut is None or len(cut) != len(parts):
            return None
        if any(p.text and value.strip() != p.text for p, value in zip(parts, cut, strict=True)):
            return None
        return {p.field: value.strip() for p, value in zip(parts, cut, strict=True) if p.field}

    def _cut(self, raw: bytes, parts: tuple[Part, ...]) -> list[str] | None:
        if len(raw) != sum(part.width for part in parts):
            return None
        found, start = [], 0
        for part in parts:
            try:
                found.append(self._charset.decode(raw[start : start + part.width]))
            except UnicodeDecodeError:
                return None
            start += part.width
        return found

    def _totals(self, values: Mapping[str, str], parts: tuple[Part, ...]) -> dict[str, int]:
        stated: dict[str, int] = {}
        for part in parts:
            if not part.field.endswith(("count", "total")):
                continue
            text = values[part.field]
            count = part.field.endswith("count")
            found = read_count(text) if count else read_amount(text, part.shape)
            if found is None:
                raise CannotReadReturn("文件头尾的笔数或金额读不出来。请向银行重新索取回盘文件")
            stated[part.field] = found
        return stated

    def _line(self, number: int, fields: bytes | list[str] | None) -> ReturnedLine:
        values = self._match(fields, self._layout.line)
        if values is None:
            return ReturnedLine(number, fault="长度、分隔或字符与格式不符，读不出来")
        shape = next(part.shape for part in self._layout.line if part.field == "amount")
        return make_line(number, values, shape, self._layout)
