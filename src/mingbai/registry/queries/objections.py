"""Objections as pages read them: state, what was said, what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.base.secrets import unseal
from mingbai.registry.models import Objection, ObjectionStep
from mingbai.registry.queries.standing import with_state

#: Words and tone of each state of an objection.
OBJECTION_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("待调查", "warn"),
    "returned": ("退回重查", "warn"),
    "answered": ("待审定", "warn"),
    "upheld": ("异议成立", "bad"),
    "dismissed": ("异议不成立", "ok"),
    "withdrawn": ("已撤回", "mute"),
}


@dataclass(frozen=True)
class ShownObjection:
    """What was said and by whom, opened for who may see the posting."""

    objector: str
    said: str
    answers: tuple[tuple[ObjectionStep, str], ...]


def anchor_of(posting: int, number: int) -> bytes:
    """What ties an objection's sealed words to their row."""
    return f"{posting}/{number}".encode()


def state_of(objection: Any) -> str:
    """The state in one word: a decision is told by its verdict."""
    return str(objection.verdict if objection.state == "decided" else objection.state)


def objections_seen(
    *, to: Asker, year: int | None = None, posting: int | None = None, waiting: bool = False
) -> ScopedQuerySet[Any]:
    """Objections the asker may see with ``state`` and ``verdict``, those due first on top."""
    found: Any = with_state(Objection.objects.seen_by(to).select_related("posting", "row"))
    if year:
        found = found.filter(posting__year=year)
    if posting:
        found = found.filter(posting=posting)
    if waiting:
        found = found.filter(state__in=("open", "returned", "answered"))
    return found.order_by("due_date", "id")  # type: ignore[no-any-return]


def objection_seen(pk: int, *, to: Asker) -> Any:
    """One objection with its state, when the asker may see it; else ``None``."""
    return objections_seen(to=to).filter(pk=pk).first()


def show_objection(objection: Objection, *, to: Asker) -> ShownObjection:
    """Open an objection's words; they never leave the page of who may see it."""
    anchor = anchor_of(objection.posting_id, objection.number)
    sealed = objection.objector_sealed
    steps = ObjectionStep.objects.seen_by(to).filter(objection=objection)
    return ShownObjection(
        objector=unseal("objection.objector", bytes(sealed), anchor) if sealed else "",
        said=unseal("objection.said", bytes(objection.said_sealed), anchor),
        answers=tuple(
            (step, _answer(step, anchor))
            for step in steps.select_related("step_by").order_by("number")
        ),
    )


def overdue_objections(*, to: Asker, on: date) -> ScopedQuerySet[Any]:
    """Objections past the day by which they should have been answered."""
    return objections_seen(to=to, waiting=True).filter(Q(due_date__lt=on))


def _answer(step: ObjectionStep, anchor: bytes) -> str:
    blob = step.answer_sealed
    return unseal("objection.answer", bytes(blob), anchor) if blob else ""
