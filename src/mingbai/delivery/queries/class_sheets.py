"""Workbooks about classes as they stand: scores that count, what did not fit, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import EnteredClassSheet, ExamScore
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets

_WHY: Final = "scores of classes the asker was shown"
#: Kinds of sheets that speak of classes without being a roll.
KINDS: Final = ("class_plan", "attendance", "exam")


@dataclass(frozen=True, slots=True)
class Mark:
    """What one person scored in the exam held last."""

    exam_date: date
    score: Decimal
    pass_mark: Decimal
    attempts_count: int

    @property
    def passed(self) -> bool:
        """Whether the mark was reached."""
        return self.score >= self.pass_mark


def standing_scores(classes: Collection[int]) -> dict[int, dict[bytes, Mark]]:
    """Class -> person -> mark of the exam held last; sheets a correction followed left out."""
    rows = (
        ExamScore.objects.unscoped(_WHY)
        .filter(training_class__in=classes, entered__in=_standing())
        .order_by("exam_date", "pk")
        .values_list("training_class_id", "head_key", "exam_date", "score", "pass_mark")
    )
    found: dict[int, dict[bytes, Mark]] = defaultdict(dict)
    for one, key, day, score, mark in rows:
        before = found[one].get(bytes(key))
        attempts = before.attempts_count + 1 if before else 1
        found[one][bytes(key)] = Mark(day, score, mark, attempts)
    return dict(found)


def _standing() -> ScopedQuerySet[EnteredClassSheet]:
    newer = EnteredClassSheet.objects.unscoped("whether a correction was entered").filter(
        sheet__slot=OuterRef("sheet__slot"), sheet__turn__gt=OuterRef("sheet__turn")
    )
    found = EnteredClassSheet.objects.unscoped("which sheets stand; their rows are scoped")
    return found.filter(~Exists(newer))


def sheets_with_problems(*, to: Asker, year: int) -> tuple[EnteredClassSheet, ...]:
    """Plans, attendance and scores that stand and hold something that did not fit, newest first."""
    found = EnteredClassSheet.objects.seen_by(to).filter(
        pk__in=_standing().values("pk"), sheet__year=year
    )
    return tuple(
        found.exclude(problems=[]).select_related("sheet", "sheet__office").order_by("-id")
    )


def waiting_class_sheets(*, to: Asker, year: int) -> tuple[Sheet, ...]:
    """Sheets that speak of classes whose rolls have not come; they are tried again."""
    entered = EnteredClassSheet.objects.unscoped("only whether a sheet was entered").filter(
        sheet=OuterRef("pk")
    )
    found = live_sheets(to=to, year=year).filter(kind__in=KINDS).filter(~Exists(entered))
    return tuple(found.select_related("office").order_by("-id"))
