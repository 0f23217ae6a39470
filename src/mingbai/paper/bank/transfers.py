"""ISO 20022 customer credit transfer (pain.001) in version 03 or 09, UTF-8, one payment a line."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from mingbai.paper.bank.formats import BankFormat
from mingbai.paper.bank.order import BankOrder, OrderLine, OrderProblem
from mingbai.paper.bank.shapes import show_yuan

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
#: What identifiers may hold in every bank's reading of the standard.
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+]{1,35}")
#: Longest texts by the standard: Max35Text, Max140Text, Max34Text of a generic account.
_LONGEST: Final = {"reference": 35, "name": 140, "account": 34, "remark": 140}
_LABELS: Final = {"reference": "流水号", "name": "户名", "account": "账号", "remark": "附言"}
_CURRENCY: Final = "CNY"


def write_pain001(order: BankOrder, layout: BankFormat, problems: list[OrderProblem]) -> bytes:
    """The message as bytes; what the standard or the format's charset refuses goes to ``problems``.

    ``NbOfTxs`` and ``CtrlSum`` are the caller's count and total, in 元 with two decimals.
    """
    namespace = _NAMESPACE + layout.version
    root = ET.Element("Document", {"xmlns": namespace})
    message = ET.SubElement(root, "CstmrCdtTrfInitn")
    texts = _Texts(layout, problems)
    _group(message, order, texts)
    _payments(message, order, layout, texts)
    ET.indent(root, " ")
    if problems:
        return b""
    body: bytes = ET.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


class _Texts:
    """Settles and checks the texts of a message, one kind at a time."""

    def __init__(self, layout: BankFormat, problems: list[OrderProblem]) -> None:
        self._charset, self._problems = layout.charset, problems

    def of(self, text: str, kind: str, number: int, label: str = "") -> str:
        """Settled text of at most so many characters as the standard allows its kind."""
        settled = self._charset.settle(text.strip())
        cause = self._charset.fault_of(settled)
        if not settled and kind != "remark":
            cause = "empty"
        if len(settled) > _LONGEST[kind]:
            if kind == "remark":
                settled = settled[: _LONGEST[kind]]
            else:
                cause = cause or "too_long"
        if kind == "reference" and not cause and not _IDENTIFIER.fullmatch(settled):
            cause = "outside"
        if cause:
            self._problems.append(OrderProblem(number, label or _LABELS[kind], cause))
        return settled if not cause else ""


def _add(parent: ET.Element, path: str, text: str) -> ET.Element:
    """A chain of elements below ``parent``, the last with the text."""
    node = parent
    for name in path.split("/"):
        node = ET.SubElement(node, name)
    node.text = text
    return node


def _group(message: ET.Element, order: BankOrder, texts: _Texts) -> None:
    head = ET.SubElement(message, "GrpHdr")
    _add(head, "MsgId", texts.of(order.reference, "reference", 0))
    _add(head, "CreDtTm", order.made_at.isoformat(timespec="seconds"))
    _add(head, "NbOfTxs", str(order.count))
    _add(head, "CtrlSum", show_yuan(order.total))
    _add(head, "InitgPty/Nm", texts.of(order.payer_name, "name", 0, "付款户名"))


def _payments(message: ET.Element, order: BankOrder, layout: BankFormat, texts: _Texts) -> None:
    newer = layout.version.endswith(".09")
    part = ET.SubElement(message, "PmtInf")
    _add(part, "PmtInfId", texts.of(order.reference, "reference", 0))
    _add(part, "PmtMtd", "TRF")
    _add(part, "BtchBookg", "true")
    _add(part, "NbOfTxs", str(order.count))
    _add(part, "CtrlSum", show_yuan(order.total))
    _add(part, "ReqdExctnDt/Dt" if newer else "ReqdExctnDt", order.pay_date.isoformat())
    _add(part, "Dbtr/Nm", texts.of(order.payer_name, "name", 0, "付款户名"))
    _add(part, "DbtrAcct/Id/Othr/Id", texts.of(order.payer_account, "account", 0, "付款账号"))
    agent = ET.SubElement(ET.SubElement(part, "DbtrAgt"), "FinInstnId")
    if order.payer_bank_code:
        code = texts.of(order.payer_bank_code, "reference", 0, "行号")
        _add(agent, "ClrSysMmbId/MmbId", code)
    _add(agent, "Nm", texts.of(order.payer_bank_name, "name", 0, "开户行"))
    for line in order.lines:
        _transfer(part, line, order, texts)


def _transfer(part: ET.Element, line: OrderLine, order: BankOrder, texts: _Texts) -> None:
    each = ET.SubElement(part, "CdtTrfTxInf")
    ids = ET.SubElement(each, "PmtId")
    reference = texts.of(line.reference, "reference", line.number)
    _add(ids, "InstrId", reference)
    _add(ids, "EndToEndId", reference)
    amount = _add(each, "Amt/InstdAmt", show_yuan(line.amount))
    amount.set("Ccy", _CURRENCY)
    _add(each, "Cdtr/Nm", texts.of(line.name, "name", line.number))
    _add(each, "CdtrAcct/Id/Othr/Id", texts.of(line.account, "account", line.number))
    words = " ".join(filter(None, (order.programme, line.remark)))
    _add(each, "RmtInf/Ustrd", texts.of(words, "remark", line.number))
