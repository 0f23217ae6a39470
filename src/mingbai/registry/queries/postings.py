"""Postings as pages and steps read them: state, rows, boards, photos, and the digest of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, CharField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.paper.posting import Notice, NoticeBoard, NoticeColumn
from mingbai.registry.models import BoardPhoto, PostedRow, Posting, PostingStep
from mingbai.registry.queries.names import village_names

_WHY: Final = "the state of a posting is one for everybody"
#: Words and tone of each state; ``ended`` follows from the last day, not from a step.
POSTING_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("待审核", "warn"),
    "approved": ("待张贴", "warn"),
    "running": ("公示中", "ok"),
    "ended": ("期满待撤", "bad"),
    "taken_down": ("已撤下", "mute"),
    "dropped": ("已作废", "mute"),
}
UNPLACED: Final = "未写明村（居）"


@dataclass(frozen=True)
class Board:
    """One board of a posting: where it hangs, how many rows, and the photos that prove it."""

    village: str
    name: str
    row_count: int
    photos: tuple[BoardPhoto, ...]


def with_posting_state(postings: ScopedQuerySet[Any], *, on: date) -> ScopedQuerySet[Any]:
    """Postings with ``state`` on a day (``POSTING_STATES``), ``posted_date`` and ``down_date``."""
    steps = PostingStep.objects.unscoped(_WHY).filter(posting=OuterRef("pk"))
    newest = steps.order_by("-number").values("step")[:1]
    return postings.annotate(
        step=Coalesce(Subquery(newest), Value("draft")),
        posted_date=Subquery(steps.filter(step="posted").values("step_date")[:1]),
        down_date=Subquery(steps.filter(step="taken_down").values("step_date")[:1]),
    ).annotate(
        state=Case(
            When(step="posted", last_date__gte=on, then=Value("running")),
            When(step="posted", then=Value("ended")),
            default=F("step"),
            output_field=CharField(),
        )
    )


def postings_seen(
    *,
    to: Asker,
    on: date,
    year: int | None = None,
    period: int | None = None,
    sub_item: str = "",
    town: str = "",
    state: str = "",
) -> ScopedQuerySet[Any]:
    """Postings the asker may see, the newest first, each with its state on a day."""
    found: Any = Posting.objects.seen_by(to)
    for name, value in (("year", year), ("period", period), ("sub_item", sub_item), ("town", town)):
        if value:
            found = found.filter(**{name: value})
    shown: ScopedQuerySet[Any] = with_posting_state(found, on=on)
    return (shown.filter(state=state) if state else shown).order_by("-id")


def posting_seen(pk: int, *, to: Asker, on: date) -> Any:
    """One posting with its state, when the asker may see it; else ``None``."""
    return with_posting_state(Posting.objects.seen_by(to).filter(pk=pk), on=on).first()


def rows_seen(posting: Posting, *, to: Asker, village: str = "") -> ScopedQuerySet[PostedRow]:
    """A posting's rows in order, of one village where named."""
    rows = PostedRow.objects.seen_by(to).filter(posting=posting)
    return (rows.filter(village=village) if village else rows).order_by("number")


def steps_of_posting(posting: Posting, *, to: Asker) -> ScopedQuerySet[PostingStep]:
    """A posting's steps, oldest first."""
    steps = PostingStep.objects.seen_by(to).filter(posting=posting)
    return steps.select_related("step_by", "step_by__office").order_by("number")


def photo_seen(pk: int, *, to: Asker) -> BoardPhoto | None:
    """One photo, when the asker may see its posting."""
    return BoardPhoto.objects.seen_by(to).select_related("file").filter(pk=pk).first()


def boards_of(posting: Posting, *, to: Asker) -> tuple[Board, ...]:
    """The boards a posting hangs on: one a village on village boards, else one."""
    photos: dict[str, list[BoardPhoto]] = {}
    for photo in BoardPhoto.objects.seen_by(to).filter(posting=posting).order_by("id"):
        photos.setdefault(photo.village, []).append(photo)
    if not posting.sheet["by_village"]:
        return (Board("", posting.sheet["board"], posting.row_count, tuple(photos.get("", ()))),)
    counts = posting.sheet["villages"]
    names = village_names(counts)
    return tuple(
        Board(code, names.get(code, UNPLACED), count, tuple(photos.get(code, ())))
        for code, count in counts.items()
    )


def notice_of(posting: Posting) -> Notice:
    """The words around the table, as they were frozen."""
    sheet = posting.sheet
    return Notice(
        title=sheet["title"],
        subtitle=sheet["subtitle"],
        paragraphs=tuple(sheet["paragraphs"]),
        columns=tuple(NoticeColumn(*each) for each in sheet["columns"]),
        signature=sheet["signature"],
        date=posting.start_date,
        last_date=posting.last_date,
        allowed=tuple(sheet["allowed"]),
        mark=sheet["mark"],
    )


def notice_boards(posting: Posting, *, to: Asker, village: str = "") -> tuple[NoticeBoard, ...]:
    """The boards with their rows, as they are printed; one village's alone where named."""
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for of, cells in rows_seen(posting, to=to, village=village).values_list("village", "cells"):
        grouped.setdefault(of if posting.sheet["by_village"] else "", []).append(
            tuple(json.loads(cells))
        )
    names = village_names(grouped) if posting.sheet["by_village"] else {"": posting.sheet["board"]}
    return tuple(
        NoticeBoard(names.get(code, "未写明村（居）"), tuple(rows))
        for code, rows in grouped.items()
    )


def posting_digest(sheet: Mapping[str, Any], rows: Iterable[tuple[int, str, str]]) -> str:
    """SHA-256 over the sheet and every ``(number, village, cells)`` in order."""
    total = hashlib.sha256()
    total.update(json.dumps(sheet, ensure_ascii=False, sort_keys=True).encode())
    for number, village, cells in rows:
        total.update(f"\n{number}\t{village}\t{cells}".encode())
    return total.hexdigest()


def digest_now(posting: Posting) -> str:
    """The digest computed anew from the database: what is there now, not what was said."""
    rows = PostedRow.objects.unscoped(_WHY).filter(posting=posting).order_by("number")
    return posting_digest(posting.sheet, rows.values_list("number", "village", "cells"))


def cells_of(posting: Posting) -> Iterator[list[str]]:
    """Every row's cells in order, as they are stored."""
    rows = PostedRow.objects.unscoped(_WHY).filter(posting=posting).order_by("number")
    for cells in rows.values_list("cells", flat=True).iterator(2000):
        yield json.loads(cells)


def open_posting(
    *, sub_item: str, period: int, town: str, stage: str, channel: str
) -> Posting | None:
    """The posting of this roll on this channel that is neither given up nor taken down."""
    same = Posting.objects.unscoped(_WHY).filter(
        sub_item=sub_item, period=period, town=town, stage=stage, channel=channel
    )
    ended = PostingStep.objects.unscoped(_WHY).filter(step__in=("dropped", "taken_down"))
    return same.exclude(Q(pk__in=ended.values("posting"))).order_by("-number").first()
