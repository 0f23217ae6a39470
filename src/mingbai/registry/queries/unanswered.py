"""Rules that the newest comparison could not answer, gathered by what was missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.timezone import localdate

from mingbai.base.scope import Asker
from mingbai.registry.models import Comparison
from mingbai.registry.queries.explain import rule_words
from mingbai.rulebook import Book, RuleWords

#: What is missing, and what to do about it; ``{name}`` is the sub-item or list.
_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "roster": ("没有收到《{name}》花名册", "请催报；已经报过的，请看收件里有没有被退回。"),
    "list": ("没有收到{name}", "请向有关部门要来名单，收进来以后自动比对。"),
    "progress": ("没有收到《{name}》的进度", "请催报进度表。"),
    "column": (
        "《{name}》有 {sheets} 张表没有填“{column}”（共 {total} 张）",
        "这些表里的人没有参加比对。请报送单位补上这一列。",
    ),
    "standard": ("《{name}》一册发几种待遇", "不能只凭金额判断对错，请抽查。"),
    "target": ("《{name}》没有年度目标", "目标下达后自动比对。"),
}
_COLUMNS: Final = {"account_key": "account", "phone_key": "phone"}


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, what to do, and the rules that wait for it, in words."""

    title: str
    advice: str
    rules: tuple[str, ...]


def newest_comparison(*, to: Asker, year: int) -> Comparison | None:
    """The newest comparison of a year; None before the first."""
    found: Comparison | None = (
        Comparison.objects.seen_by(to)
        .filter(year=year)
        .select_related("act")
        .order_by("-id")
        .first()
    )
    return found


def comparison_missed(*, to: Asker, book: Book, on: date) -> date | None:
    """The day by which everything was to be compared and was not; None where nothing is missed.

    Any comparison of that month will do: each looks at everything that is live.
    """
    due = book.comparison_due(on)
    if due is None:
        return None
    newest = newest_comparison(to=to, year=book.year)
    return due if newest is None or localdate(newest.act.at) < due.replace(day=1) else None


def what_is_missing(
    comparison: Comparison, *, book: Book, rules: Mapping[str, RuleWords]
) -> list[Missing]:
    """What kept rules from being checked, the most rules first."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for each in comparison.unanswered:
        words = rule_words(each["rule"], rules=rules)
        said = words.name if words else each["rule"]
        waiting = gathered.setdefault(_told(each, book), [])
        if said not in waiting:
            waiting.append(said)
    found = [Missing(title, advice, tuple(said)) for (title, advice), said in gathered.items()]
    return sorted(found, key=lambda each: (-len(each.rules), each.title))


def _told(each: Mapping[str, Any], book: Book) -> tuple[str, str]:
    title, advice = _SAID[each["lacks"]]
    of_list = each["lacks"] == "list"
    name = book.roster(each["what"]).name if of_list else book.sub_item(each["sub_item"]).name
    if each["lacks"] == "roster":
        name = book.sub_item(each["what"]).name
    values = {"name": name, "sheets": each["sheet_count"], "total": each["sheets_total"]}
    return title.format(**values, column=_label(each, book)), advice


def _label(each: Mapping[str, Any], book: Book) -> str:
    """What the office calls the column on its roster."""
    column = _COLUMNS.get(each["what"], "")
    roster = book.sub_item(each["sub_item"]).roster if column else None
    return book.roster(roster).column(column).label if roster else column
