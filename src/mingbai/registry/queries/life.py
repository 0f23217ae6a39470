"""Which months of an enrolment are not paid, and why: read from the steps of its life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

import polars as pl

from mingbai.registry.models import EnrolmentStep
from mingbai.registry.queries.standing import objection_stops

_WHY: Final = "what is not paid is one for everybody"
_SCHEMA: Final = {
    "enrolment_id": pl.Int64(),
    "from_period": pl.Int32(),
    "to_period": pl.Int32(),
    "cause": pl.String(),
}
_Row = tuple[int, str, int, int | None, bool]
_Stop = tuple[int, int, int | None, str]


def stops(*, year: int, sub_items: Iterable[str] | None = None) -> pl.DataFrame:
    """Spans of months of a year in which an enrolment is not paid, with their cause.

    ``enrolment_id from_period to_period cause``; both months included, no ``to_period`` while it
    lasts; spans that reach into other years are given whole. Causes: ``suspended``; ``objection``,
    of a posting. A suspension restored with back pay is no stop: its months are owed.
    """
    # What restores a suspension may lie in a later year: all of a life is read through the years.
    rows = EnrolmentStep.objects.unscoped(_WHY).filter(step__in=("suspended", "restored"))
    wanted = None if sub_items is None else frozenset(sub_items)
    if wanted is not None:
        rows = rows.filter(enrolment__sub_item__in=sorted(wanted))
    found = rows.order_by("enrolment_id", "number").values_list(
        "enrolment_id", "step", "from_period", "to_period", "back_pay"
    )
    spans = (
        span
        for _, steps in groupby(found.iterator(20_000), key=itemgetter(0))
        for span in suspensions(steps)
        if span[1] <= year * 100 + 12 and (span[2] is None or span[2] >= year * 100 + 1)
    )
    own = pl.DataFrame(list(spans), schema=_SCHEMA, orient="row")
    return pl.concat((own, objection_stops(year=year, sub_items=wanted)))


def suspensions(steps: Iterable[_Row]) -> Iterator[_Stop]:
    """The unpaid spans of one enrolment from its suspensions and restorations, in their order.

    A step is ``(enrolment, step, from_period, to_period, back_pay)``.
    """
    open_stop: _Stop | None = None
    for enrolment, step, first, last, back_pay in steps:
        if step == "suspended":
            if open_stop is not None:
                yield open_stop
            open_stop = (enrolment, first, last, "suspended")
        elif open_stop is not None:
            begun = open_stop[1]
            open_stop = None
            if not back_pay and first > begun:
                yield (enrolment, begun, month_before(first), "suspended")
    if open_stop is not None:
        yield open_stop


def decided_grades(*, sub_item: str) -> pl.DataFrame:
    """``enrolment_id number from_period grade`` of the decided changes of grade of a sub-item.

    In a month the one with the highest number among those begun by then stands: a later decision
    may reach back further than the one before it.
    """
    rows = EnrolmentStep.objects.unscoped(_WHY).filter(step="changed", enrolment__sub_item=sub_item)
    found = rows.exclude(grade="").order_by("enrolment_id", "number")
    columns = ("enrolment_id", "number", "from_period", "grade")
    schema = dict(zip(columns, (pl.Int64(), pl.Int32(), pl.Int32(), pl.String()), strict=True))
    return pl.DataFrame(list(found.values_list(*columns)), schema=schema, orient="row")


def month_before(period: int) -> int:
    """The month before one given as yyyymm."""
    return period - 89 if period % 100 == 1 else period - 1


def month_after(period: int) -> int:
    """The month after one given as yyyymm."""
    return period + 89 if period % 100 == 12 else period + 1
