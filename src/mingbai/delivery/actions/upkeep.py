"""Notes on quality and safety until they are closed; upkeep of what was handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.delivery.models import (
    MilestoneReport,
    SiteNote,
    SiteNoteClosing,
    UpkeepDuty,
    UpkeepVisit,
    WorkSite,
)
from mingbai.delivery.queries.sites import confirmed_facts
from mingbai.paper.photos import CannotReadPhoto, Photo
from mingbai.paper.pictures import draw_picture
from mingbai.rulebook.model import Book


class CannotNote(Exception):
    """No words, or days that cannot be."""


class CannotCloseNote(Exception):
    """Already closed, one's own note, or nothing said of what was done."""


class CannotAssignUpkeep(Exception):
    """Not handed over, or nobody named."""


class CannotRecordVisit(Exception):
    """Nobody is to keep the site up, or the day cannot be."""


@dataclass(frozen=True)
class Noted:
    """What is wrong; without ``due_date`` the book's term for its kind counts."""

    kind: str
    text: str
    found_date: date
    due_date: date | None = None


@dataclass(frozen=True)
class Assigned:
    """Who keeps a site up and how often somebody looks; None takes the book's months."""

    keeper: str
    from_date: date
    document: str = ""
    every_months: int | None = None


def record_note(*, site: WorkSite, said: Noted, book: Book, by: User, at: datetime) -> SiteNote:
    """Record something wrong on a site with the day it must be right. Errors: ``CannotNote``."""
    text, today = _line(said.text, 300), localdate(at)
    if not text or said.kind not in SiteNote.Kind.values:
        raise CannotNote("请选择类别，并写明是什么问题、在哪个部位。")
    if said.found_date > today:
        raise CannotNote("发现日期不能晚于今天。请核对。")
    try:
        days = book.works.terms_on(said.found_date).note_days[said.kind]
    except KeyError as error:
        raise CannotNote("规则库没有这一天的整改期限。请核对发现日期。") from error
    due = said.due_date or said.found_date + timedelta(days=days)
    if due < said.found_date:
        raise CannotNote("整改期限不能早于发现日期。请核对。")
    with transaction.atomic():
        act = record_act(
            "record_note",
            by=by,
            at=at,
            subject=f"site:{site.pk}",
            payload={"kind": said.kind, "due": due.isoformat()},
        )
        return SiteNote.objects.create(
            site=site, kind=said.kind, text=text, found_date=said.found_date, due_date=due,
            noted_at=at, noted_by=by, act=act,
        )  # fmt: skip


def close_note(
    *,
    note: SiteNote,
    measures: str,
    closed_date: date,
    by: User,
    at: datetime,
    photo: bytes | None = None,
) -> SiteNoteClosing:
    """Close a note somebody else wrote: what was done, with a photo of it if there is one.

    Errors: ``CannotCloseNote``.
    """
    said = _line(measures, 300)
    if not said:
        raise CannotCloseNote("销号要写明怎么整改的。请补填。")
    if note.noted_by_id == by.pk:
        raise CannotCloseNote("本人登记的问题要由另一人核实后销号。")
    if not note.found_date <= closed_date <= localdate(at):
        raise CannotCloseNote("销号日期应在发现日期之后、今天之前。请核对。")
    kept = _picture(photo)
    try:
        with transaction.atomic():
            act = record_act(
                "close_note", by=by, at=at, subject=f"site:{note.site_id}",
                payload={"note": note.pk, "photo": kept is not None},
            )  # fmt: skip
            file = store_file(kept.content, kind="photo", by=by, at=at) if kept else None
            return SiteNoteClosing.objects.create(
                note=note, measures=said, closed_date=closed_date, file=file,
                file_kind=kept.kind if kept else "", maker_id=note.noted_by_id, closed_at=at,
                closed_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotCloseNote("这个问题刚刚由他人销号。请刷新页面。") from error


def assign_upkeep(
    *, site: WorkSite, said: Assigned, book: Book, by: User, at: datetime
) -> UpkeepDuty:
    """Say who keeps a site up from its hand-over on. Errors: ``CannotAssignUpkeep``."""
    keeper = _line(said.keeper, 80)
    if not keeper:
        raise CannotAssignUpkeep("请写明由哪个单位管护。")
    facts = confirmed_facts([site.pk])[site.pk].values()
    if not any(fact.stage >= MilestoneReport.Stage.HANDED_OVER for fact in facts):
        raise CannotAssignUpkeep("移交节点确认后才能落实管护。请先报移交并确认。")
    try:
        months = said.every_months or book.works.terms_on(said.from_date).upkeep_months
    except KeyError as error:
        raise CannotAssignUpkeep("规则库没有这一天的巡查间隔。请核对日期。") from error
    try:
        with transaction.atomic():
            last = UpkeepDuty.objects.unscoped("the newest turn").filter(site=site).count()
            act = record_act(
                "assign_upkeep", by=by, at=at, subject=f"site:{site.pk}",
                payload={"months": months, "from": said.from_date.isoformat()},
            )  # fmt: skip
            return UpkeepDuty.objects.create(
                site=site, turn=last + 1, keeper=keeper, document=_line(said.document, 80),
                every_months=months, from_date=said.from_date, assigned_at=at, assigned_by=by,
                act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotAssignUpkeep("管护责任刚刚由他人登记，或巡查间隔不在1至24个月之间。") from error


def record_upkeep(
    *, site: WorkSite, visited_date: date, condition: str, text: str, by: User, at: datetime
) -> UpkeepVisit:
    """Record that somebody looked after a finished site. Errors: ``CannotRecordVisit``."""
    said = _line(text, 200)
    if condition not in UpkeepVisit.Condition.values:
        raise CannotRecordVisit("请选择巡查时的状况。")
    if condition != UpkeepVisit.Condition.GOOD and not said:
        raise CannotRecordVisit("不完好的要写明哪里坏了。请补填。")
    duty = UpkeepDuty.objects.unscoped("who keeps it up").filter(site=site).order_by("turn").last()
    if duty is None:
        raise CannotRecordVisit("还没有落实管护单位。请先登记管护责任。")
    if not duty.from_date <= visited_date <= localdate(at):
        raise CannotRecordVisit("巡查日期应在管护开始之后、今天之前。请核对。")
    with transaction.atomic():
        act = record_act(
            "record_upkeep", by=by, at=at, subject=f"site:{site.pk}",
            payload={"condition": condition, "date": visited_date.isoformat()},
        )  # fmt: skip
        return UpkeepVisit.objects.create(
            site=site, visited_date=visited_date, condition=condition, text=said, visited_at=at,
            visited_by=by, act=act,
        )  # fmt: skip


def _picture(photo: bytes | None) -> Photo | None:
    if not photo:
        return None
    try:
        return draw_picture(photo)
    except CannotReadPhoto as error:
        raise CannotCloseNote(str(error)) from error


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
