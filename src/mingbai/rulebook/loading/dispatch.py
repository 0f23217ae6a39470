"""Read ``dispatch.yaml``: the common page, overlaid by the county's."""

from __future__ import annotations

from typing import Final, Literal

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.dispatch import (
    Among,
    AskKind,
    AskRule,
    DispatchRule,
    MoneyGapKind,
    MoneyRule,
)
from mingbai.rulebook.shelf import Shelf

FILE: Final = "dispatch.yaml"
_ITEMS: Final = "{items}"
_DECISIONS: Final = ("overdue", "pending")


def read_dispatch(shelf: Shelf, *, county: str) -> tuple[DispatchRule, ...]:
    """The dated rules, oldest first; the county's stand instead of common ones."""
    levels = []
    for folder in ("common", county):
        name = f"{folder}/{FILE}"
        if shelf.exists(name):
            page = Node(shelf.read_yaml(name), file=name)
            found = [(_rule(node), node.file, node.path) for node in page.nodes("dispatch")]
            page.finish()
            levels.append(close_spans(found, key=lambda rule: "dispatch"))
    return overlay(levels, key=lambda rule: "dispatch")


def _rule(node: Node) -> DispatchRule:
    start, end = span_of(node)
    value_is, source = source_of(node)
    made = DispatchRule(
        money=tuple(_money(each) for each in node.nodes("money")),
        asks=tuple(_ask(each) for each in node.nodes("asks")),
        at_risk=node.decimal("at_risk"),
        named=node.integer("named", least=1),
        from_date=start,
        to_date=end,
        value_is=value_is,
        source=source,
    )
    node.finish()
    if made.at_risk > 1:
        node.fail("at_risk", "可能性应为不大于 1 的份额，百分之五十写成 '0.5'")
    kinds = [each.kind for each in made.money]
    if len(set(kinds)) != len(kinds):
        node.fail("money", "同一种资金差距写了两遍")
    asked = [(each.on, each.among) for each in made.asks]
    if len(set(asked)) != len(asked):
        node.fail("asks", "同一种情况对同一类单位写了两遍")
    for on, among in asked:
        if among is not None and (on, None) in asked:
            node.fail("asks", f"“{on}”既写了全部单位，又写了一类单位，请只留一种写法")
    return made


def _money(node: Node) -> MoneyRule:
    made = MoneyRule(node.choice("kind", MoneyGapKind), node.text("name"), node.decimal("over"))
    node.finish()
    if made.over > 1:
        node.fail("over", "应为不大于 1 的份额，百分之二十写成 '0.2'")
    return made


def _ask(node: Node) -> AskRule:
    on = node.choice("on", AskKind)
    among = node.choice("among", Among) if node.has("among") else None
    severity = node.choice("severity", Literal["red"]) if node.has("severity") else None
    made = AskRule(on, node.text("text"), among, severity)
    node.finish()
    if made.text.replace(_ITEMS, "").count("{") or made.text.count(_ITEMS) != 1:
        node.fail("text", f"要求发言的话里要有一处 {_ITEMS}，由系统填上子项或事项")
    if made.severity is not None and made.on != "lagging":
        node.fail("severity", "只有滞后分红灯黄灯")
    if made.among == "towns" and made.on in ("at_risk", "money"):
        node.fail("among", "预测和资金按子项不分镇")
    if made.among is not None and made.on in _DECISIONS:
        node.fail("among", "议定事项由责任单位汇报，不分部门和镇")
    return made
