"""Following a decision: its owner reports, the county confirms or sends back, or adds time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from mingbai.base.files import store_file
from mingbai.base.ledger import hold_ledger, record_act
from mingbai.base.models import StoredFile, User
from mingbai.base.reasons import reason_of
from mingbai.base.scope import Asker
from mingbai.oversight.models import Decision, DecisionStep
from mingbai.oversight.queries.decisions import DecisionStanding, decision_seen
from mingbai.paper.photos import CannotReadPhoto, strip_photo

_HOUSE: Final = Asker.system("a step on a decision is held against all that was said before")
_WHY: Final = "the steps of a decision are counted whoever said them"
_CHANGED: Final = "这件事项刚刚由他人办理，请刷新后再看。"
_PDF: Final = b"%PDF-"
#: As large as a photo may be.
_MOST_BYTES: Final = 20 * 1024 * 1024
_Step = DecisionStep.Step


class CannotReportDecision(Exception):
    """The report was not taken; the message says why and what to do."""


class CannotConfirmDecision(Exception):
    """The decision is not done; the message says why."""


class CannotReturnDecision(Exception):
    """The report was not sent back; the message says why."""


class CannotExtendDecision(Exception):
    """No time was added; the message says why."""


def report_decision(
    *, decision: Decision, text: str, by: User, at: datetime, content: bytes | None = None
) -> DecisionStep:
    """Say that a decision is done and how, with a paper or photo; its owner does.

    ``content``: PDF, JPEG or PNG; of a photo only the picture is kept. Errors:
    ``CannotReportDecision``.
    """
    if by.office_id != decision.office_id:
        raise CannotReportDecision(f"由责任单位{decision.office.name}报告，请转告他们。")
    said = reason_of(text, CannotReportDecision, what="办理情况", most=1000)
    kept, kind = _attachment(content)
    with transaction.atomic():
        standing = _standing(decision, at, CannotReportDecision)
        if standing.state == "done":
            raise CannotReportDecision("这件事项已经确认办结，不用再报。")
        if standing.state == "reported":
            raise CannotReportDecision("上一次的报告还没有答复，请等县民生办确认。")
        stored = store_file(kept, kind="decision", by=by, at=at) if kept else None
        return _record(
            decision, _Step.REPORTED, CannotReportDecision, by=by, at=at, text=said, file=stored,
            file_kind=kind,
        )  # fmt: skip


def confirm_decision(*, decision: Decision, by: User, at: datetime, text: str = "") -> DecisionStep:
    """Confirm that a reported decision is done, by another hand. Errors: ``CannotConfirmDecision``.

    ``text`` may say how it was checked.
    """
    said = (
        reason_of(text, CannotConfirmDecision, what="核实情况", most=1000) if text.strip() else ""
    )
    with transaction.atomic():
        maker = _reporter(decision, by, at, CannotConfirmDecision)
        return _record(
            decision, _Step.DONE, CannotConfirmDecision, by=by, at=at, text=said, maker=maker
        )


def return_decision(*, decision: Decision, reason: str, by: User, at: datetime) -> DecisionStep:
    """Send a report back to be gone on with, saying why. Errors: ``CannotReturnDecision``."""
    why = reason_of(reason, CannotReturnDecision, what="退回理由", most=300)
    with transaction.atomic():
        maker = _reporter(decision, by, at, CannotReturnDecision)
        return _record(
            decision, _Step.SENT_BACK, CannotReturnDecision, by=by, at=at, text=why, maker=maker
        )


def extend_decision(
    *, decision: Decision, due_date: date, reason: str, by: User, at: datetime
) -> DecisionStep:
    """Give a decision more time, saying why. Errors: ``CannotExtendDecision``."""
    why = reason_of(reason, CannotExtendDecision, what="延期理由", most=300)
    with transaction.atomic():
        standing = _standing(decision, at, CannotExtendDecision)
        if standing.state in ("done", "reported"):
            raise CannotExtendDecision("事项已报办结或已办结，不用延期。")
        if due_date <= standing.due_on:
            raise CannotExtendDecision(f"新的时限应晚于现在的时限（{standing.due_on}），请核对。")
        return _record(
            decision, _Step.EXTENDED, CannotExtendDecision, by=by, at=at, text=why,
            due_date=due_date,
        )  # fmt: skip


def _standing(decision: Decision, at: datetime, error: type[Exception]) -> DecisionStanding:
    """How a decision stands when nobody else can act any more."""
    hold_ledger()
    found = decision_seen(decision.pk, to=_HOUSE, day=localdate(at))
    if found is None:
        raise error("这次会议的纪要还没有印发，印发后才开始办理。")
    return found


def _reporter(decision: Decision, by: User, at: datetime, error: type[Exception]) -> User:
    """Who reported what waits for a word."""
    if _standing(decision, at, error).state != "reported":
        raise error("责任单位还没有报办结，或已经答复，请刷新后再看。")
    steps = DecisionStep.objects.unscoped(_WHY).filter(decision=decision, step=_Step.REPORTED)
    report = steps.select_related("step_by").order_by("-number")[:1].get()
    if report.step_by_id == by.pk:
        raise error("报办结的人不能自己确认，请由另一人办理。")
    reporter: User = report.step_by
    return reporter


def _attachment(content: bytes | None) -> tuple[bytes, str]:
    if not content:
        return b"", ""
    if len(content) > _MOST_BYTES:
        raise CannotReportDecision("附件超过20兆，请压缩后再上传。")
    if content.startswith(_PDF):
        return content, "pdf"
    try:
        photo = strip_photo(content)
    except CannotReadPhoto as error:
        raise CannotReportDecision(f"附件应为 PDF 或照片。{error}") from error
    return photo.content, photo.kind


#: Step -> the action's name in the ledger.
_VERBS: Final = {
    _Step.REPORTED: "report_decision",
    _Step.DONE: "confirm_decision",
    _Step.SENT_BACK: "return_decision",
    _Step.EXTENDED: "extend_decision",
}


def _record(
    decision: Decision,
    step: DecisionStep.Step,
    error: type[Exception],
    *,
    by: User,
    at: datetime,
    text: str,
    due_date: date | None = None,
    file: StoredFile | None = None,
    file_kind: str = "",
    maker: User | None = None,
) -> DecisionStep:
    number = DecisionStep.objects.unscoped(_WHY).filter(decision=decision).count() + 1
    act = record_act(
        _VERBS[step], by=by, at=at, subject=str(decision),
        payload={
            "decision": decision.pk, "number": number, "file": file.sha256 if file else None,
            "due": due_date.isoformat() if due_date else None,
        },
    )  # fmt: skip
    try:
        with transaction.atomic():
            return DecisionStep.objects.create(
                decision=decision, number=number, step=step, text=text, due_date=due_date,
                file=file, file_kind=file_kind, maker=maker, step_at=at, step_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as found:
        raise error(_CHANGED) from found
