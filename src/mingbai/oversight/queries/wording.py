"""What a day's message says: one for an office with all it has to do, one line an office for all.

Texts are markdown that reads as plain text too: mail is sent as it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mingbai.base.models import Office
from mingbai.oversight.models import Reminder
from mingbai.oversight.queries.duties import day_words
from mingbai.paper.robots import plain, split_lines

#: Lines of one kind in one message; the site has them all.
_MOST: Final = 6
_FOOT: Final = "办结后不再提醒。请登录明白账办理。"


@dataclass(frozen=True)
class MessageText:
    """One message's subject and body."""

    subject: str
    body: str


def when_words(due: date, on: date) -> str:
    """How a due day stands to a day: 还有 3 天, 今天到期, 逾期 2 天."""
    days = (on - due).days
    if days == 0:
        return "今天到期"
    return f"逾期 {days} 天" if days > 0 else f"还有 {-days} 天"


def office_message(
    office: Office,
    reminders: Sequence[Reminder],
    *,
    on: date,
    address: str,
    most: int,
    marked: bool,
) -> tuple[MessageText, ...]:
    """One office's reminders of a day, split only where ``most`` bytes do not hold them.

    ``address`` is the site's, for links; without one no links are given. ``marked`` escapes what
    markdown would take for marks.
    """
    late = sum(each.due_date < on for each in reminders)
    subject = f"民生提醒：{office.short_name}{day_words(on)}有 {len(reminders)} 项待办"
    if late:
        subject += f"，其中逾期 {late} 项"
    escape = plain if marked else str
    lines = [_line(each, on, address, escape) for each in _shown(reminders)]
    if hidden := len(reminders) - len(lines):
        lines.append(f"- 另有 {hidden} 项，见站内“提醒”")
    return _texts(subject, lines, _foot(address), most)


def county_message(
    reminders: Iterable[Reminder], *, on: date, address: str, most: int
) -> tuple[MessageText, ...]:
    """One line an office for a group of the whole county: how many late, due today, soon due."""
    by_office: dict[str, list[Reminder]] = defaultdict(list)
    for each in reminders:
        if each.role == Reminder.Role.OWNER:
            by_office[each.office.short_name].append(each)
    if not by_office:
        return ()
    total = sum(len(each) for each in by_office.values())
    subject = f"民生提醒：{day_words(on)} {len(by_office)} 个单位 {total} 项待办"
    ordered = sorted(by_office.items(), key=lambda item: (-_late(item[1], on), item[0]))
    lines = [f"- {plain(name)}：{_counts(each, on)}" for name, each in ordered]
    return _texts(subject, lines, _foot(address), most)


def _line(each: Reminder, on: date, address: str, escape: object) -> str:
    said = escape(each.text)  # type: ignore[operator]
    if each.role == Reminder.Role.LEAD:
        said = f"{escape(each.owner.short_name)}：{said}"  # type: ignore[operator]
    where = f" {address}{each.link}" if address else ""
    return f"- {said}（{day_words(each.due_date)}到期，{when_words(each.due_date, on)}）{where}"


def _shown(reminders: Sequence[Reminder]) -> list[Reminder]:
    """The most pressing first, of each kind and role so many."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    shown = []
    for each in sorted(reminders, key=lambda each: (each.role != "owner", each.due_date, each.pk)):
        counts[each.kind, each.role] += 1
        if counts[each.kind, each.role] <= _MOST:
            shown.append(each)
    return shown


def _late(reminders: Iterable[Reminder], on: date) -> int:
    return sum(each.due_date < on for each in reminders)


def _counts(reminders: Sequence[Reminder], on: date) -> str:
    late, today = _late(reminders, on), sum(each.due_date == on for each in reminders)
    soon = len(reminders) - late - today
    told = (("逾期", late), ("今天到期", today), ("将到期", soon))
    return "，".join(f"{word} {count} 项" for word, count in told if count)


def _foot(address: str) -> str:
    return f"{_FOOT} {address}" if address else _FOOT


def _texts(subject: str, lines: Iterable[str], foot: str, most: int) -> tuple[MessageText, ...]:
    # The room for the count of parts is held back before it is known.
    parts = split_lines(f"{subject}（第 99/99 条）", lines, foot, most=most)
    if len(parts) == 1:
        return (MessageText(subject, parts[0][0].replace("（第 99/99 条）", "", 1)),)
    return tuple(
        MessageText(
            f"{subject}（第 {place}/{len(parts)} 条）",
            body.replace("（第 99/99 条）", f"（第 {place}/{len(parts)} 条）", 1),
        )
        for place, (body, _) in enumerate(parts, start=1)
    )
