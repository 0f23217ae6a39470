"""Read ``reports.yaml``: how monthly reports are taken in and checked, from when on."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Final, get_args

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.reporting import DoubtKind, ReportReason, ReportRule
from mingbai.rulebook.model.words import Effect
from mingbai.rulebook.shelf import Shelf

FILE: Final = "reports.yaml"
#: Every month has this day, so that a due day never falls into the month after.
_LAST_DUE_DAY: Final = 28


def read_report_rules(shelf: Shelf, *, county: str) -> tuple[ReportRule, ...]:
    """The dated rules, oldest first; the county's stand instead of common ones."""
    folders = [each for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    levels = [
        close_spans(_read(shelf, f"{folder}/{FILE}"), key=lambda rule: "reports")
        for folder in folders
    ]
    return overlay(levels, key=lambda rule: "reports")


def _read(shelf: Shelf, name: str) -> list[tuple[ReportRule, str, str]]:
    page = Node(shelf.read_yaml(name), file=name)
    found = [(_rule(node), node.file, node.path) for node in page.nodes("reports")]
    page.finish()
    return found


def _rule(node: Node) -> ReportRule:
    start, end = span_of(node)
    due_day = node.integer("due_day", least=1)
    if due_day > _LAST_DUE_DAY:
        node.fail("due_day", f"报送日应在 1 到 {_LAST_DUE_DAY} 日之间")
    far_above = node.decimal("far_above")
    if far_above < 1:
        node.fail("far_above", "倍数应不小于 1，否则完成任务也要说明")
    rule = ReportRule(
        from_date=start,
        to_date=end,
        due_day=due_day,
        extends=node.flag("extends", False),
        remind_days=node.integer("remind_days", least=1),
        check_days=node.integer("check_days", least=1),
        confirm=node.flag("confirm", True),
        far_above=far_above,
        people_units=node.texts("people_units", required=True),
        people_tolerance=_share(node, "people_tolerance"),
        money_tolerance=_share(node, "money_tolerance"),
        effects=_effects(node.node("effects")),
        reasons=_reasons(node),
        value_is=(sourced := source_of(node))[0],
        source=sourced[1],
    )
    node.finish()
    return rule


def _share(node: Node, key: str) -> Decimal:
    value = node.decimal(key)
    if value > 1:
        node.fail(key, "应为不大于 1 的份额，百分之二写成 '0.02'")
    return value


def _effects(node: Node) -> MappingProxyType[DoubtKind, Effect]:
    """Each kind of question is decided on; a kind left out would be asked in silence."""
    effects = {doubt: node.choice(doubt, Effect) for doubt in get_args(DoubtKind)}
    node.finish()
    return MappingProxyType(effects)


def _reasons(node: Node) -> tuple[ReportReason, ...]:
    reasons: list[ReportReason] = []
    for each in node.nodes("reasons"):
        reason = ReportReason(each.code("code"), each.text("name"))
        each.finish()
        if reason.code in {known.code for known in reasons}:
            each.fail("code", f"理由“{reason.code}”写了两次")
        reasons.append(reason)
    return tuple(reasons)
