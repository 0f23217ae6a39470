"""What a title, a sheet name, a file name and the office itself say about a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from mingbai.intake.recognise.words import plain, plain_title
from mingbai.rulebook import Book, SubItem

_MONTH = r"(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEAR = r"(20\d\d|(?<!\d)\d\d)"
_CHINESE = {word: number for number, word in enumerate("一二三四五六七八九", start=1)} | {
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}

_YEAR_ONLY = re.compile(r"(20\d\d)年")
_QUARTER = re.compile(r"第?([一二三四1-4])季度")
_YEAR_RANGE = re.compile(rf"{_YEAR}年(?:度)?{_MONTH}月?-{_MONTH}月")
_YEAR_MONTH = re.compile(rf"{_YEAR}年(?:度)?{_MONTH}月")
_DOTTED = re.compile(r"(?<!\d)(20\d\d)[-./](1[0-2]|0?[1-9])(?!\d)")
_GLUED = re.compile(r"(?<!\d)(20\d\d)(1[0-2]|0[1-9])(?:[0-3]\d)?(?!\d)")
_MONTH_RANGE = re.compile(rf"(?<!\d){_MONTH}月?-{_MONTH}月")
_MONTH_ONLY = re.compile(rf"(?<![\d一二三四五六七八九十]){_MONTH}月(?!\d{{0,2}}日前)")
_SERIES = re.compile(r"第([一二三四五六七八九十\d]{1,3})(期|批次|批|班|场|轮)|(补发|补录)")
_OF_CLASS = re.compile(r"第[一二三四五六七八九十\d]{1,3}(?:期|批次|批|班|场|轮)|补考|补签")


P = ParamSpec("P")
T = TypeVar("T")


def once_a_book(
    make: Callable[Concatenate[Book, P], T],
) -> Callable[Concatenate[Book, P], T]:
    """Keep what was made of a book under its digest: hashing a whole book takes milliseconds."""
    kept: dict[tuple[object, ...], T] = {}

    @wraps(make)
    def made(book: Book, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (book.digest, book.year, *args, *sorted(kwargs.items()))
        if key not in kept:
            kept[key] = make(book, *args, **kwargs)
        return kept[key]

    return made


@dataclass(frozen=True)
class Month:
    """A month of a year; `year` is None where the text names none."""

    year: int | None
    month: int


@dataclass(frozen=True)
class Places:
    """Towns by the names people write: plain full and short names to codes of nine digits."""

    towns: Mapping[str, str]

    def town_in(self, text: str) -> str | None:
        """The one town a plain text names, or None when it names none or several."""
        found = {code for name, code in self.towns.items() if name in text}
        return found.pop() if len(found) == 1 else None


@once_a_book
def places_of(book: Book) -> Places:
    """The book's towns under full and short names (「籍山镇」, 「籍山」)."""
    towns: dict[str, str] = {}
    for town in book.towns:
        towns[plain(town.name)] = town.code
        short = re.sub(r"(镇|乡|街道|工业园区|经济开发区|园区)$", "", plain(town.name))
        if len(short) >= 2:
            towns[short] = town.code
    return Places(towns)


def find_month(texts: Iterable[str], *, default_year: int) -> tuple[int, int] | None:
    """Year and month named by the first text that names a month; a range means its last month."""
    spelled = [plain_title(text) for text in texts]
    year = next((int(m.group(1)) for t in spelled if (m := _YEAR_ONLY.search(t))), default_year)
    for text in spelled:
        found = _month_in(text)
        if found is not None:
            return found.year or year, found.month
    return None


def find_year(texts: Iterable[str]) -> int | None:
    """The first year that the texts name, alone or with a month; None where they name none."""
    for text in map(plain_title, texts):
        if match := _YEAR_ONLY.search(text):
            return int(match.group(1))
        found = _month_in(text)
        if found is not None and found.year:
            return found.year
    return None


def _month_in(text: str) -> Month | None:
    if match := _YEAR_RANGE.search(text):
        return Month(_year(match.group(1)), _month(match.group(3)))
    if match := _YEAR_MONTH.search(text):
        return Month(_year(match.group(1)), _month(match.group(2)))
    for pattern in (_DOTTED, _GLUED):
        if match := pattern.search(text):
            return Month(int(match.group(1)), int(match.group(2)))
    if match := _MONTH_RANGE.search(text):
        return Month(None, _month(match.group(2)))
    if match := _MONTH_ONLY.search(text):
        return Month(None, _month(match.group(1)))
    if match := _QUARTER.search(text):
        return Month(None, _QUARTERS[match.group(1)])
    if "上半年" in text:
        return Month(None, 6)
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(text: str) -> int:
    return _CHINESE[text] if text in _CHINESE else int(text)


def find_series(texts: Iterable[str], *, of_class: bool = False) -> str:
    """What tells two tables of one month apart (「第二期」, 「补发」), or an empty text.

    ``of_class``: a class's tables are told apart by all that is said: 第3班补考 is not 第3班.
    """
    for text in texts:
        if of_class and (found := _OF_CLASS.findall(plain_title(text))):
            return "".join(found)
        if match := _SERIES.search(plain_title(text)):
            return match.group()
    return ""


@dataclass(frozen=True)
class Names:
    """Plain names and aliases of all sub-items, longest first."""

    spellings: tuple[tuple[str, str], ...]

    def in_text(self, text: str, allowed: frozenset[str]) -> str | None:
        """The sub-item whose longest name the text holds; None if none or if two are as long."""
        found: dict[str, int] = {}
        for name, code in self.spellings:
            if code in allowed and name in text:
                found.setdefault(code, len(name))
        if not found:
            return None
        longest = max(found.values())
        codes = [code for code, length in found.items() if length == longest]
        return codes[0] if len(codes) == 1 else None


@once_a_book
def names_of(book: Book) -> Names:
    """Every name of every sub-item in force: own, summary and workbook names."""
    pairs = {(plain(name), item.code) for item in book.sub_items for name in spellings(item)}
    ordered = sorted((pair for pair in pairs if len(pair[0]) >= 2), key=lambda p: (-len(p[0]), p))
    return Names(tuple(ordered))


def spellings(item: SubItem) -> tuple[str, ...]:
    """The names under which offices write a sub-item."""
    return (item.name, item.summary_name, item.listed_as, *item.aliases)


def find_sub_item(
    texts: Sequence[str], *, book: Book, lead: str | None, with_roster: bool
) -> str | None:
    """The sub-item named by title, sheet name or file name, in that order; None if none or several.

    `with_roster` keeps the search to sub-items that hand in rosters of people; `lead` is the
    office's code and decides between names that several sub-items share.
    """
    items = [item for item in book.sub_items if item.roster or not with_roster]
    every = frozenset(item.code for item in items)
    led = frozenset(item.code for item in items if item.lead_office == lead)
    names = names_of(book)
    for text in map(plain, texts):
        for allowed in (every, led):
            if found := names.in_text(text, allowed):
                return found
    return None
