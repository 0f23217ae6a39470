"""Objections to a posting: recorded, looked into by one person, decided by another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.secrets import seal
from mingbai.engine.schedule import CannotSchedule
from mingbai.registry.models import Objection, ObjectionStep, PostedRow, Posting, PostingStep
from mingbai.registry.queries.objections import anchor_of
from mingbai.rulebook import Book

_WHY: Final = "an objection is one for everybody"
_WORDS: Final = 1000


class CannotRecordObjection(Exception):
    """Nothing was said, the posting is not up, or the row is not on it."""


class CannotAnswerObjection(Exception):
    """Not waiting for an answer, no verdict, or no word of what was found."""


class CannotDecideObjection(Exception):
    """Not answered yet, or decided by who looked into it."""


def record_objection(
    *,
    posting: Posting,
    row: PostedRow | None,
    matter: str,
    way: str,
    said: str,
    objector: str,
    received_date: date,
    book: Book,
    by: User,
    at: datetime,
) -> Objection:
    """Record what somebody said against a posting; an empty ``objector`` is anonymous.

    Who it was and what was said are sealed. From the posting's month on, the right it is about is
    not paid until the objection is decided. Errors: ``CannotRecordObjection``.
    """
    text, who = said.strip()[:_WORDS], " ".join(objector.split())[:100]
    if not text:
        raise CannotRecordObjection("请写明反映的情况。")
    if row is not None and row.posting_id != posting.pk:
        raise CannotRecordObjection("这一行不在这份公示里。请核对序号。")
    if matter not in Objection.Matter.values or way not in Objection.Way.values:
        raise CannotRecordObjection("请选择反映的是什么、以什么方式反映。")
    due = _due(posting, received_date, book)
    try:
        with transaction.atomic():
            number = _next_number(posting)
            anchor = anchor_of(posting.pk, number)
            told = {"number": number, "row": row.number if row else None, "matter": matter}
            act = record_act(
                "record_objection", by=by, at=at, subject=f"posting:{posting.pk}", payload=told
            )
            return Objection.objects.create(
                posting=posting, number=number, row=row,
                enrolment_id=row.enrolment_id if row else None,
                application_number=row.application_number if row else None,
                period=posting.period, matter=matter, way=way, is_anonymous=not who,
                objector_sealed=seal("objection.objector", who, anchor) if who else None,
                said_sealed=seal("objection.said", text, anchor),
                received_date=received_date, due_date=due, recorded_at=at, recorded_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotRecordObjection("刚刚有人登记了另一条异议。请重新提交。") from error


def _due(posting: Posting, received: date, book: Book) -> date:
    """By when an objection of this day is answered; the posting must have hung by then."""
    posted = PostingStep.objects.unscoped(_WHY).filter(posting=posting, step="posted").first()
    if posted is None or received < posted.step_date:
        raise CannotRecordObjection("这份公示那时还没有张贴，收不到异议。请核对日期。")
    try:
        return book.posting.answer(received).term.last_day(received, book.calendar)
    except (KeyError, CannotSchedule) as error:
        raise CannotRecordObjection(f"{error.args[0]}。请先补充公示规定或节假日表。") from error


def _next_number(posting: Posting) -> int:
    same = Objection.objects.unscoped(_WHY).filter(posting=posting)
    return (same.aggregate(last=Max("number"))["last"] or 0) + 1


def answer_objection(
    *, objection: Objection, verdict: str, answer: str, on: date, by: User, at: datetime
) -> ObjectionStep:
    """Say what was found and propose a verdict; it stands only when another person decides so.

    Errors: ``CannotAnswerObjection``.
    """
    text = answer.strip()[:_WORDS]
    if verdict not in ObjectionStep.Verdict.values or not text:
        raise CannotAnswerObjection("请写明调查情况，并选择异议成立或不成立。")
    try:
        with transaction.atomic():
            last = _last(objection)
            if last is not None and last.step != ObjectionStep.Step.RETURNED:
                raise CannotAnswerObjection("这条异议已有调查结论。请刷新页面，看最新状态。")
            return _add(
                objection, "answer_objection", ObjectionStep.Step.ANSWERED, on,
                verdict=verdict, answer=text, by=by, at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotAnswerObjection("这条异议刚刚由他人处理。请刷新页面。") from error


def decide_objection(
    *, objection: Objection, agrees: bool, on: date, by: User, at: datetime
) -> ObjectionStep:
    """Let the proposed verdict stand, or send it back to be looked into again; by another person.

    Dismissed, the right is paid again, with what was left out. Upheld, it stays unpaid until it is
    ended or put right. Errors: ``CannotDecideObjection``.
    """
    try:
        with transaction.atomic():
            last = _last(objection)
            if last is None or last.step != ObjectionStep.Step.ANSWERED:
                raise CannotDecideObjection("这条异议还没有调查结论，或已经办结。")
            if last.step_by_id == by.pk:
                raise CannotDecideObjection("调查人不能自己审定。请换一位复核人员。")
            step = ObjectionStep.Step.DECIDED if agrees else ObjectionStep.Step.RETURNED
            return _add(
                objection, "decide_objection", step, on,
                verdict=last.verdict if agrees else "", maker=last.step_by, by=by, at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotDecideObjection("这条异议刚刚由他人处理。请刷新页面。") from error


def withdraw_objection(*, objection: Objection, on: date, by: User, at: datetime) -> ObjectionStep:
    """Record that the objector took it back; only before it is decided.

    Errors: ``CannotAnswerObjection``.
    """
    try:
        with transaction.atomic():
            last = _last(objection)
            if last is not None and last.step in ("decided", "withdrawn"):
                raise CannotAnswerObjection("这条异议已经办结，不能撤回。")
            return _add(
                objection, "withdraw_objection", ObjectionStep.Step.WITHDRAWN, on, by=by, at=at
            )
    except IntegrityError as error:
        raise CannotAnswerObjection("这条异议刚刚由他人处理。请刷新页面。") from error


def _last(objection: Objection) -> ObjectionStep | None:
    steps = ObjectionStep.objects.unscoped(_WHY).filter(objection=objection)
    return steps.select_related("step_by").order_by("-number").first()


def _add(
    objection: Objection,
    verb: str,
    step: ObjectionStep.Step,
    day: date,
    *,
    verdict: str = "",
    answer: str = "",
    maker: User | None = None,
    by: User,
    at: datetime,
) -> ObjectionStep:
    last = _last(objection)
    number = last.number + 1 if last else 1
    anchor = anchor_of(objection.posting_id, objection.number)
    act = record_act(
        verb,
        by=by,
        at=at,
        subject=f"objection:{objection.pk}",
        payload={"step": step, "verdict": verdict, "number": number},
    )
    return ObjectionStep.objects.create(
        objection=objection,
        number=number,
        step=step,
        verdict=verdict,
        answer_sealed=seal("objection.answer", answer, anchor) if answer else None,
        maker=maker,
        step_date=day,
        step_at=at,
        step_by=by,
        act=act,
    )
