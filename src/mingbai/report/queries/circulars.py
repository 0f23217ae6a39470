"""Reading circulars: which this asker may see, their lines, scores and the rows behind a count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.report.models import Circular, CircularLine, CircularScore

CIRCULAR: Final = "progress-circular"
#: Key of a count in the text -> what it counts, and which lines those are.
COUNTS: Final[Mapping[str, tuple[str, Q]]] = {
    "count.judged": ("列入通报的子项", Q(town=None) & ~Q(state="waiting")),
    "count.done": ("已完成全年目标的子项", Q(town=None, state="done")),
    "count.on_time": ("达到序时的子项", Q(town=None, state="on_time")),
    "count.lagging": ("滞后的子项", Q(town=None, state="lagging")),
    "count.red": ("红灯滞后的子项", Q(town=None, state="lagging", severity="red")),
    "count.silent": ("没有报送的子项", Q(town=None, state="silent")),
    "count.unchecked": ("报表待确认的子项", Q(town=None, state="unchecked")),
    "count.town_unchecked": ("报表待确认的任务", Q(town__isnull=False, state="unchecked")),
    "count.waiting": ("不判断的子项", Q(town=None, state="waiting")),
    "count.town_lagging": ("镇里滞后的任务", Q(town__isnull=False, state="lagging")),
    "count.town_silent": ("镇里没有报送的任务", Q(town__isnull=False, state="silent")),
}


def circulars(*, to: Asker) -> ScopedQuerySet[Circular]:
    """The circulars this asker may see, newest first; only issued ones below the county."""
    found = Circular.objects.seen_by(to).select_related("compiled_by", "issue", "issue__issued_by")
    if not to.sees_all:
        found = found.filter(issue__isnull=False)
    return found.order_by("-period", "-turn")


def circular_lines(circular: Circular, *, to: Asker, key: str) -> ScopedQuerySet[CircularLine]:
    """The lines that a count of the text counts. Errors: ``KeyError`` for an unknown count."""
    found = CircularLine.objects.seen_by(to).filter(COUNTS[key][1], circular=circular)
    return found.select_related("office", "town").order_by("position")


def circular_scores(circular: Circular, *, to: Asker) -> tuple[CircularScore, ...]:
    """All scores of a circular, towns first, by place."""
    found = CircularScore.objects.seen_by(to).filter(circular=circular).select_related("office")
    return tuple(found.order_by("-ranked", "place", "office__code"))


def circular_score(circular: Circular, office: int, *, to: Asker) -> CircularScore | None:
    """One office's score, or ``None`` where it was not ranked."""
    found = CircularScore.objects.seen_by(to).filter(circular=circular, office_id=office)
    return found.select_related("office").first()


def lines_of_office(score: CircularScore, *, to: Asker) -> ScopedQuerySet[CircularLine]:
    """The lines a score was made of."""
    found = CircularLine.objects.seen_by(to).filter(
        circular_id=score.circular_id, office_id=score.office_id
    )
    towns = score.ranked == "towns"
    return found.filter(town__isnull=not towns).select_related("office", "town")


def circular_blocks(circular: Circular) -> list[dict[str, Any]]:
    """The text for the web: runs become (words, key of the count or nothing)."""
    figures = circular.body["figures"]
    blocks = []
    for block in circular.body["blocks"]:
        if block["kind"] == "paragraph":
            runs = [
                (run, "") if isinstance(run, str) else (figures[run["figure"]], run["figure"])
                for run in block["runs"]
            ]
            blocks.append({**block, "runs": runs})
        else:
            blocks.append(block)
    return blocks
