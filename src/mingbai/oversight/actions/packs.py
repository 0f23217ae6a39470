"""Compile a meeting's pack from a month's records as of a ledger entry, and hand it out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import last_seq, record_act
from mingbai.base.models import Act, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.oversight.actions.pack_lines import keep_lines
from mingbai.oversight.actions.pack_text import write_pack
from mingbai.oversight.actions.papers import lay_out
from mingbai.oversight.models import DispatchPack, Meeting, PackIssue, PackLine
from mingbai.oversight.queries.asks import agenda_of
from mingbai.oversight.queries.material import gather_material
from mingbai.oversight.queries.meetings import MeetingStanding, meeting_seen
from mingbai.paper.form import CannotLoadForm, Form, load_form
from mingbai.paper.official import Verification, write_official_docx
from mingbai.programme.queries import programme_year
from mingbai.rulebook.model import Book, DispatchRule

PACK: Final = "dispatch-pack"
_HOUSE: Final = Asker.system("a pack tells of the whole county")
_WHY: Final = "an action asks for all turns of a meeting's pack"


class CannotCompilePack(Exception):
    """The pack cannot be compiled; the message says what is missing and where to put it."""


class CannotIssuePack(Exception):
    """The pack may not be handed out; the message says why and what to do."""


def compile_pack(
    *,
    meeting: Meeting,
    book: Book,
    by: User,
    at: datetime,
    forms_folder: Path | None = None,
) -> DispatchPack:
    """Freeze what a meeting must talk about as the next turn of its pack, and write its docx.

    Lags, causes, plans, forecasts, gaps of money, decisions not done and who must say what are
    taken from the records of the meeting's month. Errors: ``CannotCompilePack``.
    """
    if meeting.period is None:
        raise CannotCompilePack("这次会议没有写明调度哪个月的进度，不编材料。")
    cutoff = month_end(meeting.period)
    rule = book.dispatch_rule(cutoff)
    if rule is None or not book.lagging.rules_on(cutoff):
        raise CannotCompilePack("规则库里没有这个月适用的调度规则或滞后规则，请先补上。")
    try:
        form = load_form(PACK, county_folder=forms_folder)
    except CannotLoadForm as error:
        raise CannotCompilePack(str(error)) from error
    try:
        with transaction.atomic():
            standing = meeting_seen(meeting.pk, to=_HOUSE)
            if standing is None or standing.state != "planned":
                raise CannotCompilePack("会议已召开或已取消，会上用的材料不再变。")
            as_of = last_seq()
            if programme_year(to=_HOUSE, year=meeting.year, as_of=as_of) is None:
                raise CannotCompilePack(f"{meeting.year}年的项目清单还没有启用，请先启用清单。")
            return _compile(standing, as_of, book, rule, form, by=by, at=at)
    except IntegrityError as error:
        raise CannotCompilePack("有人正在编制同一次会议的材料，请稍后查看新稿。") from error


def issue_pack(*, pack: DispatchPack, by: User, at: datetime) -> PackIssue:
    """Hand the newest turn out before the meeting, by another hand. Errors: ``CannotIssuePack``."""
    if pack.compiled_by_id == by.pk:
        raise CannotIssuePack("编制和印发不能是同一个人，请由复核人或领导印发。")
    try:
        with transaction.atomic():
            if PackIssue.objects.unscoped(_WHY).filter(pack=pack).exists():
                raise CannotIssuePack(f"{pack}已经印发，不用重复印发。")
            later = DispatchPack.objects.unscoped(_WHY).filter(follows=pack).first()
            if later is not None:
                raise CannotIssuePack(f"这一稿之后已有第{later.turn}稿，请印发最新的一稿。")
            standing = meeting_seen(pack.meeting_id, to=_HOUSE)
            if standing is None or standing.state != "planned":
                raise CannotIssuePack("会议已召开或已取消，材料不再印发。")
            act = record_act(
                "issue_pack", by=by, at=at, subject=str(pack),
                payload={"pack": pack.pk, "as_of_seq": pack.as_of_seq},
            )  # fmt: skip
            return PackIssue.objects.create(
                pack=pack, compiled_by_id=pack.compiled_by_id, issued_at=at, issued_by=by, act=act
            )
    except IntegrityError as error:
        raise CannotIssuePack(f"{pack}刚刚由他人印发，或会议已召开，请刷新后再看。") from error


def _compile(
    standing: MeetingStanding,
    as_of: int,
    book: Book,
    rule: DispatchRule,
    form: Form,
    *,
    by: User,
    at: datetime,
) -> DispatchPack:
    meeting = standing.meeting
    period = meeting.period or 0
    cutoff = month_end(period)
    material = gather_material(
        year=meeting.year, period=period, day=standing.day, book=book, rule=rule, as_of=as_of
    )
    made = _next_turn(meeting, as_of, book, by=by, at=at)
    lines = keep_lines(made, material, agenda_of(material, rule))
    made.body = write_pack(
        standing, lines, judged_count=material.judged_count, cutoff=cutoff, named=rule.named,
        form=form, error=CannotCompilePack,
    )  # fmt: skip
    document = lay_out(
        made.body, signed_date=timezone.localdate(at),
        verification=Verification(
            f"台账第{as_of}条　校验码{made.ledger_head[:16]}　"
            f"数据截至{cutoff.year}年{cutoff.month}月{cutoff.day}日",
            demonstration=made.is_demonstration,
        ),
    )  # fmt: skip
    made.file = store_file(write_official_docx(document), kind="pack", by=by, at=at)
    made.save(force_insert=True)
    PackLine.objects.bulk_create(lines)
    return made


def _next_turn(meeting: Meeting, as_of: int, book: Book, *, by: User, at: datetime) -> DispatchPack:
    """The pack without its text, with its ledger entry."""
    turns = DispatchPack.objects.unscoped(_WHY).filter(meeting=meeting)
    before = turns.order_by("-turn").first()
    turn = before.turn + 1 if before else 1
    heads = Act.objects.unscoped("the paper prints the ledger's head").filter(seq=as_of)
    act = record_act(
        "compile_pack", by=by, at=at, subject=f"{meeting}材料第{turn}稿",
        payload={
            "meeting": meeting.pk, "turn": turn, "as_of_seq": as_of, "book": book.digest,
        },
    )  # fmt: skip
    return DispatchPack(
        meeting=meeting,
        turn=turn,
        follows=before,
        as_of_seq=as_of,
        ledger_head=heads.values_list("hash", flat=True).first() or "",
        cutoff_date=month_end(meeting.period or 0),
        book_digest=book.digest,
        is_demonstration=meeting.is_demonstration,
        compiled_at=at,
        compiled_by=by,
        act=act,
    )
