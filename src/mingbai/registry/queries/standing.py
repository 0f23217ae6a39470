"""How far a posting has got for each row: what lets a decision take effect, what stops money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final

import polars as pl
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from mingbai.registry.models import Objection, ObjectionStep, PostedRow, PostingStep

_WHY: Final = "what was posted and objected to is one truth for everybody"
_STEP: Final = 500
_FEW: Final = 20_000
NOT_POSTED, RUNNING, OBJECTED, CLEAR = "not_posted", "running", "objected", "clear"
STOP_SCHEMA: Final = {
    "enrolment_id": pl.Int64(),
    "from_period": pl.Int32(),
    "to_period": pl.Int32(),
    "cause": pl.String(),
}
_ABOUT: Final = {"application": "application_number", "enrolment": "enrolment_id"}


def posting_states(
    *, kind: str, ids: Iterable[int], on: date, stage: str | None = None
) -> dict[int, str]:
    """Id -> ``not_posted``, ``running``, ``objected`` or ``clear`` on a day; every id has one.

    ``kind`` is "application" or "enrolment". Without ``stage`` only the final stage counts (the one
    after which a decision takes effect), and of its channels only the deciding one: ``clear`` is
    who stood there for the whole term, with no objection open or upheld.
    """
    wanted, column = set(ids), _ABOUT[kind]
    states = dict.fromkeys(wanted, NOT_POSTED)
    for about, _, last in _posted(column, wanted, stage):
        ended = CLEAR if last < on else RUNNING
        states[about] = CLEAR if CLEAR in (states[about], ended) else RUNNING
    for objection in _standing():
        about = getattr(objection, column)
        if about in wanted:
            states[about] = OBJECTED
    return states


def objection_stops(*, year: int, sub_items: Collection[str] | None = None) -> pl.DataFrame:
    """``enrolment_id from_period to_period cause``: rights whose posting is objected to.

    Cause ``objection``, from the month of the objection on; ``to_period`` is empty as long as the
    objection is open or upheld. A dismissed one stops nothing: what was left out is paid later.
    """
    rows = [
        (each.enrolment_id, each.period, None, "objection")
        for each in _standing()
        if each.enrolment_id is not None
        and each.period <= year * 100 + 99
        and (sub_items is None or each.posting.sub_item in sub_items)
    ]
    return pl.DataFrame(sorted(set(rows)), schema=STOP_SCHEMA, orient="row")


def with_state(objections: QuerySet[Objection]) -> QuerySet[Objection]:
    """Objections with ``state`` (open answered decided returned withdrawn) and ``verdict``."""
    newest = (
        ObjectionStep.objects.unscoped(_WHY).filter(objection=OuterRef("pk")).order_by("-number")
    )
    return objections.annotate(
        state=Coalesce(Subquery(newest.values("step")[:1]), Value("open")),
        verdict=Coalesce(Subquery(newest.values("verdict")[:1]), Value("")),
    )


def stands(state: str, verdict: str) -> bool:
    """Whether an objection in this state keeps money back: not withdrawn, not dismissed."""
    return not (state == "withdrawn" or (state == "decided" and verdict == "dismissed"))


def _standing() -> Iterator[Objection]:
    every = Objection.objects.unscoped(_WHY).select_related("posting")
    for each in with_state(every).order_by("id"):
        if stands(each.state, each.verdict):  # type: ignore[attr-defined]
            yield each


def _posted(column: str, wanted: set[int], stage: str | None) -> Iterator[tuple[int, date, date]]:
    """``(id, first day up, last day)`` of each row on a deciding channel that was put up."""
    steps = PostingStep.objects.unscoped(_WHY).filter(posting__is_deciding=True)
    steps = steps.filter(posting__stage=stage) if stage else steps.filter(posting__is_final=True)
    early = steps.filter(step="taken_down", step_date__lte=F("posting__last_date"))
    up = steps.filter(step="posted").exclude(posting__in=early.values("posting"))
    days: dict[int, tuple[date, date]] = {
        posting: (first, last)
        for posting, first, last in up.values_list("posting_id", "step_date", "posting__last_date")
    }
    for about, posting in _rows(column, wanted):
        if posting in days:
            yield (about, *days[posting])


def _rows(column: str, wanted: set[int]) -> Iterator[tuple[int, int]]:
    """``(id, posting)`` of the rows about these; asked for by number where they are few."""
    rows = PostedRow.objects.unscoped(_WHY)
    if len(wanted) > _FEW:
        every = rows.filter(**{f"{column}__isnull": False}).values_list(column, "posting_id")
        yield from (each for each in every.iterator(20_000) if each[0] in wanted)
        return
    ids = sorted(wanted)
    for start in range(0, len(ids), _STEP):
        part = rows.filter(**{f"{column}__in": ids[start : start + _STEP]})
        yield from part.values_list(column, "posting_id")
