"""The county's paying account and the unified programme names of its bank lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.model import BankName, BankRules, PayingAccount
from mingbai.rulebook.shelf import Shelf

_FORMAT: Final = re.compile(r"bank-[a-z0-9]+(?:-[a-z0-9]+)*")
_ACCOUNT: Final = re.compile(r"[0-9]{6,34}")


def read_bank(shelf: Shelf, name: str) -> BankRules:
    """Read ``bank.yaml``; a county without one has neither account nor names.

    Names are kept whatever the year's list is: a programme that ends is still repaid by its name.
    """
    if not shelf.exists(name):
        return BankRules()
    node = Node(shelf.read_yaml(name), file=name)
    payers = tuple(_payer(each) for each in node.nodes("payers"))
    _refuse_overlap(node, "payers", [(each.from_date, each.to_date) for each in payers])
    names: dict[str, tuple[BankName, ...]] = {}
    for code, inner in _lists(node, "names"):
        found = tuple(_name(code, each) for each in inner)
        _refuse_overlap(node, f"names.{code}", [(each.from_date, each.to_date) for each in found])
        names[code] = found
    node.finish()
    return BankRules(payers, MappingProxyType(names))


def _lists(node: Node, key: str) -> list[tuple[str, list[Node]]]:
    inner = node.node(key)
    return [(code, inner.nodes(code)) for code in inner.keys()]  # noqa: SIM118


def _payer(node: Node) -> PayingAccount:
    start, end = span_of(node)
    account = node.text("account")
    if not _ACCOUNT.fullmatch(account):
        node.fail("account", "账号应为 6 到 34 位数字（加引号）")
    formats = node.texts("formats", required=True)
    for each in formats:
        if not _FORMAT.fullmatch(each):
            node.fail("formats", f"“{each}”不是银行文件格式的代码，应写成 bank-fixed 的样子")
    value_is, source = source_of(node)
    found = PayingAccount(
        from_date=start,
        to_date=end,
        name=node.text("name"),
        account=account,
        bank_name=node.text("bank_name"),
        bank_code=node.text("bank_code", ""),
        formats=formats,
        value_is=value_is,
        source=source,
    )
    node.finish()
    return found


def _name(code: str, node: Node) -> BankName:
    start, end = span_of(node)
    value_is, source = source_of(node)
    found = BankName(code, start, end, node.text("name"), value_is, source)
    node.finish()
    return found


def _refuse_overlap(node: Node, key: str, spans: Sequence[tuple[date, date | None]]) -> None:
    """One day has one answer."""
    ordered = sorted(spans, key=lambda each: each[0])
    for (_, end), (start, _) in pairwise(ordered):
        if end is None or end >= start:
            node.fail(key, f"{start} 起有两条同时有效，请给前一条写上 to")
