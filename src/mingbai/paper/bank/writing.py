"""Fill a bank's format with an order: every line fits, or all misfits are named and none is cut."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.hashes import SM3, Hash

from mingbai.paper.bank.charset import Charset
from mingbai.paper.bank.formats import BankFormat, Part
from mingbai.paper.bank.order import (
    BankOrder,
    CannotFillBankFile,
    OrderLine,
    OrderProblem,
    WrittenFile,
)
from mingbai.paper.bank.shapes import write_shape
from mingbai.paper.bank.transfers import write_pain001

#: Field -> the words for it where a part has no label of its own.
LABELS: Final = {
    "name": "户名",
    "account": "账号",
    "amount": "金额",
    "remark": "附言",
    "programme": "项目名称",
    "reference": "流水号",
    "number": "序号",
    "payer_name": "付款户名",
    "payer_account": "付款账号",
    "payer_bank_name": "开户行",
    "payer_bank_code": "行号",
    "count": "笔数",
    "total": "金额合计",
    "check": "校验值",
}


def fill_bank_file(order: BankOrder, layout: BankFormat) -> WrittenFile:
    """The bytes of one bank file; same order and format, same bytes.

    Count and total are the caller's and only printed; the check value seals the bytes of the lines.
    Errors: ``CannotFillBankFile`` with every field that does not fit, by line number.
    """
    problems: list[OrderProblem] = []
    if layout.kind == "pain001":
        content = write_pain001(order, layout, problems)
        _refuse(problems)
        return WrittenFile(content, "")
    writer = _Records(layout, problems)
    lines = [writer.record(layout.line, _line(order, each), each.number) for each in order.lines]
    check = _check(b"".join(lines), layout)
    head = _head(order, check)
    records = [
        *([writer.record(layout.header, head, 0)] if layout.header else []),
        *lines,
        *([writer.record(layout.trailer, head, 0)] if layout.trailer else []),
    ]
    _refuse(problems)
    return WrittenFile(b"".join(records), check)


def _refuse(problems: Iterable[OrderProblem]) -> None:
    found = sorted(set(problems), key=lambda each: (each.line, each.field))
    if found:
        raise CannotFillBankFile(found)


def _line(order: BankOrder, line: OrderLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "reference": line.reference,
        "name": line.name,
        "account": line.account,
        "amount": line.amount,
        "programme": order.programme,
        "remark": line.remark,
        "pay_date": order.pay_date,
    }


def _head(order: BankOrder, check: str) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "made_date": order.made_at,
        "made_time": order.made_at,
        "pay_date": order.pay_date,
        "payer_name": order.payer_name,
        "payer_account": order.payer_account,
        "payer_bank_name": order.payer_bank_name,
        "payer_bank_code": order.payer_bank_code,
        "programme": order.programme,
        "count": order.count,
        "total": order.total,
        "check": check,
    }


def _check(lines: bytes, layout: BankFormat) -> str:
    """The check value over the bytes of all lines, as the format prints it."""
    if layout.check_method == "sm3":
        seal = Hash(SM3())
        seal.update(lines)
        text = seal.finalize().hex().upper()
    elif layout.check_method == "crc32":
        text = f"{zlib.crc32(lines):08X}"
    else:
        return ""
    return text[: layout.check_digits] if layout.check_digits else text


class _Records:
    """Writes records of one format and collects what does not fit."""

    def __init__(self, layout: BankFormat, problems: list[OrderProblem]) -> None:
        self._layout, self._problems = layout, problems
        self._charset: Charset = layout.charset

    def record(self, parts: tuple[Part, ...], values: Mapping[str, Any], number: int) -> bytes:
        """One record with its line end; ``number`` names the line where something does not fit."""
        if self._layout.kind == "fixed":
            body = b"".join(self._fixed(part, values, number) for part in parts)
        else:
            body = b",".join(self._quoted(part, values, number) for part in parts)
        return body + self._layout.line_end

    def _text(self, part: Part, values: Mapping[str, Any], number: int) -> str:
        if not part.field:
            return part.text
        text = self._charset.settle(write_shape(values[part.field], part.shape).strip())
        cause = self._charset.fault_of(text)
        if not text and not part.optional and part.field != "remark":
            cause = "empty"
        if cause:
            self._tell(part, number, cause)
        return text

    def _fixed(self, part: Part, values: Mapping[str, Any], number: int) -> bytes:
        text = self._text(part, values, number)
        if self._layout.charset.fault_of(text) in ("private", "outside"):
            return b""
        whole = self._charset.encode(text)
        if len(whole) > part.width:
            if not part.cut:
                self._tell(part, number, "too_long")
            whole = self._charset.cut(text, part.width)
        fill = part.fill.encode()
        return whole.rjust(part.width, fill) if part.right else whole.ljust(part.width, fill)

    def _quoted(self, part: Part, values: Mapping[str, Any], number: int) -> bytes:
        text = self._text(part, values, number)
        if self._layout.charset.fault_of(text) in ("private", "outside"):
            return b""
        if part.width and len(self._charset.encode(text)) > part.width:
            if not part.cut:
                self._tell(part, number, "too_long")
            text = self._charset.cut(text, part.width).decode(self._charset.encoding)
        if any(each in text for each in ',"\r\n'):
            text = '"' + text.replace('"', '""') + '"'
        return self._charset.encode(text)

    def _tell(self, part: Part, number: int, cause: str) -> None:
        label = part.label or LABELS.get(part.field, part.field)
        self._problems.append(OrderProblem(number, label, cause))
