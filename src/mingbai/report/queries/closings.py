"""Reading the closing chapter of a month's circular: the office's words, or the form's own."""

from __future__ import annotations

from mingbai.base.scope import Asker
from mingbai.paper.form import Chapter, Form
from mingbai.report.models import CircularClosing


def closing_chapter(form: Form) -> Chapter | None:
    """The chapter of a circular that the office writes; ``None`` where the form has none."""
    return next((chapter for chapter in form.chapters if chapter.outline), None)


def newest_closing(*, to: Asker, period: int, as_of: int | None = None) -> CircularClosing | None:
    """The version in force of a month, as known at a ledger entry."""
    found = CircularClosing.objects.seen_by(to).filter(period=period)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    return found.select_related("written_by").order_by("-version").first()


def closings_of(*, to: Asker, period: int) -> tuple[CircularClosing, ...]:
    """All versions of a month, the newest first."""
    found = CircularClosing.objects.seen_by(to).filter(period=period)
    return tuple(found.select_related("written_by").order_by("-version"))
