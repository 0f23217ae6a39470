"""A year's list: what the province names and the county takes; targets, shares, budgets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import get_args

from mingbai.rulebook.fields import Node, source_of
from mingbai.rulebook.model import Group, Measure, Status, TargetState, Tier, ValueIs
from mingbai.rulebook.shelf import Shelf

_WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One entry of the year's list, before its programme file is read."""

    code: str
    number: int | None
    local_number: int | None
    name: str | None
    status: Status
    status_reason: str
    group: Group
    sub_items: tuple[str, ...] | None
    source: str


@dataclass(frozen=True, slots=True)
class YearList:
    """The year's list of a county, the two documents it rests on, its budget in 分."""

    province_source: str
    county_source: str
    budget_total: int
    items: tuple[ListedItem, ...]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What the county plans for one sub-item this year; money in 分."""

    budgets: Mapping[Tier, int]
    budget_value_is: ValueIs
    budget_source: str
    measures: tuple[Measure, ...]


def read_year_list(shelf: Shelf, *, year: int, province: str, county: str) -> YearList:
    """Join the province's list and the county's; every provincial item must be answered."""
    upper = _year_node(shelf, f"{province}/years/{year}.yaml", year)
    upper_source = upper.text("source")
    listed: dict[str, Node] = {}
    numbers: set[int] = set()
    details: dict[str, tuple[int, Group, str | None, tuple[str, ...] | None]] = {}
    for each in upper.nodes("programmes"):
        code, number = each.code("code"), each.integer("number", least=1)
        if code in listed or number in numbers:
            each.fail("code", f"项目“{code}”或序号{number}重复")
        listed[code] = each
        numbers.add(number)
        details[code] = (number, *_listing(each))
        each.finish()
    upper.finish()
    local = _year_node(shelf, f"{county}/years/{year}.yaml", year)
    local_source, total = local.text("source"), local.money("budget_total")
    items: list[ListedItem] = []
    local_numbers: set[int] = set()
    for each in local.nodes("programmes"):
        item = _read_local(each, details, upper_source=upper_source, local_source=local_source)
        if item.local_number is not None:
            if item.local_number in local_numbers:
                each.fail("local_number", f"本县序号{item.local_number}重复")
            local_numbers.add(item.local_number)
        if any(other.code == item.code for other in items):
            each.fail("code", f"项目“{item.code}”重复")
        each.finish()
        items.append(item)
    missing = [code for code in listed if all(item.code != code for item in items)]
    if missing:
        local.fail("programmes", f"省定项目未表态：{'、'.join(missing)}（own 或 not_applicable）")
    local.finish()
    return YearList(upper_source, local_source, total, tuple(items))


def _year_node(shelf: Shelf, name: str, year: int) -> Node:
    node = Node(shelf.read_yaml(name), file=name)
    if node.integer("year") != year:
        node.fail("year", f"与文件名不符，应为{year}")
    return node


def _listing(node: Node) -> tuple[Group, str | None, tuple[str, ...] | None]:
    group: Group = node.choice("group", Group)
    name = node.text("name") if node.has("name") else None
    subs = node.texts("sub_items", required=True) if node.has("sub_items") else None
    return group, name, subs


def _read_local(
    node: Node,
    details: Mapping[str, tuple[int, Group, str | None, tuple[str, ...] | None]],
    *,
    upper_source: str,
    local_source: str,
) -> ListedItem:
    code = node.code("code")
    status: Status = node.choice("status", Status)
    if status == "added":
        if code in details:
            node.fail("status", "省定项目不能写成 added")
        number, (group, name, subs) = None, _listing(node)
    else:
        if code not in details:
            node.fail("code", f"省定清单没有“{code}”；县自增项目请写 status: added")
        number, group, name, subs = details[code]
    applies = status != "not_applicable"
    return ListedItem(
        code=code,
        number=number,
        local_number=node.integer("local_number", least=1) if applies else None,
        name=name,
        status=status,
        status_reason="" if status == "own" else node.text("reason"),
        group=group,
        sub_items=subs,
        source=local_source if applies else upper_source,
    )


def read_year_plan(
    shelf: Shelf,
    name: str,
    *,
    measures: Mapping[str, tuple[tuple[str, str, str], ...]],
    towns: Collection[str],
) -> dict[str, YearPlan]:
    """Read a programme's page of the year; ``measures`` are (code, name, unit) of each sub-item."""
    node = Node(shelf.read_yaml(name), file=name)
    table = node.table("sub_items")
    node.finish()
    for sub, each in table.items():
        if sub not in measures:
            each.fail("", f"项目本年没有子项“{sub}”")
    plans: dict[str, YearPlan] = {}
    for sub, known in measures.items():
        if sub not in table:
            node.fail("sub_items", f"缺少子项“{sub}”的目标和预算")
        each = table[sub]
        money = each.node("budget")
        value_is, source = source_of(money)
        budgets = money.moneys("tiers", allowed=get_args(Tier))
        money.finish()
        plans[sub] = YearPlan(
            # The keys were just held to be tiers.
            budgets=MappingProxyType(
                {tier: budgets[tier] for tier in get_args(Tier) if tier in budgets}
            ),
            budget_value_is=value_is,
            budget_source=source,
            measures=_read_measures(each, known, towns),
        )
        each.finish()
    return plans


def _read_measures(
    node: Node, known: tuple[tuple[str, str, str], ...], towns: Collection[str]
) -> tuple[Measure, ...]:
    table = node.table("measures")
    for code, each in table.items():
        if code not in {name for name, _, _ in known}:
            each.fail("", f"子项没有指标“{code}”")
    return tuple(
        _read_measure(table[code], code, label, unit, towns)
        if code in table
        else node.fail("measures", f"缺少指标“{code}”")
        for code, label, unit in known
    )


def _read_measure(node: Node, code: str, label: str, unit: str, towns: Collection[str]) -> Measure:
    state: TargetState = node.choice("state", TargetState, "set")
    target = node.decimal("target") if state == "set" else None
    if state in ("multi_year",) and node.has("target"):
        target = node.decimal("target")
    shares = node.decimals("shares")
    for town in shares:
        if town not in towns:
            node.fail(f"shares.{town}", "不是本县本年的镇（园区）代码")
    total = sum(shares.values(), Decimal(0))
    if shares and (target is None or total != target):
        node.fail(
            "shares", f"各镇合计{total}，与目标{target if target is not None else '（未定）'}不符"
        )
    if unit == "%" and target is not None and target > _WHOLE_PERCENT:
        node.fail("target", "比率目标不能超过100")
    value_is, source = source_of(node)
    measure = Measure(
        code=code,
        name=label,
        unit=unit,
        target=target,
        target_state=state,
        shares=shares,
        value_is=value_is,
        source=source,
    )
    node.finish()
    return measure
