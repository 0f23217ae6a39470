"""Read ``training.yaml``: what holds for training classes, from when on."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, get_args

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.training import ClassDoubtKind, TrainingRule
from mingbai.rulebook.model.words import Effect
from mingbai.rulebook.shelf import Shelf

FILE: Final = "training.yaml"
_HOURS: Final = 24


def read_training(shelf: Shelf, *, county: str) -> tuple[TrainingRule, ...]:
    """The dated rules, oldest first; the county's stand instead of common ones."""
    folders = [each for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    levels = [
        close_spans(_read(shelf, f"{folder}/{FILE}"), key=lambda rule: "training")
        for folder in folders
    ]
    return overlay(levels, key=lambda rule: "training")


def _read(shelf: Shelf, name: str) -> list[tuple[TrainingRule, str, str]]:
    page = Node(shelf.read_yaml(name), file=name)
    found = [(_rule(node), node.file, node.path) for node in page.nodes("training")]
    page.finish()
    return found


def _rule(node: Node) -> TrainingRule:
    start, end = span_of(node)
    value_is, source = source_of(node)
    effects = node.node("effects")
    rule = TrainingRule(
        from_date=start,
        to_date=end,
        head_budget=node.money("head_budget"),
        allowance_day=node.money("allowance_day"),
        full_mark=node.decimal("full_mark"),
        pass_mark=node.decimal("pass_mark"),
        attendance_least=node.decimal("attendance_least"),
        phone_people=node.integer("phone_people", least=2),
        alike=node.decimal("alike"),
        first_hour=node.integer("first_hour"),
        last_hour=node.integer("last_hour", least=1),
        effects=MappingProxyType(
            {kind: effects.choice(kind, Effect) for kind in get_args(ClassDoubtKind)}
        ),
        value_is=value_is,
        source=source,
    )
    if not rule.first_hour < rule.last_hour <= _HOURS:
        node.fail("last_hour", "最晚钟点应晚于最早钟点，不超过 24")
    if not 0 < rule.pass_mark <= rule.full_mark:
        node.fail("pass_mark", "合格分数应大于 0、不超过满分 full_mark")
    for key, share in (("attendance_least", rule.attendance_least), ("alike", rule.alike)):
        if not 0 < share <= 1:
            node.fail(key, "应为大于 0、不大于 1 的份额，八成写成 '0.8'")
    effects.finish()
    node.finish()
    return rule
