"""What holds for the year as a whole, in Chinese: reports, lags, circulars, works and classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from mingbai.rulebook.model import (
    Book,
    LagCause,
    LagRule,
    ReportRule,
    StopSeason,
    TrainingRule,
    Weights,
    WorkNetwork,
    WorksTerms,
)
from mingbai.rulebook.wording import EFFECTS, KINDS, number, span_words, yuan

_AMONG = {"sub_items": "全县子项", "towns": "各镇任务"}
_SEVERITIES = {"yellow": "黄灯", "red": "红灯"}
_MEANS = {"peers": "同一子项各镇的平均", "upper": "上级公布的平均"}
_RANKED = {"towns": "各镇", "departments": "各责任部门"}
_NOTES = {"quality": "质量", "safety": "安全", "upkeep": "管护"}
#: What a report may be asked about, as the page says it.
_REPORT_DOUBTS = {
    "fell": "累计数下降",
    "sum_differs": "与上次加本月不等",
    "target_differs": "目标与县定不同",
    "unit_differs": "计量单位不同",
    "line_left_out": "有行未计入",
    "towns_differ": "与各镇合计不等",
    "people_differ": "与登记人数不等",
    "roster_differs": "与学员花名册不等",
    "money_differs": "与资金账不等",
    "far_above": "远超目标",
}
_CLASS_DOUBTS = {
    "spans_overlap": "同时在两个班",
    "spans_reversed": "结业早于开班",
    "spans_unknown": "起止日期不全",
    "repeated_person": "同班重复",
    "shared_phone": "几人共用一个电话",
    "on_list": "在死亡名单上",
    "after_death": "结业前已去世",
    "same_list": "一份名册报两次",
    "over_quota": "学员多于名额",
    "rest_day": "休息日上课",
    "odd_hours": "钟点不合常理",
    "outside_dates": "课次不在班期内",
    "two_sessions": "同一时间两处签到",
    "score_differs": "成绩与结论不符",
}


T = TypeVar("T", LagCause, LagRule, ReportRule, StopSeason, TrainingRule, Weights, WorkNetwork,
            WorksTerms)  # fmt: skip


def year_chapters(book: Book) -> Iterator[str]:
    """Lines on what belongs to no single programme, each with its dates and its source.

    Rules that ended before the year or begin after it are left out.
    """
    names = {item.code: item.name for item in book.sub_items}
    yield from _told("月报报送：", book, book.reporting, _report_words)
    yield from _told("滞后判定：", book, book.lagging.rules, lambda rule: _lag_words(rule, names))
    causes = "、".join(each.name for each in _of_year(book, book.lagging.causes))
    if causes:
        yield f"　　滞后原因分为：{causes}。"
    yield from _told("进度通报排名：", book, book.weights, _weight_words)
    works = book.works
    yield from _told(
        "工程节点与工期：", book, works.networks, lambda each: _network_words(each, names)
    )
    yield from _told("", book, works.seasons, _season_words)
    yield from _told("", book, works.terms, _terms_words)
    yield from _told("培训班：", book, book.training, _training_words)


def _of_year(book: Book, rules: Sequence[T]) -> list[T]:
    first, last = date(book.year, 1, 1), date(book.year, 12, 31)
    return [
        each
        for each in rules
        if each.from_date <= last and (each.to_date is None or first <= each.to_date)
    ]


def _told(title: str, book: Book, rules: Sequence[T], words: Callable[[T], str]) -> Iterator[str]:
    found = _of_year(book, rules)
    if found and title:
        yield title
    for each in found:
        span = span_words(each.from_date, each.to_date)
        yield f"　　{words(each)}，{span}。〔{each.source}〕"


def _effects(effects: Mapping[Any, str], names: Mapping[str, str]) -> str:
    """Which doubts stop a thing, and which only warn."""
    found = [
        f"{'、'.join(names[kind] for kind, value in effects.items() if value == effect)}的{said}"
        for effect, said in EFFECTS.items()
        if effect in effects.values()
    ]
    return "；".join(found)


def _report_words(rule: ReportRule) -> str:
    late = "，逢休息日顺延" if rule.extends else ""
    confirm = (
        f"截止后{rule.check_days}个工作日内由另一人核过才计入" if rule.confirm else "报到即计入"
    )
    reasons = "、".join(each.name for each in rule.reasons)
    return (
        f"次月{rule.due_day}日前报上月进度{late}，提前{rule.remind_days}天提醒；{confirm}；"
        f"与名册相差超过{_share(rule.people_tolerance)}、与资金账相差超过"
        f"{_share(rule.money_tolerance)}、超过目标{number(rule.far_above)}倍的要说明；"
        f"{_effects(rule.effects, _REPORT_DOUBTS)}；可写的理由：{reasons}"
    )


def _lag_words(rule: LagRule, names: Mapping[str, str]) -> str:
    only = [KINDS[kind] for kind in rule.kinds] + [names.get(code, code) for code in rule.sub_items]
    of = f"（限{'、'.join(only)}）" if only else ""
    months = f"，{_months(rule.months)}月判" if 0 < len(rule.months) < 12 else ""
    spared = "，达到序时的不算" if rule.spares_on_schedule else ""
    return (
        f"{_AMONG[rule.among]}{of}“{rule.name}”：{_lag_line(rule)}{months}{spared}，"
        f"亮{_SEVERITIES[rule.severity]}"
    )


def _months(months: Sequence[int]) -> str:
    """Months as people write them: a run as 2—12, others one by one."""
    run = list(range(months[0], months[-1] + 1))
    return (
        f"{run[0]}—{run[-1]}"
        if len(run) > 2 and list(months) == run
        else "、".join(map(str, months))
    )


def _lag_line(rule: LagRule) -> str:
    points = number(rule.points)
    if rule.kind == "below_schedule":
        return "低于序时" if not rule.points else f"低于序时{points}个百分点以上"
    if rule.kind == "below_ratio":
        return "、".join(f"{month}月底低于{_share(ratio)}" for month, ratio in rule.nodes)
    if rule.kind == "below_mean":
        return f"低于{_MEANS[rule.of]}" + (f"{points}个百分点以上" if rule.points else "")
    if rule.kind == "bottom_of_ranking":
        return f"末{rule.count}名（并列同名次）"
    return f"比上月增长不到{points}个百分点"


def _weight_words(rule: Weights) -> str:
    parts = "、".join(f"{each.name}{number(each.weight)}分" for each in rule.indicators)
    off = "、".join(
        f"{each.name}每项扣{number(each.each)}分（至多{number(each.most)}分）"
        for each in rule.deductions
    )
    return (
        f"{_RANKED[rule.ranked]}按百分制：{parts}"
        + (f"；{off}" if off else "")
        + f"；得分保留{rule.places}位小数，相同的并列、其后跳过；"
        + f"点名前{rule.top}名、后{rule.bottom}名"
    )


def _network_words(network: WorkNetwork, names: Mapping[str, str]) -> str:
    steps = "→".join(f"{step.name}{step.days}天" for step in network.steps)
    used = "、".join(names[code] for code in network.sub_items if code in names)
    return f"{network.name}：{steps}（工作日）" + (f"，用于{used}" if used else "")


def _season_words(each: StopSeason) -> str:
    (first, day), (last, until) = each.season.first, each.season.last
    return f"停工时段：{each.season.name}每年{first}月{day}日至{last}月{until}日"


def _terms_words(terms: WorksTerms) -> str:
    notes = "、".join(f"{_NOTES[kind]}{days}天" for kind, days in terms.note_days.items())
    return (
        f"节点到期前{terms.near_days}天亮黄灯；整改期限：{notes}；"
        f"移交后每{terms.upkeep_months}个月巡查一次"
    )


def _training_words(rule: TrainingRule) -> str:
    return (
        f"每人预算{yuan(rule.head_budget)}，到课每人每天补贴{yuan(rule.allowance_day)}；"
        f"考核满分{number(rule.full_mark)}分、{number(rule.pass_mark)}分合格；"
        f"到课{_share(rule.attendance_least)}以上方可发证；{rule.phone_people}人共用一个电话要核对，"
        f"两份名册有{_share(rule.alike)}的人相同即疑为一份报两次，"
        f"上课应在{rule.first_hour}时至{rule.last_hour}时之间；"
        f"{_effects(rule.effects, _CLASS_DOUBTS)}"
    )


def _share(ratio: Decimal) -> str:
    return f"{number(ratio * 100)}%"
