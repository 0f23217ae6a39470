"""Channels of public posting: common ones, overlaid by the county's; and the table of days."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final, TypeVar

from mingbai.engine.schedule import Calendar, CannotSchedule, make_calendar, read_days
from mingbai.paper.masks import MASKS, mask_for
from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import Dated, close_spans, overlay
from mingbai.rulebook.model.channels import (
    AnswerTerm,
    BoardLevel,
    Channel,
    Counted,
    Place,
    PostedColumn,
    PostedKind,
    PostedPhone,
    PostingClass,
    PostingRules,
    PostingStage,
    StageKind,
    Starts,
    Term,
)
from mingbai.rulebook.model.rosters import Roster
from mingbai.rulebook.shelf import Shelf

FILE: Final = "channels.yaml"
DAYS: Final = "common/days.csv"
#: Columns that tell who somebody is: a roll that may not be on the site by name shows none of them.
_TELLING: Final = frozenset({"name", "id_number", "phone", "account"})

T = TypeVar("T", bound=Dated)


def read_calendar(shelf: Shelf) -> Calendar:
    """The working days of every year that the table of official days holds."""
    try:
        days = read_days(shelf.read_text(DAYS))
        return make_calendar(sorted({day.date.year for day in days}), days)
    except CannotSchedule as fault:
        raise CannotLoadBook(file=DAYS, key="", problem=str(fault)) from fault


def read_posting_rules(
    shelf: Shelf, *, county: str, subsidy: Roster, exists: Callable[[str], bool]
) -> PostingRules:
    """What the book says of postings; the county's entries stand instead of common ones.

    ``subsidy`` gives each column its type, ``exists`` says which sub-items may be named.
    """
    folders = ["common", *([county] if shelf.exists(f"{county}/{FILE}") else [])]
    levels = [_Level(shelf, f"{folder}/{FILE}", subsidy, exists) for folder in folders]
    rules = PostingRules(
        classes=_laid([level.classes for level in levels]),
        channels=_laid([level.channels for level in levels]),
        stages=_laid([level.stages for level in levels]),
        answers=_laid([level.answers for level in levels]),
        phones=_laid([level.phones for level in levels]),
    )
    _hold_together(rules, levels[-1])
    return rules


def _laid(levels: list[list[tuple[T, str, str]]]) -> tuple[T, ...]:
    closed = [close_spans(level, key=_code) for level in levels]
    return overlay(closed, key=_code)


def _code(each: Any) -> str:
    code: str = each.code
    return code


class _Level:
    """One file's entries, each with its file and key for messages."""

    def __init__(
        self, shelf: Shelf, name: str, subsidy: Roster, exists: Callable[[str], bool]
    ) -> None:
        self.node = Node(shelf.read_yaml(name), file=name)
        self._types = {column.name: column.type for column in subsidy.columns}
        self._exists = exists
        self.classes = self._read("classes", self._class)
        self.channels = self._read("channels", self._channel)
        self.stages = self._read("stages", self._stage)
        self.answers = self._read("objections", self._answer)
        self.phones = self._read("phones", self._phone)
        self.node.finish()

    def _read(self, key: str, read: Callable[[Node], T]) -> list[tuple[T, str, str]]:
        found = []
        for each in self.node.nodes(key, required=False):
            found.append((read(each), each.file, each.path))
            each.finish()
        return found

    def _class(self, node: Node) -> PostingClass:
        is_default = node.flag("default", False)
        named = node.texts("sub_items", required=not is_default)
        if is_default and named:
            node.fail("sub_items", "默认类别包括其余全部子项，不另列名")
        return PostingClass(
            code=node.code("code"),
            name=node.text("name"),
            is_default=is_default,
            sub_items=self._sub_items(node, named),
            site_by_name=_flag(node, "site_by_name"),
            **_dated(node),
        )

    def _channel(self, node: Node) -> Channel:
        return Channel(
            code=node.code("code"),
            name=node.text("name"),
            place=node.choice("place", Place),
            level=node.choice("level", BoardLevel),
            columns=self._columns(node.node("columns")),
            **_dated(node),
        )

    def _columns(self, node: Node) -> MappingProxyType[str, tuple[PostedColumn, ...]]:
        found: dict[str, tuple[PostedColumn, ...]] = {}
        for posting_class in node.keys():  # noqa: SIM118
            columns = tuple(self._column(each) for each in node.nodes(posting_class))
            if len({each.name for each in columns}) != len(columns):
                node.fail(posting_class, "同一栏列了两次")
            found[posting_class] = columns
        return MappingProxyType(found)

    def _column(self, node: Node) -> PostedColumn:
        column = PostedColumn(node.code("name"), node.text("label"), node.text("mask"))
        kind = "town" if column.name == "town" else self._types.get(column.name)
        if kind is None:
            node.fail("name", f"花名册没有列“{column.name}”")
        fitting = mask_for(kind)
        if not fitting:
            node.fail("name", f"“{column.label}”任何渠道都不得公示")
        if column.mask not in fitting:
            names = "、".join(f"{each}（{MASKS[each].definition}）" for each in fitting)
            node.fail("mask", f"“{column.label}”只能用这些掩码：{names}")
        node.finish()
        return column

    def _stage(self, node: Node) -> PostingStage:
        stage = PostingStage(
            code=node.code("code"),
            stage=node.choice("stage", StageKind),
            name=node.text("name"),
            about=node.choice("about", PostedKind),
            is_final=_flag(node, "final"),
            term=_term(node),
            within=node.integer("within", least=1) if node.has("within") else None,
            channels=node.texts("channels", required=True),
            deciding=node.code("deciding"),
            sub_items=self._sub_items(node, node.texts("sub_items")),
            **_dated(node),
        )
        if stage.deciding not in stage.channels:
            node.fail("deciding", f"渠道“{stage.deciding}”不在本环节的渠道之内")
        return stage

    def _answer(self, node: Node) -> AnswerTerm:
        return AnswerTerm(code=node.code("code"), term=_term(node), **_dated(node))

    def _phone(self, node: Node) -> PostedPhone:
        return PostedPhone(
            code=node.code("code"),
            name=node.text("name"),
            number=node.text("number"),
            **_dated(node),
        )

    def _sub_items(self, node: Node, named: tuple[str, ...]) -> tuple[str, ...]:
        for each in named:
            if not self._exists(each):
                node.fail("sub_items", f"没有子项“{each}”，请改正代码")
        return named


