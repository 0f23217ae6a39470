"""A month's report before it counts: questions answered, then the word of a second person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, Role, User
from mingbai.base.permissions import ROLES
from mingbai.delivery.models import EnteredSheet, ReportAnswer, ReportStep
from mingbai.delivery.queries.questions import Question, questions_of
from mingbai.delivery.queries.reports import newest_sheets
from mingbai.rulebook.model import Book

_CHECKERS = sorted(role for role, (_, may) in ROLES.items() if "approve" in may)


class CannotAnswerReport(Exception):
    """The answer was not kept; the message says why and what to do."""


class CannotConfirmReport(Exception):
    """The report does not count yet; the message names it, says why and what to do."""


class CannotReturnReport(Exception):
    """The report was not sent back; the message says why."""


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """One difference answered: the question as it was read, a reason's code, and words."""

    question: Question
    reason: str
    words: str


def answer_questions(
    *,
    reports: Collection[EnteredSheet],
    answers: Sequence[NewAnswer],
    book: Book,
    by: User,
    at: datetime,
) -> list[ReportAnswer]:
    """Keep what an office says to the differences of its own reports.

    Errors: ``CannotAnswerReport`` for another office, a report decided on, a reason the rulebook
    does not know, no words, or a difference whose figures have moved since it was read.
    """
    by_number = {each.pk: each for each in reports}
    _refuse_answers(by_number.values(), answers, book, by, timezone.localdate(at))
    with transaction.atomic():
        _lock(by_number.values())
        if _decided(by_number):
            raise CannotAnswerReport("报表已有复核意见，请刷新后查看")
        now = questions_of(sheets=tuple(by_number.values()), book=book)
        asked = {(pk, q.key, q.said, q.held) for pk, each in now.items() for q in each}
        for each in answers:
            q = each.question
            if (q.entered_id, q.key, q.said, q.held) not in asked:
                raise CannotAnswerReport(f"第 {q.line} 行的数字已有变化，请刷新后重新说明")
        act = record_act(
            "answer_questions",
            by=by,
            at=at,
            subject=f"进度报表 {len(by_number)} 份，说明 {len(answers)} 处",
            payload={
                "sheets": sorted(each.sheet_id for each in by_number.values()),
                "answers": len(answers),
            },
        )
        return ReportAnswer.objects.bulk_create(_kept(each, by, at, act) for each in answers)


def _refuse_answers(
    reports: Iterable[EnteredSheet],
    answers: Sequence[NewAnswer],
    book: Book,
    by: User,
    day: date,
) -> None:
    rule = book.report_rule(day) or next(iter(book.reporting[-1:]), None)
    known = {reason.code for reason in rule.reasons} if rule else set()
    for report in reports:
        office = report.sheet.office
        if by.office_id != office.pk and by.office.kind != Office.Kind.COUNTY_OFFICE:
            raise CannotAnswerReport(f"这张报表由{office.name}说明，请由该单位办理")
    if not answers:
        raise CannotAnswerReport("没有填写任何说明，请先选理由并写明情况")
    for each in answers:
        if each.reason not in known or not each.words.strip():
            raise CannotAnswerReport(f"第 {each.question.line} 行的说明要选理由并写明情况")


def _kept(answer: NewAnswer, by: User, at: datetime, act: Act) -> ReportAnswer:
    q = answer.question
    return ReportAnswer(
        entered_sheet_id=q.entered_id,
        code=q.code,
        sub_item=q.sub_item,
        measure=q.measure,
        line=q.line,
        said=q.said,
        held=q.held,
        reason=answer.reason,
        words=answer.words.strip(),
        answered_at=at,
        answered_by=by,
        act=act,
    )


def confirm_reports(
    *, reports: Collection[EnteredSheet], book: Book, by: User, at: datetime
) -> list[ReportStep]:
    """Let these reports count: all or none of them, under one act.

    A checker of the office that reported confirms; the county office's stands in only where that
    office has none. Errors: ``CannotConfirmReport`` for the maker or who answered, a question left
    open, a report decided on or replaced.
    """
    given = sorted(reports, key=lambda each: each.pk)
    if not given:
        raise CannotConfirmReport("没有选报表，请先勾选要核的报表")
    staffed = offices_with_checkers(on=timezone.localdate(at))
    standing_in = {each.pk: _stands_in(each, by, staffed) for each in given}
    try:
        with transaction.atomic():
            _lock(given)
            questions = _ready(given, book, by)
            act = record_act(
                "confirm_reports",
                by=by,
                at=at,
                subject=f"进度报表 {len(given)} 份",
                payload={"sheets": [each.sheet_id for each in given]},
            )
            return ReportStep.objects.bulk_create(
                ReportStep(
                    entered_sheet=each,
                    step=ReportStep.Step.CONFIRMED,
                    questions_count=len(questions[each.pk]),
                    stands_in=standing_in[each.pk],
                    maker_id=each.sheet.receipt.received_by_id,
                    step_at=at,
                    step_by=by,
                    act=act,
                )
                for each in given
            )
    except IntegrityError as error:
        raise CannotConfirmReport("其中有报表刚被办理过，请刷新后再核") from error


