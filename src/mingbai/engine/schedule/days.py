"""The table of official days a county keeps: holidays and make-up days, each with its source."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mingbai.engine.schedule.calendars import Calendar, CannotSchedule, Season

#: holiday 放假, make_up 调休上班.
DayKind = Literal["holiday", "make_up"]

_KINDS: Final[dict[str, DayKind]] = {"放假": "holiday", "调休上班": "make_up"}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_HEADER: Final = ["日期", "安排", "名称", "依据"]


@dataclass(frozen=True, slots=True, order=True)
class ListedDay:
    """A day that is not what its day of the week says, and the paper that says so."""

    date: dt.date
    kind: DayKind
    name: str
    source: str


def read_days(text: str) -> tuple[ListedDay, ...]:
    """Read the table (csv: 日期,安排,名称,依据); raises CannotSchedule naming the line at fault."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if not rows or rows[0] != _HEADER:
        raise CannotSchedule(f"节假日表的表头应为“{'、'.join(_HEADER)}”，请核对。")
    found: dict[dt.date, ListedDay] = {}
    for line, row in enumerate(rows[1:], start=2):
        try:
            day, kind, name, source = (cell.strip() for cell in row)
            listed = ListedDay(dt.date.fromisoformat(day), _KINDS[kind], name, source)
        except (ValueError, KeyError):
            raise CannotSchedule(
                f"节假日表第{line}行有误：应为日期（如2021-10-01）、安排（放假或调休上班）、"
                "名称、依据四栏。"
            ) from None
        if listed.date in found:
            raise CannotSchedule(f"节假日表第{line}行的{day}重复，请只保留一行。")
        found[listed.date] = listed
    return tuple(sorted(found.values()))


def write_days(days: Iterable[ListedDay]) -> str:
    """The table as csv, by day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    for day in sorted(days):
        writer.writerow([day.date.isoformat(), _NAMES[day.kind], day.name, day.source])
    return out.getvalue()


def make_calendar(
    years: Iterable[int], days: Iterable[ListedDay], seasons: Iterable[Season] = ()
) -> Calendar:
    """The working calendar of whole years: weekends, these days, and stops that come each year.

    Raises CannotSchedule for a year without a single listed day: its official arrangement is not
    in the table yet, and weekends alone would be a guess.
    """
    wanted, listed = sorted(set(years)), tuple(days)
    known = {day.date.year for day in listed}
    for year in wanted:
        if year not in known:
            raise CannotSchedule(f"节假日表没有{year}年的安排，请先按国办通知补录。")
    return Calendar(
        dt.date(wanted[0], 1, 1),
        dt.date(wanted[-1], 12, 31),
        holidays=frozenset(day.date for day in listed if day.kind == "holiday"),
        make_up=frozenset(day.date for day in listed if day.kind == "make_up"),
        stops=tuple(
            span
            for season in seasons
            for span in season.spans(range(wanted[0] - 1, wanted[-1] + 1))
        ),
    )
