"""Rules of a programme: amounts, checks, schedules, exclusions, presence lists, worked cases."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.amounts import known_sub_item
from mingbai.rulebook.model import (
    Absence,
    Case,
    Check,
    CheckKind,
    Effect,
    Exclusion,
    PresenceList,
    Schedule,
    ScheduleKind,
    Watch,
)

# What each kind of check must say, and what it may say.
_CHECK_PARAMS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "age": (frozenset(), frozenset({"least", "most"})),
    "sex": (frozenset({"sex"}), frozenset()),
    "amount_standard": (frozenset(), frozenset({"item"})),
    "capacity": (frozenset({"measure"}), frozenset()),
    "repeated_person": (frozenset({"within"}), frozenset()),
    "shared_account": (frozenset({"most"}), frozenset()),
    "shared_phone": (frozenset({"most"}), frozenset()),
    "continuity": (frozenset({"watch"}), frozenset()),
    "totals": (frozenset({"measure"}), frozenset({"tolerance"})),
}
_WORDS: Mapping[str, frozenset[str]] = {
    "sex": frozenset({"male", "female"}),
    "within": frozenset({"month", "term", "year", "ever"}),
}
_LAST_MONTH = 12
_Expectation = Literal["amount", "held", "noted", "planned"]


def read_checks(
    node: Node, *, programme: str, sub_items: Mapping[str, Collection[str]]
) -> list[tuple[Check, str, str]]:
    """Read ``checks:``; ``sub_items`` maps each to its measures, for capacity checks."""
    checks: list[tuple[Check, str, str]] = []
    for each in node.nodes("checks"):
        sub = known_sub_item(each, "sub_item", sub_items)
        kind: CheckKind = each.choice("kind", CheckKind)
        start, end = span_of(each)
        value_is, source = source_of(each)
        params = _read_params(each, kind, measures=sub_items[sub])
        check = Check(
            sub_item=f"{programme}.{sub}",
            kind=kind,
            effect=each.choice("effect", Effect),
            params=params,
            from_date=start,
            to_date=end,
            value_is=value_is,
            source=source,
        )
        each.finish()
        checks.append((check, each.file, each.path))
    node.finish()
    return checks


def _read_params(node: Node, kind: str, *, measures: Collection[str]) -> Mapping[str, int | str]:
    needed, allowed = _CHECK_PARAMS[kind]
    params: dict[str, int | str] = {}
    for name in sorted(needed | allowed):
        if name not in needed and not node.has(name):
            continue
        if name in ("least", "most", "tolerance"):
            params[name] = node.integer(name)
            continue
        if name == "watch":
            params[name] = _read_watch(node)
            continue
        word = node.code(name)
        if word not in _WORDS.get(name, (word,)):
            node.fail(name, f"“{word}”不在可用的值之内：{'、'.join(sorted(_WORDS[name]))}")
        if name == "measure" and word not in measures:
            node.fail(name, f"子项没有指标“{word}”")
        params[name] = word
    if kind == "age":
        if not params:
            node.fail("least", "年龄检查至少要写 least（最小）或 most（最大）")
        least, most = params.get("least"), params.get("most")
        if least is not None and most is not None and int(least) > int(most):
            node.fail("least", "最小年龄大于最大年龄")
    return MappingProxyType(params)


def _read_watch(node: Node) -> str:
    """Read what a continuity check looks out for, in the order of the closed set."""
    words, known = node.texts("watch", required=True), get_args(Watch)
    for word in words:
        if word not in known:
            node.fail("watch", f"“{word}”不在可用的值之内：{'、'.join(known)}")
    return " ".join(word for word in known if word in words)


def read_schedules(
    node: Node, *, year: int, sub_items: Collection[str]
) -> dict[str, tuple[date, Schedule]]:
    """Read ``schedules:`` for a year; of a sub-item's entries the latest ``from`` stands."""
    chosen: dict[str, tuple[date, Schedule]] = {}
    for each in node.nodes("schedules"):
        subs = each.texts("sub_items", required=True)
        for sub in subs:
            if sub not in sub_items:
                each.fail("sub_items", f"项目没有子项“{sub}”")
        start, end = span_of(each)
        schedule = _read_schedule(each, year)
        each.finish()
        if start > date(year, _LAST_MONTH, 31) or (end is not None and end < date(year, 1, 1)):
            continue
        for sub in subs:
            if sub in chosen and chosen[sub][0] == start:
                each.fail("from", f"子项“{sub}”同一日起有两个进度安排")
            if sub not in chosen or chosen[sub][0] < start:
                chosen[sub] = (start, schedule)
    node.finish()
    return chosen


def _read_schedule(node: Node, year: int) -> Schedule:
    kind: ScheduleKind = node.choice("kind", ScheduleKind)
    begin, finish = _day_of_year(node, "start", year), _day_of_year(node, "finish", year)
    if finish <= begin:
        node.fail("finish", "完成日期不晚于开始日期")
    points: list[tuple[int, Decimal]] = []
    if kind == "points":
        points = _read_points(node)
    value_is, source = source_of(node)
    return Schedule(
        kind=kind,
        points=tuple(points),
        start_date=begin,
        finish_date=finish,
        value_is=value_is,
        source=source,
    )


