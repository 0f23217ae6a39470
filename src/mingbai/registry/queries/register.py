"""The register of postings: what should hang, what does, what is late; and counts for reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Max, Q, Sum
from django.utils.timezone import localdate

from mingbai.base.scope import Asker
from mingbai.engine.schedule import CannotSchedule
from mingbai.intake.queries import live_sheets
from mingbai.registry.models import BoardPhoto, Objection, Posting, PostingStep
from mingbai.registry.queries.names import town_names
from mingbai.registry.queries.objections import objections_seen, overdue_objections
from mingbai.registry.queries.postings import POSTING_STATES, postings_seen, with_posting_state
from mingbai.rulebook import Book
from mingbai.rulebook.model import Channel, PostingStage

_STAGE: Final = "payment"
_DOWN: Final = ("dropped", "taken_down")


@dataclass(frozen=True)
class RegisterLine:
    """One roll of one town on one channel: the posting, or that there is none yet and since when.

    ``state`` is one of ``POSTING_STATES`` or ``missing``; ``is_late`` when it should hang by now.
    """

    sub_item: str
    town: str
    stage: PostingStage
    channel: Channel
    due_date: date | None
    posting: Any
    state: str
    is_late: bool

    @property
    def words(self) -> tuple[str, str]:
        """What the state is called, and its tone."""
        if self.state == "missing":
            return (
                "未公示，已逾期" if self.is_late else "未公示",
                "bad" if self.is_late else "warn",
            )
        name, tone = POSTING_STATES[self.state]
        return (f"{name}，已逾期", "bad") if self.is_late else (name, tone)


@dataclass(frozen=True)
class PostingTask:
    """Something about postings that waits for somebody: what, how many, how urgent."""

    text: str
    detail: str
    count: int
    tone: str
    state: str


@dataclass(frozen=True)
class PostingCounts:
    """How much was posted up to a day: postings, persons on them, objections and their outcome."""

    postings: int
    person_times: int
    objections: int
    upheld: int
    dismissed: int


def register_of(
    *, to: Asker, year: int, period: int, book: Book, on: date, town: str = "", sub_item: str = ""
) -> tuple[RegisterLine, ...]:
    """Every roll of a month that must hang somewhere, by sub-item, town and channel.

    A roll is due so many working days after its roster was received. Five queries.
    """
    known: dict[tuple[str, str, str], Any] = {}
    for each in postings_seen(to=to, on=on, year=year, period=period).filter(stage=_STAGE):
        known.setdefault((each.sub_item, each.town, each.channel), each)
    lines: list[RegisterLine] = []
    for item, place, received in _rolls(to, year, period):
        if (town and place != town) or (sub_item and item != sub_item):
            continue
        lines += _lines_of(item, place, received, known, book, on)
    order = {each.code: number for number, each in enumerate(book.sub_items)}
    return tuple(sorted(lines, key=lambda line: (order.get(line.sub_item, 999), line.town)))


def posting_tasks(*, to: Asker, on: date, book: Book | None = None) -> tuple[PostingTask, ...]:
    """What waits on a day: to be taken down, photographed, approved, put up, answered.

    With a book also the rolls of the day's month that should hang by now and do not.
    """
    mine = with_posting_state(Posting.objects.seen_by(to), on=on)
    by_state = {
        row["state"]: row["count"]
        for row in mine.order_by().values("state").annotate(count=Count("id"))
    }
    today = mine.filter(state="ended", last_date=on - timedelta(days=1)).count()
    ended = by_state.get("ended", 0)
    late = overdue_objections(to=to, on=on).count()
    waiting = objections_seen(to=to, waiting=True).count()
    count = by_state.get
    bare, urgent = unproven(to=to, on=on), "bad" if late else "warn"
    unposted = _unposted(to, book, on) if book else 0
    told = (
        ("公示期满，应撤下", f"其中今日应撤 {today} 份", ended, "bad", "ended"),
        ("名册过了期限还没有公示", "收到名册后应在规定的工作日内公示", unposted, "bad", "late"),
        ("公示等审核", "由制作人以外的复核人员审核", count("draft", 0), "warn", "draft"),
        ("公示等张贴", "按公示上写的起始日张贴", count("approved", 0), "warn", "approved"),
        ("公示没有张贴照片", "请各村拍下公开栏上传", bare, "warn", "running"),
        ("公示异议待办", f"其中逾期 {late} 件", waiting, urgent, "objections"),
    )
    tasks = (PostingTask(*each) for each in told)
    return tuple(task for task in tasks if task.count)


def _unposted(to: Asker, book: Book, on: date) -> int:
    """Rolls of the newest month handed in whose time to be put up has passed."""
    sheets = live_sheets(to=to, year=book.year, kind="subsidy")
    month = sheets.aggregate(newest=Max("month"))["newest"]
    if not month:
        return 0
    lines = register_of(to=to, year=book.year, period=book.year * 100 + month, book=book, on=on)
    return sum(line.is_late for line in lines)


def unproven(*, to: Asker, on: date) -> int:
    """Postings on boards that hang today without a photo of a single board."""
    up = with_posting_state(Posting.objects.seen_by(to), on=on).filter(state="running")
    proven = BoardPhoto.objects.seen_by(to).values("posting")
    return up.filter(place="board").exclude(pk__in=proven).count()


def posting_counts(
    *, to: Asker, year: int, through: date, as_of: int | None = None
) -> PostingCounts:
    """What was put up through a day, as known at an entry of the ledger; given-up ones not."""
    steps = PostingStep.objects.seen_by(to).filter(
        step="posted", step_date__lte=through, posting__year=year
    )
    said = Objection.objects.seen_by(to).filter(posting__year=year, received_date__lte=through)
    decided = Q(steps__step="decided", steps__step_date__lte=through)
    if as_of is not None:
        steps, said = steps.filter(act_id__lte=as_of), said.filter(act_id__lte=as_of)
        decided &= Q(steps__act_id__lte=as_of)
    sums = steps.aggregate(postings=Count("id"), persons=Sum("posting__row_count"))
    outcome = said.aggregate(
        every=Count("id", distinct=True),
        upheld=Count("id", filter=decided & Q(steps__verdict="upheld"), distinct=True),
        dismissed=Count("id", filter=decided & Q(steps__verdict="dismissed"), distinct=True),
    )
    return PostingCounts(
        sums["postings"], sums["persons"] or 0, outcome["every"], outcome["upheld"],
        outcome["dismissed"],
    )  # fmt: skip


def due_day(received: date, within: int, book: Book) -> date | None:
    """The last of so many working days after a day; ``None`` beyond the table of official days."""
    try:
        after = (received + timedelta(days=1)).toordinal()
        return date.fromordinal(book.calendar.add(after, within) - 1)
    except CannotSchedule:
        return None


def received_on(*, sub_item: str, period: int, town: str) -> date | None:
    """The day on which the roll's newest roster was received."""
    house = Asker.system("when a roll was received is one truth for everybody")
    days = [day for item, place, day in _rolls(house, period // 100, period)
            if item == sub_item and place == town]  # fmt: skip
    return max(days, default=None)


def _rolls(to: Asker, year: int, period: int) -> Iterator[tuple[str, str, date]]:
    """``(sub_item, town, day received)`` of the month's rosters; a county-wide one is every
    town's."""
    sheets = live_sheets(to=to, year=year, kind="subsidy").filter(month=period % 100).order_by()
    groups = sheets.values("sub_item", "town_id").annotate(at=Max("receipt__received_at"))
    towns = [code for code in town_names() if to.sees_all or to.sub_items or code in to.towns]
    for group in groups:
        if not group["sub_item"]:
            continue
        for place in [group["town_id"]] if group["town_id"] else towns:
            yield group["sub_item"], place, localdate(group["at"])


def _lines_of(
    item: str,
    town: str,
    received: date,
    known: dict[tuple[str, str, str], Any],
    book: Book,
    on: date,
) -> Iterator[RegisterLine]:
    try:
        stage = book.posting.stage(_STAGE, item, on)
    except KeyError:
        return
    due = due_day(received, stage.within, book) if stage.within else None
    for code in stage.channels:
        if not book.posting.columns(code, item, on):
            continue
        posting = known.get((item, town, code))
        state = posting.state if posting is not None else "missing"
        if state == "dropped":
            posting, state = None, "missing"
        waits = state in ("missing", "draft", "approved")
        late = waits and due is not None and due < on
        channel = book.posting.channel(code, on)
        yield RegisterLine(item, town, stage, channel, due, posting, state, late)
