"""ISO 20022 payment status report (pain.002): one answer a transaction, whatever its version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from mingbai.paper.bank.formats import BankFormat
from mingbai.paper.bank.returned import CannotReadReturn, ReturnedFile, ReturnedLine, make_line
from mingbai.paper.bank.shapes import read_amount, read_count

_PREFIX: Final = "urn:iso:std:iso:20022:tech:xsd:"
_DEEPEST: Final = 40


def read_pain002(content: bytes, layout: BankFormat) -> ReturnedFile:
    """Read a status report of one of the versions the format accepts.

    Errors: ``CannotReadReturn`` for anything that is not well-formed, declares a document type, or
    is another message.
    """
    root = _parse(content)
    namespace, _, _ = root.tag[1:].partition("}") if root.tag.startswith("{") else ("", "", "")
    if namespace.removeprefix(_PREFIX) not in layout.returned.versions:
        raise CannotReadReturn(
            f"不是约定的状态报告（{'、'.join(layout.returned.versions)}）。请向银行核对报文版本"
        )
    report = _child(root, "CstmrPmtStsRpt")
    original = _child(report, "OrgnlGrpInfAndSts")
    reference = _text(original, "OrgnlMsgId")
    stated: dict[str, int] = {}
    lines: list[ReturnedLine] = []
    for group in _children(report, "OrgnlPmtInfAndSts"):
        stated.update(_stated(group, stated))
        for each in _children(group, "TxInfAndSts"):
            lines.append(_line(len(lines) + 1, each, layout))
    return ReturnedFile(reference, stated, tuple(lines))


def _parse(content: bytes) -> ET.Element:
    """The tree of a message without document type: no entity is ever expanded."""
    checker = expat.ParserCreate()
    depth = 0

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise CannotReadReturn("报文嵌套过深，不是状态报告。请核对文件")

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise CannotReadReturn("报文带有文档类型声明，不安全，已拒收。请向银行核对文件")

    checker.StartElementHandler = opened
    checker.EndElementHandler = closed
    checker.StartDoctypeDeclHandler = refuse
    try:
        checker.Parse(content, True)
        return ET.fromstring(content)  # noqa: S314 - no document type, depth bounded: see above
    except (expat.ExpatError, ET.ParseError, ValueError, LookupError) as error:
        raise CannotReadReturn("报文不完整或不是 XML，读不出来。请向银行重新索取") from error


def _children(parent: ET.Element, name: str) -> Iterator[ET.Element]:
    return (each for each in parent if each.tag.rpartition("}")[2] == name)


def _child(parent: ET.Element, name: str) -> ET.Element:
    found = next(_children(parent, name), None)
    if found is None:
        raise CannotReadReturn(f"报文里没有 {name}，不是状态报告。请向银行核对文件")
    return found


def _text(parent: ET.Element, path: str) -> str:
    """The text at the end of a path of local names; "" where there is none."""
    node: ET.Element | None = parent
    for name in path.split("/"):
        node = next(_children(node, name), None) if node is not None else None
    return (node.text or "").strip() if node is not None else ""


def _stated(group: ET.Element, before: dict[str, int]) -> dict[str, int]:
    """Counts and sums by status, as the bank states them for one group; added to those before."""
    found: dict[str, int] = {}
    for each in _children(group, "NbOfTxsPerSts"):
        count = read_count(_text(each, "DtldNbOfTxs"))
        total = read_amount(_text(each, "DtldCtrlSum") or "0", "yuan")
        if count is None or total is None:
            raise CannotReadReturn("报文里的笔数或金额合计读不出来。请向银行重新索取")
        found["count"] = found.get("count", before.get("count", 0)) + count
        found["total"] = found.get("total", before.get("total", 0)) + total
    return found


def _line(number: int, each: ET.Element, layout: BankFormat) -> ReturnedLine:
    values = {
        "reference": _text(each, "OrgnlEndToEndId"),
        "result": _text(each, "TxSts"),
        "reason": _text(each, "StsRsnInf/Rsn/Cd") or _text(each, "StsRsnInf/Rsn/Prtry"),
        "amount": _text(each, "OrgnlTxRef/Amt/InstdAmt"),
        "account": _text(each, "OrgnlTxRef/CdtrAcct/Id/Othr/Id"),
        "settled_date": _text(each, "OrgnlTxRef/IntrBkSttlmDt") or _text(each, "AccptncDtTm")[:10],
    }
    return make_line(number, values, "yuan", layout.returned)
