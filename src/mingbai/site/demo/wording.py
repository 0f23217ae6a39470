"""What offices call things: sub-items by one of their known names, titles, file names."""

from __future__ import annotations

from functools import cache

from mingbai.rulebook.model import Book, OfficeSpec, Roster, SubItem
from mingbai.site.demo.habits import OfficeHabits

_JUNE = 6
_ROSTER_WORDS = ("发放花名册", "发放明细表", "发放清册", "发放花名册")


def name_in_tables(item: SubItem, habits: OfficeHabits) -> str:
    """Return the name under which the office lists a sub-item: any the rulebook knows."""
    words = tuple(dict.fromkeys((item.name, item.name, *item.aliases)))
    return habits.pick(words, item.code)


@cache
def _rivals(book: Book) -> dict[str, frozenset[str]]:
    names = {item.code: {item.name, *item.aliases} for item in book.sub_items}
    return {
        code: frozenset(word for other, words in names.items() if other != code for word in words)
        for code in names
    }


def name_in_title(book: Book, item: SubItem, roster: Roster, habits: OfficeHabits) -> str:
    """Return a name for titles that leads to this sub-item and its roster, and to no other."""
    rivals = _rivals(book)[item.code]
    words = [
        word
        for word in dict.fromkeys((item.name, *item.aliases))
        if any(title in word for title in roster.title_words)
        and not any(rival in word for rival in rivals)
        and not set("/\\()（）“”") & set(word)
    ]
    return habits.pick(tuple(words), f"{item.code}:title") if words else roster.name


def roster_title(
    name: str, *, place: str, year: int, month: int, habits: OfficeHabits, training: bool
) -> str:
    """Compose the title of a roster of a month."""
    words = ("学员花名册", "培训人员名单") if training else _ROSTER_WORDS
    tail = "" if name.endswith(("名册", "名单")) else habits.pick(words, name)
    return f"{place}{year}年{month}月{name}{tail}"


def office_word(office: OfficeSpec) -> str:
    """Return the office's short name for titles."""
    return office.short_name


def half_of(month: int) -> str:
    """Return how titles call the half-year of a month."""
    return "上半年" if month <= _JUNE else "下半年"
