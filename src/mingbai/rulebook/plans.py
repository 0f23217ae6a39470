"""What the book says of a programme, in the sentences of its plan."""

from __future__ import annotations

from datetime import date

from mingbai.rulebook.describe import amount_words, grade_words, schedule_words
from mingbai.rulebook.model import Book, SubItem

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
        # Whole yuan are written without their 分 in a plan.
        much = amount_words(rule, words).replace(".00元", "元")
        lines.append(f"{item.name}（{rule.name}）：{much}{begins}{ends}。")
    return lines


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
    return f"{item.name}：{schedule_words(item.schedule)}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
