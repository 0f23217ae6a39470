"""Dated values of several levels laid over each other: the more local one wins while in force."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

from mingbai.rulebook.faults import CannotLoadBook

_DAY = timedelta(days=1)


class Dated(Protocol):
    """Anything in force from a day to a day or open end."""

    @property
    def from_date(self) -> date: ...

    @property
    def to_date(self) -> date | None: ...


T = TypeVar("T", bound=Dated)


def close_spans(values: Iterable[tuple[T, str, str]], *, key: Callable[[T], Hashable]) -> list[T]:
    """End each open value of one file the day before its follower starts; refuse true overlaps.

    ``values`` are (value, file, key in file), all of one level.
    """
    groups: dict[Hashable, list[tuple[T, str, str]]] = {}
    for entry in values:
        groups.setdefault(key(entry[0]), []).append(entry)
    closed: list[T] = []
    for group in groups.values():
        group.sort(key=lambda entry: entry[0].from_date)
        for (value, _, _), (follower, file, path) in pairwise(group):
            if follower.from_date == value.from_date or (
                value.to_date is not None and value.to_date >= follower.from_date
            ):
                raise CannotLoadBook(
                    file=file, key=f"{path}.from", problem="与上一条的有效期重叠，请改日期"
                )
            end = value.to_date or follower.from_date - _DAY
            closed.append(_with_span(value, value.from_date, end))
        closed.append(group[-1][0])
    return closed


def overlay(levels: Sequence[Sequence[T]], *, key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Lay levels over each other, widest first; a local value cuts its span out of wider ones."""
    result: list[T] = []
    for level in levels:
        for local in level:
            kept: list[T] = []
            for wide in result:
                kept.extend(_cut(wide, local) if key(wide) == key(local) else (wide,))
            result = kept
        result.extend(level)
    return tuple(result)


def _cut(wide: T, local: T) -> Iterable[T]:
    """Yield what is left of ``wide`` outside the span of ``local``."""
    if wide.from_date < local.from_date:
        before = local.from_date - _DAY
        end = before if wide.to_date is None else min(wide.to_date, before)
        yield _with_span(wide, wide.from_date, end)
    if local.to_date is not None and (wide.to_date is None or wide.to_date > local.to_date):
        start = max(wide.from_date, local.to_date + _DAY)
        yield _with_span(wide, start, wide.to_date)


def _with_span(value: T, start: date, end: date | None) -> T:
    changed: T = replace(value, from_date=start, to_date=end)  # type: ignore[type-var]
    return changed