def _read_points(node: Node) -> list[tuple[int, Decimal]]:
    points: list[tuple[int, Decimal]] = []
    for each in node.nodes("points"):
        month, ratio = each.integer("month", least=1), each.decimal("ratio")
        if month > _LAST_MONTH or ratio > 1:
            each.fail("month", "月份应为1至12，比例应为0至1")
        if points and (month <= points[-1][0] or ratio < points[-1][1]):
            each.fail("month", "节点须按月份先后排列，比例不得变小")
        points.append((month, ratio))
        each.finish()
    return points


def _day_of_year(node: Node, key: str, year: int) -> date:
    """Read a day written '11-30'; the last of February follows the year."""
    text = node.text(key)
    try:
        month, day = (int(part) for part in text.split("-"))
        last = calendar.monthrange(year, month)[1]
        if (month, day) == (2, 29):
            day = last
        return date(year, month, day)
    except ValueError:
        node.fail(key, "应为月日，写成 '11-30'")


def read_exclusions(
    node: Node, *, programme: str, sub_items: Collection[str]
) -> list[tuple[Exclusion, str, str]]:
    """Read ``exclusions:``; ``second`` may be another programme's, written in full."""
    pairs: list[tuple[Exclusion, str, str]] = []
    for each in node.nodes("exclusions", required=False):
        first = known_sub_item(each, "first", sub_items)
        second = each.text("second")
        if "." not in second:
            if second not in sub_items:
                each.fail("second", f"项目没有子项“{second}”（别的项目写成 项目.子项）")
            second = f"{programme}.{second}"
        if second == f"{programme}.{first}":
            each.fail("second", "不能与自己互斥")
        start, end = span_of(each)
        value_is, source = source_of(each)
        pair = Exclusion(
            first=f"{programme}.{first}",
            second=second,
            from_date=start,
            to_date=end,
            effect=each.choice("effect", Effect),
            reason=each.text("reason"),
            value_is=value_is,
            source=source,
        )
        each.finish()
        pairs.append((pair, each.file, each.path))
    return pairs


def read_absences(
    node: Node, *, programme: str, sub_items: Collection[str]
) -> list[tuple[Absence, str, str]]:
    """Read ``absences:``: whoever stands on all of ``on_all`` should stand on ``sub_item`` too.

    Rosters of other programmes are written in full.
    """
    absences: list[tuple[Absence, str, str]] = []
    for each in node.nodes("absences", required=False):
        sub = known_sub_item(each, "sub_item", sub_items)
        rosters: dict[str, tuple[str, ...]] = {}
        for key in ("on_all", "unless_on"):
            codes = each.texts(key, required=key == "on_all")
            for code in codes:
                if "." not in code and code not in sub_items:
                    each.fail(key, f"项目没有子项“{code}”（别的项目写成 项目.子项）")
                if code in (sub, f"{programme}.{sub}"):
                    each.fail(key, "不能与自己比对")
            rosters[key] = tuple(code if "." in code else f"{programme}.{code}" for code in codes)
        start, end = span_of(each)
        value_is, source = source_of(each)
        absence = Absence(
            sub_item=f"{programme}.{sub}",
            on_all=rosters["on_all"],
            unless_on=rosters["unless_on"],
            from_date=start,
            to_date=end,
            effect=each.choice("effect", Effect),
            reason=each.text("reason"),
            value_is=value_is,
            source=source,
        )
        if absence.effect != "note":
            each.fail("effect", "没有列入的人无从拦下，只能写 note")
        each.finish()
        absences.append((absence, each.file, each.path))
    return absences


def read_lists(
    node: Node, *, programme: str, sub_items: Collection[str], list_rosters: Collection[str]
) -> list[tuple[PresenceList, str, str]]:
    """Read ``lists:``: which roster of kind list speaks against which sub-items."""
    lists: list[tuple[PresenceList, str, str]] = []
    for each in node.nodes("lists", required=False):
        roster = each.code("roster")
        if roster not in list_rosters:
            each.fail("roster", f"没有名单类花名册“{roster}”")
        subs = each.texts("applies_to", required=True)
        for sub in subs:
            if sub not in sub_items:
                each.fail("applies_to", f"项目没有子项“{sub}”")
        start, end = span_of(each)
        value_is, source = source_of(each)
        presence = PresenceList(
            roster=roster,
            applies_to=tuple(f"{programme}.{sub}" for sub in subs),
            from_date=start,
            to_date=end,
            effect=each.choice("effect", Effect),
            reason=each.text("reason"),
            value_is=value_is,
            source=source,
        )
        each.finish()
        lists.append((presence, each.file, each.path))
    return lists


def read_cases(node: Node, *, programme: str, sub_items: Collection[str]) -> list[Case]:
    """Read ``cases:``: worked examples, whose facts and expectations are text or whole numbers."""
    cases: list[Case] = []
    for each in node.nodes("cases"):
        sub = known_sub_item(each, "sub_item", sub_items)
        given = each.node("given")
        facts: dict[str, str | int] = {}
        for name in given.keys():  # noqa: SIM118
            value = given.take(name)
            if not isinstance(value, str | int) or isinstance(value, bool):
                given.fail(name, "应为文字或整数")
            facts[name] = value
        expect = each.words("expect")
        if len(expect) != 1 or next(iter(expect)) not in get_args(_Expectation):
            each.fail("expect", f"只写一项：{'、'.join(get_args(_Expectation))}")
        cases.append(
            Case(
                name=each.text("name"),
                sub_item=f"{programme}.{sub}",
                day=each.day("date"),
                given=MappingProxyType(facts),
                expect=expect,
                file=each.file,
            )
        )
        each.finish()
    node.finish()
    return cases
