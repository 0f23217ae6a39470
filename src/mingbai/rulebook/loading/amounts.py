"""Amounts of a programme: for a person or a household, each with its dates and its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.model import (
    AmountKind,
    AmountRule,
    HouseholdBase,
    Level,
    MemberChange,
    Partial,
    Per,
)


def known_sub_item(node: Node, key: str, sub_items: Collection[str]) -> str:
    """Take the code of one of the programme's own sub-items."""
    sub = node.code(key)
    if sub not in sub_items:
        node.fail(key, f"项目没有子项“{sub}”")
    return sub


def read_amounts(
    node: Node, *, programme: str, sub_items: Collection[str], level: Level
) -> list[tuple[AmountRule, str, str]]:
    """Read ``amounts:``; each with its file and key, for messages about overlaps."""
    rules: list[tuple[AmountRule, str, str]] = []
    for each in node.nodes("amounts"):
        sub = known_sub_item(each, "sub_item", sub_items)
        start, end = span_of(each)
        kind: AmountKind = each.choice("kind", AmountKind)
        fixed: int | None = None
        grades: Mapping[str, int] = MappingProxyType({})
        least: int | None = None
        most: int | None = None
        if kind == "fixed":
            fixed = each.money("amount")
        elif kind == "graded":
            grades = each.moneys("grades")
        elif kind == "actual":
            least, most = each.money("min"), each.money("max")
            if least > most:
                each.fail("min", "下限大于上限")
        partial, round_to = _read_partial(each)
        household = _read_household(each, programme) if kind == "household" else {}
        value_is, source = source_of(each)
        rule = AmountRule(
            sub_item=f"{programme}.{sub}",
            item=each.code("item"),
            name=each.text("name"),
            from_date=start,
            to_date=end,
            kind=kind,
            per=each.choice("per", Per),
            min_fen=least,
            max_fen=most,
            level=level,
            value_is=value_is,
            source=source,
            partial=partial,
            round_to_fen=round_to,
            **{"amount_fen": fixed, "grades": grades, **household},
        )
        if household and partial != "whole":
            each.fail("partial", "按户的标准由户内成员变动决定，不再按天折算，请删去")
        if partial != "whole" and rule.per != "month":
            each.fail("partial", "不足整月的算法只用于按月的标准，请删去")
        each.finish()
        _refuse_mixed(each, rule, [other for other, _, _ in rules])
        rules.append((rule, each.file, each.path))
    node.finish()
    return rules


def _read_household(node: Node, programme: str) -> dict[str, Any]:
    """What an amount for a whole household says beside the others."""
    base: HouseholdBase = node.choice("base", HouseholdBase)
    found: dict[str, Any] = {"base": base}
    if base == "graded":
        found["grades"] = node.moneys("grades")
    else:
        found["amount_fen"] = node.money("amount")
    if node.has("cap"):
        found["cap_fen"] = node.money("cap")
    found["member_change"] = node.choice("member_change", MemberChange, "next_month")
    found["not_counted"] = tuple(
        code if "." in code else f"{programme}.{code}" for code in node.texts("not_counted")
    )
    return found


def _refuse_mixed(node: Node, rule: AmountRule, others: list[AmountRule]) -> None:
    """A sub-item pays households or people: a member must not be paid once more alone."""
    for other in others:
        apart = (other.to_date is not None and other.to_date < rule.from_date) or (
            rule.to_date is not None and rule.to_date < other.from_date
        )
        # An open value ends where its own follower starts.
        follows = other.item == rule.item and other.to_date is None
        whole = "household" in (other.kind, rule.kind)
        if other.sub_item == rule.sub_item and whole and not apart and not follows:
            node.fail("kind", "按户的标准，一个子项同一时期只能有一条，也不能同时有按人的标准")


def _read_partial(node: Node) -> tuple[Partial, int]:
    """What a part of a month pays; only an amount by days is rounded, to 分 unless said."""
    partial: Partial = node.choice("partial", Partial, "whole")
    round_to = node.money("round_to") if node.has("round_to") else 1
    if round_to < 1 or (round_to != 1 and partial != "days"):
        node.fail("round_to", "取整单位应大于零，只用于按天计算（partial: days）")
    return partial, round_to
