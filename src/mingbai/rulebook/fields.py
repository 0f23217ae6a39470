"""Reading a mapping key by key: typed, complete, and every refusal names file and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NoReturn, get_args

from mingbai.engine.money import CannotReadMoney, parse_money
from mingbai.rulebook.faults import CannotLoadBook

_CODE = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
_AMOUNT = re.compile(r"^(?:0|[1-9][0-9]*)(?:\.[0-9]{2})?$")
_INVENTED = "演示数据"
_DECIMAL = re.compile(r"^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$")


class Node:
    """One mapping of a file; ``finish`` refuses every key that nobody asked for."""

    def __init__(self, value: Any, *, file: str, path: str = "") -> None:
        self.file = file
        self.path = path
        if not isinstance(value, dict):
            raise CannotLoadBook(file=file, key=path, problem="应为“键: 值”的表，请检查缩进")
        self._left: dict[str, Any] = dict(value)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, problem: str) -> NoReturn:
        """Refuse the value under ``key``."""
        raise CannotLoadBook(
            file=self.file, key=self._at(key) if key else self.path, problem=problem
        )

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not yet taken."""
        return key in self._left

    def take(self, key: str) -> Any:
        """Take a value that must be there."""
        if key not in self._left:
            self.fail(key, "缺少这一项，请补上")
        return self._left.pop(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Take text that is not empty; ``default`` stands in for a missing key."""
        if default is not None and key not in self._left:
            return default
        value = self.take(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(key, "应为文字（数字和代码请加引号）")
        return value.strip()

    def code(self, key: str) -> str:
        """Take a code: small letters, digits, hyphens."""
        value = self.text(key)
        if not _CODE.match(value):
            self.fail(key, f"代码“{value}”只能用小写字母、数字和连字符")
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Take a list of different texts; a missing key is an empty list unless required."""
        if not required and key not in self._left:
            return ()
        value = self.take(key)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.fail(key, "应为文字的列表")
        if required and not value:
            self.fail(key, "至少要写一个")
        if len(set(value)) != len(value):
            self.fail(key, "列表里有重复")
        return tuple(value)

    def choice(self, key: str, kind: Any, default: str | None = None) -> Any:
        """Take one of the words of a Literal type."""
        allowed = get_args(kind)
        value = self.text(key, default)
        if value not in allowed:
            self.fail(key, f"“{value}”不在可用的值之内：{'、'.join(allowed)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Take true or false."""
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            self.fail(key, "应为 true 或 false")
        return value

    def integer(self, key: str, *, least: int = 0) -> int:
        """Take a whole number not below ``least``."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self.fail(key, f"应为不小于{least}的整数")
        return value

    def day(self, key: str) -> date:
        """Take a date written 2021-01-01."""
        value = self.take(key)
        if not isinstance(value, date):
            self.fail(key, "应为日期，写成 2021-01-01")
        return value

    def day_or_none(self, key: str) -> date | None:
        """Take a date, or None where the key is missing."""
        return self.day(key) if key in self._left else None

    def money(self, key: str) -> int:
        """Take an amount in 元 with exactly two decimals or none, and return 分."""
        value = self.take(key)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _AMOUNT.match(text):
            self.fail(key, "金额以元为单位，写成 '123.45'（两位小数、加引号）或整数")
        try:
            return parse_money(text)
        except CannotReadMoney as fault:
            self.fail(key, str(fault))

    def decimal(self, key: str) -> Decimal:
        """Take an exact number that is not negative, written as text or a whole number."""
        value = self.take(key)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _DECIMAL.match(text):
            self.fail(key, "应为不小于零的数，小数请加引号")
        return Decimal(text)

    def node(self, key: str) -> Node:
        """Take a mapping below this one."""
        return Node(self.take(key), file=self.file, path=self._at(key))

    def nodes(self, key: str, *, required: bool = True) -> list[Node]:
        """Take a list of mappings, each known in messages by its place from 1."""
        if not required and key not in self._left:
            return []
        value = self.take(key)
        if not isinstance(value, list) or (required and not value):
            self.fail(key, "应为列表，至少一条")
        return [
            Node(each, file=self.file, path=f"{self._at(key)}[{place}]")
            for place, each in enumerate(value, start=1)
        ]

    def table(self, key: str, *, required: bool = True) -> dict[str, Node]:
        """Take a mapping of mappings."""
        if not required and key not in self._left:
            return {}
        inner = self.node(key)
        return {name: inner.node(name) for name in inner.keys()}  # noqa: SIM118

    def keys(self) -> tuple[str, ...]:
        """Names of the keys not yet taken, in the order written."""
        return tuple(self._left)

    def decimals(self, key: str) -> Mapping[str, Decimal]:
        """Take a mapping of names to exact numbers; missing means empty."""
        if key not in self._left:
            return MappingProxyType({})
        inner = self.node(key)
        return MappingProxyType({name: inner.decimal(name) for name in inner.keys()})  # noqa: SIM118

    def moneys(self, key: str, *, allowed: Collection[str] | None = None) -> Mapping[str, int]:
        """Take a mapping of names to amounts in 元, returned in 分."""
        inner = self.node(key)
        names = inner.keys()
        if not names:
            self.fail(key, "至少要写一项金额")
        for name in names:
            if allowed is not None and name not in allowed:
                inner.fail(name, f"不认识，可用的是：{'、'.join(allowed)}")
        return MappingProxyType({name: inner.money(name) for name in names})

    def words(self, key: str) -> Mapping[str, str]:
        """Take a mapping of text to text; missing means empty."""
        if key not in self._left:
            return MappingProxyType({})
        inner = self.node(key)
        return MappingProxyType({name: inner.text(name) for name in inner.keys()})  # noqa: SIM118

    def finish(self) -> None:
        """Refuse what was written but never asked for: a misspelt key must not pass in silence."""
        if self._left:
            name = next(iter(self._left))
            self.fail(name, "不认识这个键，请检查拼写或删去")


def source_of(node: Node) -> tuple[Literal["sourced", "demonstration"], str]:
    """Take where a value comes from: ``source`` always, ``value_is`` to mark invented ones.

    The mark and the words must agree: an invented value may not pass for a published one.
    """
    value_is: Literal["sourced", "demonstration"] = node.choice(
        "value_is", Literal["sourced", "demonstration"], "sourced"
    )
    source = node.text("source")
    if not re.search(r"\w{2}", source):
        node.fail("source", "请写明文号、条款或依据")
    if source.startswith(_INVENTED) and value_is != "demonstration":
        node.fail("value_is", f"来源写的是{_INVENTED}，请同时标明 value_is: demonstration")
    return value_is, source


def span_of(node: Node) -> tuple[date, date | None]:
    """Take ``from`` and an optional ``to``; the end may not come before the start."""
    start, end = node.day("from"), node.day_or_none("to")
    if end is not None and end < start:
        node.fail("to", "结束日期早于开始日期")
    return start, end