def _term(node: Node) -> Term:
    return Term(
        days=node.integer("days", least=1),
        counted=node.choice("counted", Counted),
        starts=node.choice("starts", Starts),
        extends=_flag(node, "extends"),
    )


def _flag(node: Node, key: str) -> bool:
    """True or false, said in so many words: what may be shown is never left to a default."""
    if not node.has(key):
        node.fail(key, "缺少这一项，请写 true 或 false")
    return node.flag(key, False)


def _dated(node: Node) -> dict[str, Any]:
    first, last = span_of(node)
    value_is, source = source_of(node)
    return {"from_date": first, "to_date": last, "value_is": value_is, "source": source}


def _hold_together(rules: PostingRules, level: _Level) -> None:
    """Classes, channels and stages name each other; a roll that may not be named is not."""
    classes = {each.code: each for each in rules.classes}
    channels = {each.code for each in rules.channels}
    if not any(each.is_default for each in rules.classes):
        level.node.fail("classes", "要有一个默认类别（default: true）")
    for sub_item in {code for each in rules.classes for code in each.sub_items}:
        owners = {each.code for each in rules.classes if sub_item in each.sub_items}
        if len(owners) > 1:
            level.node.fail(
                "classes", f"子项“{sub_item}”列在几个类别里：{'、'.join(sorted(owners))}"
            )
    for channel in rules.channels:
        for code, columns in channel.columns.items():
            if code not in classes:
                level.node.fail("channels", f"渠道“{channel.code}”写了没有的类别“{code}”")
            telling = [each.label for each in columns if _tells(each)]
            if channel.place == "site" and not classes[code].site_by_name and telling:
                level.node.fail(
                    "channels",
                    f"“{classes[code].name}”名单不得在网站上公开到人，"
                    f"请从“{channel.name}”去掉：{'、'.join(telling)}",
                )
    for stage in rules.stages:
        for code in stage.channels:
            if code not in channels:
                level.node.fail("stages", f"环节“{stage.code}”写了没有的渠道“{code}”")


def _tells(column: PostedColumn) -> bool:
    return column.name in _TELLING or bool(MASKS[column.mask].takes & _TELLING)