def return_report(*, entered: EnteredSheet, reason: str, by: User, at: datetime) -> ReportStep:
    """Send a report back to its office, which corrects the sheet and hands it in again.

    Errors: ``CannotReturnReport`` for no reason, the maker, or a report decided on or replaced.
    """
    if not reason.strip():
        raise CannotReturnReport("退回要写明理由，好让报送单位照着改")
    maker = entered.sheet.receipt.received_by_id
    if maker == by.pk:
        raise CannotReturnReport("自己报的表请直接改正后重报，不用退回")
    if by.office_id != entered.sheet.office_id and by.office.kind != Office.Kind.COUNTY_OFFICE:
        raise CannotReturnReport("报表由本单位或县民生办的复核人退回")
    try:
        with transaction.atomic():
            _lock([entered])
            if not _waiting([entered.pk]):
                raise CannotReturnReport(f"{title_of(entered)}已经办理过或已被更正，请刷新后查看")
            act = record_act(
                "return_report",
                by=by,
                at=at,
                subject=f"sheet:{entered.sheet_id}",
                office=entered.sheet.office,
            )
            return ReportStep.objects.create(
                entered_sheet=entered,
                step=ReportStep.Step.RETURNED,
                reason=reason.strip(),
                questions_count=0,
                stands_in=by.office_id != entered.sheet.office_id,
                maker_id=maker,
                step_at=at,
                step_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotReturnReport("这张报表刚被办理过，请刷新后查看") from error


def title_of(entered: EnteredSheet) -> str:
    """A report as people call it: whose, of which month."""
    sheet = entered.sheet
    return f"{sheet.office.short_name}{sheet.year}年{sheet.month or 12}月进度报表"


def offices_with_checkers(*, on: date) -> frozenset[int]:
    """Offices (primary keys) where somebody may confirm on a day; one query."""
    in_force = Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gte=on))
    roles = Role.objects.unscoped("which offices have a checker, not who").filter(
        in_force, role__in=_CHECKERS, user__is_active=True
    )
    return frozenset(roles.values_list("user__office_id", flat=True).distinct())


def _stands_in(entered: EnteredSheet, by: User, staffed: frozenset[int]) -> bool:
    """Whether the county's checker confirms for the office. Errors: ``CannotConfirmReport``."""
    sheet = entered.sheet
    if sheet.receipt.received_by_id == by.pk:
        raise CannotConfirmReport(f"{title_of(entered)}是本人报送的，请由另一位复核人核")
    if by.office_id == sheet.office_id:
        return False
    if by.office.kind != Office.Kind.COUNTY_OFFICE or sheet.office_id in staffed:
        raise CannotConfirmReport(f"{title_of(entered)}由{sheet.office.name}的复核人核")
    return True


def _ready(given: Sequence[EnteredSheet], book: Book, by: User) -> dict[int, tuple[Question, ...]]:
    """The questions of reports that may be confirmed now. Errors: ``CannotConfirmReport``."""
    waiting = _waiting([each.pk for each in given])
    questions = questions_of(sheets=given, book=book)
    for each in given:
        if each.pk not in waiting:
            raise CannotConfirmReport(f"{title_of(each)}已经办理过或已被更正，请刷新后再核")
        if any(q.is_open for q in questions[each.pk]):
            count = sum(q.is_open for q in questions[each.pk])
            raise CannotConfirmReport(
                f"{title_of(each)}还有 {count} 处没有说明，请报送单位逐处说明或更正后重报"
            )
        if any(q.answer and q.answer.answered_by_id == by.pk for q in questions[each.pk]):
            raise CannotConfirmReport(f"{title_of(each)}的问题是本人说明的，请由另一位复核人核")
    return questions


def _waiting(numbers: Iterable[int]) -> frozenset[int]:
    found = newest_sheets().filter(pk__in=list(numbers), must_confirm=True, step__isnull=True)
    return frozenset(found.values_list("pk", flat=True))


def _decided(numbers: Iterable[int]) -> bool:
    steps = ReportStep.objects.unscoped("whether a word was said on it")
    return steps.filter(entered_sheet__in=list(numbers)).exists()


def _lock(given: Iterable[EnteredSheet]) -> None:
    """Answers and the checker's word wait for each other where the database can lock a row."""
    rows = EnteredSheet.objects.unscoped("reports are locked while a word is said on them")
    wanted = rows.select_for_update().filter(pk__in=[each.pk for each in given])
    list(wanted.order_by("pk").values_list("pk", flat=True))
