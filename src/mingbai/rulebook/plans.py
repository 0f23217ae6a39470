"""What the book says of a programme, in the sentences of its plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mingbai.engine.money import show_money
from mingbai.rulebook.describe import grade_words
from mingbai.rulebook.model import AmountRule, Book, SubItem

_PERS = {"month": "每月", "term": "每学期", "year": "每年", "case": "每次（件、户）"}
_LEVELS = {
    "village": "村（居）",
    "town": "镇",
    "department": "牵头部门",
    "county": "县民生办",
}


def standard_lines(book: Book, item: SubItem) -> list[str]:
    """Every amount in force in the year, with the day it begins where that is within the year."""
    first, last = date(book.year, 1, 1), date(book.year, 12, 31)
    words = grade_words(book, item)
    lines: list[str] = []
    for rule in item.amounts:
        if rule.from_date > last or (rule.to_date is not None and rule.to_date < first):
            continue
        begins = f"，自{_day(rule.from_date)}起" if rule.from_date > first else ""
        ends = (
            f"，至{_day(rule.to_date)}止"
            if rule.to_date is not None and rule.to_date < last
            else ""
        )
        lines.append(
            f"{item.name}（{rule.name}）：{_PERS[rule.per]}{_amount(rule, words)}{begins}{ends}。"
        )
    return lines


def _amount(rule: AmountRule, words: dict[str, str]) -> str:
    if rule.amount_fen is not None:
        return _yuan(rule.amount_fen)
    if rule.grades:
        return "、".join(
            f"{words.get(grade, grade)}{_yuan(fen)}" for grade, fen in rule.grades.items()
        )
    return f"按实际，{_yuan(rule.min_fen or 0)}至{_yuan(rule.max_fen or 0)}"


def procedure_lines(book: Book, item: SubItem) -> list[str]:
    """The steps of applying for a right as they stand on the last day of the year."""
    day = date(book.year, 12, 31)
    for rule in book.procedures:
        current = rule.from_date <= day and (rule.to_date is None or day <= rule.to_date)
        if rule.sub_item == item.code and current:
            steps = "；".join(
                f"{step.name}由{_LEVELS[step.office]}办理"
                + (f"，{step.term.words}内办结" if step.term else "")
                for step in rule.steps
            )
            return [f"{item.name}：{steps}。自受理之日起{rule.decide.words}内作出决定。"]
    return []


def works_lines(book: Book, item: SubItem) -> list[str]:
    """The milestones of works in their order."""
    if item.kind != "works":
        return []
    try:
        network = book.works.network_of(item.code, date(book.year, 12, 31))
    except KeyError:
        return []
    steps = "、".join(step.name for step in network.steps)
    return [f"{item.name}：{steps}，{_day(item.schedule.finish_date)}前完成。"]


def schedule_line(item: SubItem) -> str:
    """From when to when, and how much by which month."""
    plan = item.schedule
    span = f"{_day(plan.start_date)}至{_day(plan.finish_date)}"
    if plan.kind == "linear":
        return f"{item.name}：{span}，按月均衡推进。"
    nodes = "、".join(f"{month}月底{_plain(ratio * 100)}%" for month, ratio in plan.points)
    return f"{item.name}：{span}，{nodes}。"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _yuan(fen: int) -> str:
    return f"{show_money(fen).removesuffix('.00')}元"


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
