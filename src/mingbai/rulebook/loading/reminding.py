"""Read ``reminding.yaml``: of what offices are reminded, when, and by which channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, get_args

from mingbai.engine.schedule import RemindSpec
from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import Dated, close_spans, overlay
from mingbai.rulebook.model.channels import Counted, Term
from mingbai.rulebook.model.reminding import (
    RemindChannel,
    Reminding,
    RemindKind,
    RemindRule,
    SendingRule,
)
from mingbai.rulebook.shelf import Shelf

FILE: Final = "reminding.yaml"
_HOURS: Final = 24
T = TypeVar("T", bound=Dated)


def read_reminding(shelf: Shelf, *, county: str) -> Reminding:
    """The dated rules of every kind; the county's stand instead of common ones."""
    names = [f"{each}/{FILE}" for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    pages = [Node(shelf.read_yaml(name), file=name) for name in names]
    reminding = Reminding(
        rules=_laid(pages, "reminders", _rule, lambda each: each.code),
        hours=_laid(pages, "hours", _hours, lambda each: "hours"),
    )
    for page in pages:
        page.finish()
    return reminding


def _laid(
    pages: list[Node], key: str, read: Callable[[Node], T], code: Callable[[Any], str]
) -> tuple[T, ...]:
    levels = []
    for page in pages:
        entries = []
        for node in page.nodes(key, required=False):
            entries.append((read(node), node.file, node.path))
            node.finish()
        levels.append(close_spans(entries, key=code))
    return overlay(levels, key=code)


def _rule(node: Node) -> RemindRule:
    channels = node.texts("channels", required=True)
    for each in channels:
        if each not in get_args(RemindChannel):
            node.fail("channels", f"没有“{each}”这种方式，可用的是：site、mail、robot")
    if "site" not in channels:
        node.fail("channels", "站内提醒（site）不能去掉，其他方式都以它为准")
    term = node.node("term") if node.has("term") else None
    start, end = span_of(node)
    value_is, source = source_of(node)
    rule = RemindRule(
        code=node.choice("kind", RemindKind),
        name=node.text("name"),
        spec=_spec(node),
        term=_term(term) if term else None,
        channels=tuple(channels),  # type: ignore[arg-type]
        from_date=start,
        to_date=end,
        value_is=value_is,
        source=source,
    )
    if term:
        term.finish()
    return rule


def _spec(node: Node) -> RemindSpec:
    spec = RemindSpec(
        before=_days(node, "before"),
        on_day=node.flag("on_day", True),
        after=_days(node, "after"),
        every=node.integer("every"),
        until=node.integer("until"),
        lead_from=node.integer("lead_from") if node.has("lead_from") else None,
    )
    if spec.after and spec.after[-1] > spec.until:
        node.fail("until", "到期后最后一次提醒不能晚于停止提醒的天数")
    if spec.lead_from is not None and not 1 <= spec.lead_from <= spec.until:
        node.fail("lead_from", f"逾期几天起告知牵头单位，应在 1 到 {spec.until} 之间")
    return spec


def _days(node: Node, key: str) -> tuple[int, ...]:
    """Days each named once, in ascending order; none where the key is left out."""
    value = node.take(key) if node.has(key) else []
    fine = isinstance(value, list) and all(
        isinstance(each, int) and not isinstance(each, bool) and each >= 1 for each in value
    )
    if not fine or len(set(value)) != len(value):
        node.fail(key, "应为不重复的天数列表，写成 [1, 3]")
    return tuple(sorted(value))


def _term(node: Node) -> Term:
    return Term(
        days=node.integer("days", least=1),
        counted=node.choice("counted", Counted),
        starts="next_day",
        extends=node.flag("extends", False),
    )


def _hours(node: Node) -> SendingRule:
    first, last = node.integer("first_hour"), node.integer("last_hour", least=1)
    if not first < last <= _HOURS:
        node.fail("last_hour", "最晚钟点应晚于最早钟点，不超过 24")
    start, end = span_of(node)
    value_is, source = source_of(node)
    return SendingRule(first, last, start, end, value_is, source)
