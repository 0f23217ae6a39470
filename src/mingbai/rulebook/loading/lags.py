"""Read ``lag_rules.yaml``: the common page, overlaid by the county's."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final, get_args

from mingbai.engine.schedule import LagKind, Severity
from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.lags import Among, LagBook, LagCause, LagRule, MeanOf
from mingbai.rulebook.model.words import Kind
from mingbai.rulebook.shelf import Shelf

FILE: Final = "lag_rules.yaml"


def read_lags(shelf: Shelf, *, county: str, known: Collection[str]) -> LagBook:
    """Read rules and causes; the county's stand instead of common ones of the same code.

    ``known`` are the year's sub-items, which a rule may name.
    """
    rules, causes = [], []
    for folder in ("common", county):
        name = f"{folder}/{FILE}"
        if not shelf.exists(name):
            continue
        page = Node(shelf.read_yaml(name), file=name)
        found = [(_rule(each, known), each) for each in page.nodes("rules", required=False)]
        said = [(_cause(each), each) for each in page.nodes("causes", required=False)]
        page.finish()
        rules.append(close_spans([(r, n.file, n.path) for r, n in found], key=lambda r: r.code))
        causes.append(close_spans([(c, n.file, n.path) for c, n in said], key=lambda c: c.code))
    book = LagBook(
        overlay(rules, key=lambda rule: rule.code), overlay(causes, key=lambda cause: cause.code)
    )
    if book.rules and not book.causes:
        raise CannotLoadBook(
            file=f"common/{FILE}", key="causes", problem="有判定规则就要有滞后原因"
        )
    return book


def _rule(node: Node, known: Collection[str]) -> LagRule:
    kind = node.choice("kind", LagKind)
    first, last = span_of(node)
    value_is, source = source_of(node)
    rule = LagRule(
        code=node.code("code"),
        name=node.text("name"),
        kind=kind,
        among=node.choice("among", Among),
        severity=node.choice("severity", Severity),
        points=_points(node, kind),
        nodes=_nodes(node) if kind == "below_ratio" else (),
        count=node.integer("count", least=1) if kind == "bottom_of_ranking" else 0,
        of=node.choice("of", MeanOf) if kind == "below_mean" else "peers",
        spares_on_schedule=node.flag("spares_on_schedule", False),
        months=_months(node),
        kinds=_kinds(node),
        sub_items=_sub_items(node, known),
        from_date=first,
        to_date=last,
        value_is=value_is,
        source=source,
    )
    if rule.kind == "below_mean" and rule.of == "upper" and rule.among == "towns":
        node.fail("of", "上级只公布全县口径的平均数，分镇的规则请用 peers")
    if rule.kind == "bottom_of_ranking" and rule.among != "towns":
        node.fail("among", "子项之间不排名，末位规则请用 towns")
    node.finish()
    return rule


def _cause(node: Node) -> LagCause:
    code, name = node.code("code"), node.text("name")
    first, last = span_of(node)
    value_is, source = source_of(node)
    node.finish()
    return LagCause(code, name, first, last, value_is, source)


def _points(node: Node, kind: str) -> Decimal:
    if kind in ("below_ratio", "bottom_of_ranking"):
        return Decimal(0)
    points = node.decimal("points")
    if points > 100:
        node.fail("points", "百分点不能超过 100")
    if kind == "growth_below" and not points:
        node.fail("points", "要写明一个月至少增长几个百分点")
    return points


def _nodes(node: Node) -> tuple[tuple[int, Decimal], ...]:
    """The share due by month; later months may not ask for less."""
    found: list[tuple[int, Decimal]] = []
    for each in node.nodes("nodes"):
        month, ratio = each.integer("month", least=1), each.decimal("ratio")
        each.finish()
        if month > 12 or not 0 < ratio <= 1:
            each.fail("", "月份是 1 到 12，比例写成 '0.25'，不超过 1")
        if found and (month <= found[-1][0] or ratio < found[-1][1]):
            each.fail("", "月份要从早到晚，比例不能变小")
        found.append((month, ratio))
    return tuple(found)


def _months(node: Node) -> tuple[int, ...]:
    if not node.has("months"):
        return ()
    value = node.take("months")
    fine = isinstance(value, list) and value == sorted(set(value))
    if not fine or not all(type(each) is int and 1 <= each <= 12 for each in value) or not value:
        node.fail("months", "应为从小到大的月份，如 [3, 6, 9]")
    return tuple(value)


def _kinds(node: Node) -> tuple[Kind, ...]:
    kinds = node.texts("kinds")
    if unknown := set(kinds) - set(get_args(Kind)):
        node.fail("kinds", f"没有“{'、'.join(sorted(unknown))}”这类子项")
    return kinds  # type: ignore[return-value]


def _sub_items(node: Node, known: Collection[str]) -> tuple[str, ...]:
    named = node.texts("sub_items")
    if unknown := sorted(set(named) - set(known)):
        node.fail("sub_items", f"当年清单没有子项“{'、'.join(unknown)}”")
    return named
