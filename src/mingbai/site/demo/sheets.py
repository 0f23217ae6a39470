"""From a draft and an office's habits to the cells of a sheet: head, body, foot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mingbai.rulebook.model import Column
from mingbai.site.demo.drafts import Raw, SheetDraft, Value
from mingbai.site.demo.habits import OfficeHabits

#: What a cell holds once spelled: text, a number, a real date, or nothing.
Cell = str | float | date | None
Spell = Callable[[Value, int], Cell]

MARK = "演示数据"
_FEN_A_UNIT = {"元": 100, "万元": 1_000_000}
# Rosters pay people in 元; offices use 万元 only where sums are large.
_LARGE_SUMS = ("funds",)
# Column groups that a two-row header draws together, and their common heading.
_GROUPS = (
    (("account", "amount"), "发放信息"),
    (("amount", "account"), "发放信息"),
    (("arrived_month", "released_month", "spent_month"), "本月"),
    (("arrived_total", "released_total", "spent_total"), "累计"),
    (("month_done", "total_done"), "完成情况"),
    (("start_date", "end_date"), "培训时间"),
    (("city_adopted_date", "province_adopted_date"), "采用情况"),
)


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells drawn as one, all numbers 0-based and inclusive."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Head:
    """Everything above the first row of data."""

    rows: tuple[tuple[Cell, ...], ...]
    merges: tuple[Merge, ...]


class SheetLayout:
    """Lays a draft out as one office would; rows come in order, each with its draft row or None."""

    def __init__(self, draft: SheetDraft, habits: OfficeHabits) -> None:
        self._draft = draft
        self._habits = habits
        self._columns = tuple(draft.roster.column(name) for name in draft.columns)
        self._unit = habits.unit if draft.roster.kind in _LARGE_SUMS else "元"
        self._lead = 1 if habits.has_serial else 0
        self.width = self._lead + len(self._columns)
        self.hidden_column = self.width if habits.hides_column and not habits.is_csv else None

    @property
    def letters(self) -> dict[str, str]:
        """Excel's letter of each canonical column."""
        return {
            column.name: column_letter(self._lead + place)
            for place, column in enumerate(self._columns)
        }

    def head(self) -> Head:
        """Compose title, lines under it and the header."""
        draft, habits = self._draft, self._habits
        title = f"{draft.title}（{MARK}）" if habits.marks_title else draft.title
        rows: list[tuple[Cell, ...]] = [(title,)]
        merges = [] if habits.is_csv else [Merge(0, 0, 0, self.width - 1)]
        money = any(column.type == "money" for column in self._columns)
        if habits.has_reporter_line or (money and not habits.unit_in_header):
            left = f"填报单位：{draft.reporter}" if habits.has_reporter_line else None
            right = f"单位：{self._unit}" if money and not habits.unit_in_header else None
            rows.append((left, *([None] * (self.width - 2)), right))
        header, header_merges = self._header(len(rows))
        return Head(rows=(*rows, *header), merges=(*merges, *header_merges))

    def _header(self, top: int) -> tuple[list[tuple[Cell, ...]], list[Merge]]:
        names = [self._heading(column) for column in self._columns]
        if self._habits.has_serial:
            names.insert(0, "序号")
        if self.hidden_column is not None:
            names.append("内部编号")
        groups = self._groups() if self._habits.header != "plain" else []
        if not groups:
            return [tuple(names)], []
        upper: list[Cell] = list(names)
        lower: list[Cell] = [None] * len(names)
        merges: list[Merge] = []
        grouped: set[int] = set()
        for first, last, label in groups:
            merges.append(Merge(top, first, top, last))
            for place in range(first, last + 1):
                grouped.add(place)
                lower[place] = names[place]
                upper[place] = label if place == first else None
                # 本月 above, 拨付 below: together they are the column's name.
                if self._habits.header == "split" and names[place].startswith(label):
                    lower[place] = names[place].removeprefix(label)
        merges += [
            Merge(top, place, top + 1, place) for place in range(len(names)) if place not in grouped
        ]
        return [tuple(upper), tuple(lower)], merges

    def _groups(self) -> list[tuple[int, int, str]]:
        order = self._draft.columns
        found: list[tuple[int, int, str]] = []
        for members, label in _GROUPS:
            for place in range(len(order) - len(members) + 1):
                if order[place : place + len(members)] == members:
                    first = self._lead + place
                    found.append((first, first + len(members) - 1, label))
        return found

    def _heading(self, column: Column) -> str:
        name = self._habits.heading(column)
        if column.type == "money" and self._habits.unit_in_header:
            return f"{name}（{self._unit}）"
        return name

    def body(self) -> Iterator[tuple[tuple[Cell, ...], int | None]]:
        """Yield rows of cells with the draft row they show: None for blank, sum and foot lines."""
        habits, draft = self._habits, self._draft
        spells = [self._spell(column) for column in self._columns]
        for index, row in enumerate(draft.rows):
            if habits.blank_every and index and index % habits.blank_every == 0:
                yield (None,) * self.width, None
            cells: tuple[Cell, ...] = tuple(
                spell(value, index) for spell, value in zip(spells, row, strict=True)
            )
            if habits.has_serial:
                cells = (float(index + 1), *cells)
            if self.hidden_column is not None:
                cells = (*cells, f"NB{index + 1:06d}")
            yield cells, index
        yield from self._tail()

    def _tail(self) -> Iterator[tuple[tuple[Cell, ...], None]]:
        habits, draft = self._habits, self._draft
        sums = self._sums()
        if habits.has_sum_row and any(value is not None for value in sums):
            yield ("合计", *sums[1:]), None
        if habits.has_foot:
            yield (None,) * self.width, None
            day = habits.spell_date(draft.written_date)
            yield (f"填表单位：{draft.reporter}    填表日期：{day}",), None
            yield (f"注：本表为{MARK}，人员、证件号码和账号均系虚构。",), None

    def _sums(self) -> list[Cell]:
        sums: list[Cell] = [None] * self._lead
        for place, column in enumerate(self._columns):
            if column.type != "money":
                sums.append(None)
                continue
            values = [row[place] for row in self._draft.rows]
            total = sum(value for value in values if isinstance(value, int))
            sums.append(self._money(total))
        return sums

    def _money(self, fen: int) -> Cell:
        amount = Decimal(fen) / _FEN_A_UNIT[self._unit]
        if self._habits.money_as_text or self._habits.is_csv:
            return (
                f"{amount:,.6f}".rstrip("0").rstrip(".") if self._unit != "元" else f"{amount:,.2f}"
            )
        return float(amount)

    def _spell(self, column: Column) -> Spell:
        spell = self._spell_typed(column)

        def spell_or_copy(value: Value, line: int) -> Cell:
            if value is None:
                return None
            if isinstance(value, Raw):
                return value.value
            return spell(value, line)

        return spell_or_copy

    def _spell_typed(self, column: Column) -> Spell:
        habits = self._habits
        if column.type == "money":
            return lambda value, _: self._money(_whole(value))
        if column.type == "id_number":
            return lambda value, line: habits.spell_id(str(value), line)
        if column.type == "phone" and habits.phone_as_number and not habits.is_csv:
            return lambda value, _: float(str(value))
        if column.type == "date":
            if habits.date_style == "cell" and not habits.is_csv:
                return lambda value, _: _day(value)
            return lambda value, _: habits.spell_date(_day(value))
        if column.type == "period":
            return lambda value, _: habits.spell_period(_whole(value))
        if column.type in ("integer", "decimal") and not habits.is_csv:
            return lambda value, _: value if isinstance(value, str) else float(str(value))
        return lambda value, _: str(value)


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise TypeError("a money or month cell takes a whole number")
    return value


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise TypeError("a date cell takes a date")
    return value


def column_letter(place: int) -> str:
    """Return Excel's letters of a 0-based column."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
