"""How each office fills its forms: titles, headers, units, spellings; each in its own way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

from mingbai.rulebook.model import Column

IdStyle = Literal["plain", "spaced", "quoted", "full_width", "lower_x", "trailing"]
DateStyle = Literal["dashes", "dots", "chinese", "digits", "slashes", "cell"]
PeriodStyle = Literal["chinese", "digits", "dashes", "dots"]
HeaderStyle = Literal["plain", "grouped", "split"]

_ID_STYLES: tuple[IdStyle, ...] = (
    "plain",
    "spaced",
    "quoted",
    "full_width",
    "lower_x",
    "trailing",
)
_DATE_STYLES: tuple[DateStyle, ...] = (
    "dashes",
    "dots",
    "chinese",
    "digits",
    "slashes",
    "cell",
)
_PERIOD_STYLES: tuple[PeriodStyle, ...] = ("chinese", "digits", "dashes", "dots")
_HEADER_STYLES: tuple[HeaderStyle, ...] = ("plain", "grouped", "plain", "split")
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@dataclass(frozen=True, slots=True)
class OfficeHabits:
    """One office's ways; ``place`` is its place among the county's offices."""

    place: int
    header: HeaderStyle
    has_serial: bool
    has_reporter_line: bool
    has_sum_row: bool
    has_foot: bool
    marks_title: bool
    blank_every: int
    hides_column: bool
    unit: Literal["元", "万元"]
    unit_in_header: bool
    money_as_text: bool
    phone_as_number: bool
    id_style: IdStyle
    date_style: DateStyle
    period_style: PeriodStyle
    is_csv: bool

    @classmethod
    def of_office(cls, place: int, *, is_csv: bool = False) -> OfficeHabits:
        """Give the habits of the office at ``place``; neighbours differ in every respect."""
        return cls(
            place=place,
            header="plain" if is_csv else _HEADER_STYLES[place % 4],
            has_serial=place % 5 != 1,
            has_reporter_line=place % 3 != 2,
            has_sum_row=place % 4 != 3,
            has_foot=place % 3 != 1,
            # Whoever writes no foot marks the title: every sheet says 演示数据 somewhere.
            marks_title=place % 3 == 1 or place % 2 == 0,
            blank_every=(0, 0, 37, 0, 61)[place % 5],
            hides_column=place % 7 == 3,
            unit="万元" if place % 5 in (0, 2, 3) else "元",
            unit_in_header=place % 2 == 0,
            money_as_text=place % 9 == 4,
            phone_as_number=place % 6 == 2,
            id_style=_ID_STYLES[place % 6],
            date_style=_DATE_STYLES[place % 6],
            period_style=_PERIOD_STYLES[place % 4],
            is_csv=is_csv,
        )

    def heading(self, column: Column) -> str:
        """Choose what this office calls a column, out of the names that the rulebook knows."""
        names = [
            name for name in dict.fromkeys((column.label, *column.aliases)) if "元" not in name
        ]
        spread = hashlib.sha256(f"{self.place}:{column.name}".encode()).digest()[0]
        # Every other office keeps the usual label.
        return names[0] if spread % 2 else names[spread // 2 % len(names)]

    def pick(self, words: tuple[str, ...], of: str) -> str:
        """Choose one of several wordings, always the same one for the same matter."""
        spread = hashlib.sha256(f"{self.place}:{of}".encode()).digest()[0]
        return words[spread % len(words)]

    def spell_date(self, day: date) -> str:
        """Write a date as text; offices with date cells fall back to dashes in a csv."""
        if self.date_style == "dots":
            return f"{day.year}.{day.month}.{day.day}"
        if self.date_style == "chinese":
            return f"{day.year}年{day.month}月{day.day}日"
        if self.date_style == "digits":
            return f"{day:%Y%m%d}"
        if self.date_style == "slashes":
            return f"{day.year}/{day.month}/{day.day}"
        return day.isoformat()

    def spell_period(self, period: int) -> str:
        """Write a month given as yyyymm."""
        year, month = divmod(period, 100)
        if self.period_style == "digits":
            return f"{period}"
        if self.period_style == "dashes":
            return f"{year}-{month:02d}"
        if self.period_style == "dots":
            return f"{year}.{month:02d}"
        return f"{year}年{month}月"

    def spell_id(self, number: str, line: int) -> str:
        """Write an ID number; one line in eleven shows the office's bad habit."""
        if line % 11 != 5:
            return number
        if self.id_style == "spaced":
            return f"{number[:6]} {number[6:14]} {number[14:]}"
        if self.id_style == "quoted":
            return f"'{number}"
        if self.id_style == "full_width":
            return number.translate(_FULL_WIDTH)
        if self.id_style == "lower_x":
            return number.lower()
        if self.id_style == "trailing":
            return f"{number}\u00a0"
        return number
