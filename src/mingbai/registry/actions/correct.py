"""Correction forms: send findings back to the office that must act, take its answers, re-check."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Office, User
from mingbai.intake.models import Sheet
from mingbai.registry.actions.closing import CLOSED
from mingbai.registry.actions.settle import CannotSettleFinding, decision_of, settle_finding
from mingbai.registry.models import (
    CorrectionItem,
    CorrectionSlip,
    CorrectionStep,
    Finding,
    Settlement,
)
from mingbai.registry.queries.desks import desk_offices
from mingbai.registry.queries.findings import LEFT_OUT_CODES, OPEN, with_decision
from mingbai.rulebook import Book, handling_on

_WHY: Final = "a form goes to the office that must act, whoever sends it"
_Step: Final = CorrectionStep.Step
_NUMBERS: Final = re.compile(r"\d{7,}")
_WAITING: Final = (None, _Step.RETURNED, _Step.CAME_BACK)
_ANSWERED: Final = (_Step.CORRECTED, _Step.EXPLAINED)


class CannotCorrect(Exception):
    """The form, its answer or its check does not fit what has been recorded before."""


@dataclass(frozen=True)
class IssueReport:
    """Forms sent, and for each finding that stands on none the reason why."""

    slips: tuple[CorrectionSlip, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


def issue_slips(
    *, findings: Sequence[Finding], book: Book, on: date, by: User, at: datetime
) -> IssueReport:
    """Send findings back, one form an office; the rulebook says to whom, what to ask, how long.

    A form is due on the longest of its items' terms, in days as the book counts them. Findings
    that are settled, that stand on an open form, or that the county must handle itself are not
    sent and told one by one. Errors: ``CannotCorrect`` where a form was sent at the same moment.
    """
    refused: dict[int, str] = {}
    offices = desk_offices(findings, book=book, on=on)
    states = _states(findings)
    to_send: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        office = offices.get(finding.pk)
        problem = _problem(finding, states, office)
        if problem:
            refused[finding.pk] = problem
        elif office is not None:
            to_send[office.pk].append(finding)
    by_id = {office.pk: office for office in offices.values() if office is not None}
    try:
        with transaction.atomic():
            slips = tuple(
                _issue(by_id[pk], group, book, on, by, at) for pk, group in sorted(to_send.items())
            )
    except IntegrityError as error:
        raise CannotCorrect("刚刚有人发出了更正单。请刷新页面，看过再发。") from error
    return IssueReport(slips, refused)


def _problem(
    finding: Finding, states: Mapping[int, tuple[str, bool]], office: Office | None
) -> str:
    decision, on_slip = states[finding.pk]
    if finding.code in LEFT_OUT_CODES:
        return "应保未保的人请入户核实，不发更正单"
    if decision not in (OPEN, Settlement.Decision.REOPENED, Settlement.Decision.CONFIRMED):
        return "已经办结"
    if on_slip:
        return "已在一份没有办结的更正单上"
    return "" if office else "由县民生办核实，不发给其他单位"


def _states(findings: Iterable[Finding]) -> dict[int, tuple[str, bool]]:
    """Finding -> its newest decision, and whether it stands on a form that is not closed."""
    numbers = [finding.pk for finding in findings]
    found = with_decision(Finding.objects.unscoped(_WHY).filter(pk__in=numbers))
    items = CorrectionItem.objects.unscoped(_WHY).filter(finding__in=numbers)
    newest: dict[int, str | None] = {}
    for item in items.order_by("turn"):
        newest[item.finding_id] = _newest(item)[1]
    return {
        pk: (decision, pk in newest and newest[pk] not in CLOSED)
        for pk, decision in found.values_list("pk", "decision")
    }


def _issue(
    office: Office, group: Sequence[Finding], book: Book, on: date, by: User, at: datetime
) -> CorrectionSlip:
    rules = {each.pk: handling_on(book.handling, each.code, on) for each in group}
    due = max(rule.term.last_day(on, book.calendar) for rule in rules.values())
    slips = CorrectionSlip.objects.unscoped(_WHY).filter(year=book.year)
    number = (slips.aggregate(last=Max("number"))["last"] or 0) + 1
    act = record_act(
        "issue_slips",
        by=by,
        at=at,
        subject=f"slip:{book.year}/{number}",
        office=office,
        payload={"findings": [each.pk for each in group], "due": due.isoformat()},
    )
    slip = CorrectionSlip.objects.create(
        year=book.year,
        number=number,
        office=office,
        issued_date=on,
        due_date=due,
        issued_at=at,
        issued_by=by,
        act=act,
    )
    turns = dict(
        CorrectionItem.objects.unscoped(_WHY)
        .filter(finding__in=[each.pk for each in group])
        .values("finding")
        .annotate(last=Max("turn"))
        .values_list("finding", "last")
    )
    CorrectionItem.objects.bulk_create(
        CorrectionItem(
            slip=slip,
            position=position,
            finding=each,
            turn=turns.get(each.pk, 0) + 1,
            ask=rules[each.pk].ask,
            act=act,
        )
        for position, each in enumerate(group, 1)
    )
    return slip


@dataclass(frozen=True)
class Answer:
    """What an office says of an item: the sheet it corrected it in, or its explanation.

    ``evidence`` is a name and bytes. One of ``sheet`` and ``text`` must be given.
    """

    sheet: Sheet | None = None
    line: int | None = None
    text: str = ""
    evidence: tuple[str, bytes] | None = None


def answer_item(
    *, item: CorrectionItem, answer: Answer, seen_number: int, by: User, at: datetime
) -> CorrectionStep:
    """Record an office's answer to one item; it stays open until the county has re-checked it.

    Errors: ``CannotCorrect`` where nothing is said, a number stands in the text, the sheet came
    before the form, or the item is not waiting.
    """
    text = " ".join(answer.text.split())
    if answer.sheet is None and len(text) < 2:
        raise CannotCorrect("请选择在哪张更正表中改正，或写明不改的理由，再提交。")
    if _NUMBERS.search(text):
        raise CannotCorrect("说明中不要写证件号、账号或电话号码，请改用文字说明后再提交。")
    if answer.sheet is not None and answer.sheet.act_id <= item.act_id:
        raise CannotCorrect("这张表是发单之前交的，不能作为更正表。请先交更正表，再来答复。")
    name, content = answer.evidence or ("", b"")
    if content and len(content) > _LARGEST_EVIDENCE:
        raise CannotCorrect("证据文件超过 10 MB。请压缩或只留关键几页后再上传。")
    with transaction.atomic():
        stored = store_file(content, kind="evidence", by=by, at=at) if content else None
        return _write(
            item,
            _WAITING,
            seen_number,
            CorrectionStep(
                step=_Step.CORRECTED if answer.sheet else _Step.EXPLAINED,
                sheet=answer.sheet,
                line=answer.line,
                text=text[:200],
                evidence=stored,
                evidence_name=_NUMBERS.sub("…", name)[:120],
                step_at=at,
                step_by=by,
            ),
            "answer_item",
        )


_LARGEST_EVIDENCE: Final = 10 * 2**20


def accept_item(
    *, item: CorrectionItem, reason: str, seen_number: int, by: User, at: datetime
) -> CorrectionStep:
    """The county has re-checked an explanation: close the item and settle its finding.

    ``reason`` is a settlement's reason. A correction is not accepted by hand: it closes by itself
    once a comparison no longer finds it. Errors: ``CannotCorrect``.
    """
    _, step, answered_by = _newest(item)
    if step == _Step.CORRECTED:
        raise CannotCorrect(
            "答复说已经更正，但最新一次比对仍能查到这条疑点。请先比对；仍在的，退回重办。"
        )
    if answered_by == by.pk:
        raise CannotCorrect("答复和复核不能是同一个人。请换一位同事复核。")
    try:
        with transaction.atomic():
            _settle(item.finding, reason, by, at)
            step_record = CorrectionStep(
                step=_Step.ACCEPTED, answered_by_id=answered_by, step_at=at, step_by=by
            )
            return _write(item, _ANSWERED, seen_number, step_record, "accept_item")
    except CannotSettleFinding as error:
        raise CannotCorrect(str(error)) from error


def return_item(
    *, item: CorrectionItem, text: str, seen_number: int, by: User, at: datetime
) -> CorrectionStep:
    """The answer does not do: send the item back to the office with the reason."""
    why = " ".join(text.split())
    if len(why) < 2:
        raise CannotCorrect("退回要写明原因，例如“账号仍是他人的”。请填写后再退回。")
    if _NUMBERS.search(why):
        raise CannotCorrect("原因中不要写证件号、账号或电话号码，请改用文字说明后再退回。")
    answered_by = _newest(item)[2]
    if answered_by == by.pk:
        raise CannotCorrect("答复和复核不能是同一个人。请换一位同事复核。")
    returned = CorrectionStep(
        step=_Step.RETURNED, text=why[:200], answered_by_id=answered_by, step_at=at, step_by=by
    )
    return _write(item, _ANSWERED, seen_number, returned, "return_item")


def _settle(finding: Finding, reason: str, by: User, at: datetime) -> None:
    last = Settlement.objects.unscoped(_WHY).filter(finding=finding).order_by("-number").first()
    settle_finding(
        finding=finding,
        decision=decision_of(reason),
        reason=reason,
        seen_number=last.number if last else 0,
        by=by,
        at=at,
        follow=False,
    )


def _newest(item: CorrectionItem) -> tuple[int, str | None, int | None]:
    """Number and kind of the newest step, and who gave it."""
    steps = CorrectionStep.objects.unscoped(_WHY).filter(item=item).order_by("-number")
    return steps.values_list("number", "step", "step_by").first() or (0, None, None)


def _write(
    item: CorrectionItem,
    after: Sequence[str | None],
    seen_number: int,
    record: CorrectionStep,
    verb: str,
) -> CorrectionStep:
    """Write the next step when the item stands where the clerk saw it."""
    number, step, _ = _newest(item)
    if number != seen_number or step not in after:
        raise CannotCorrect("这一项刚刚有了新的办理记录。请刷新页面，看过再办。")
    try:
        with transaction.atomic():
            act = record_act(
                verb,
                by=record.step_by,
                at=record.step_at,
                subject=f"item:{item.pk}",
                payload={"step": record.step},
            )
            record.item, record.number, record.act = item, number + 1, act
            record.save(force_insert=True)
    except IntegrityError as error:
        raise CannotCorrect("这一项刚刚有了新的办理记录。请刷新页面，看过再办。") from error
    return record
