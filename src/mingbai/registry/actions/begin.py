"""Putting approved applications in force: the posting must be clear, then the right begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.base.secrets import seal, unseal
from mingbai.registry.actions.apply import newest_application_step
from mingbai.registry.actions.change import RowsReport
from mingbai.registry.actions.review import CannotReview
from mingbai.registry.models import (
    Application,
    ApplicationStep,
    Enrolment,
    EnrolmentStep,
    LifeReason,
    Person,
)
from mingbai.registry.queries.hands import whose_turn
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.life import month_after
from mingbai.registry.queries.roots import root_of
from mingbai.registry.queries.standing import posting_states
from mingbai.rulebook import Book, Procedure
from mingbai.rulebook.model.procedures import REVIEWS

_WHY: Final = "a right begins once for a person, whoever puts it in force"
_STATES: Final = {
    "not_posted": "还没有公示",
    "running": "公示还没有期满",
    "objected": "公示有异议，处理完才能纳入",
}


def begin_enrolments(
    *, applications: Sequence[Application], book: Book, to: Asker, by: User, at: datetime
) -> RowsReport:
    """Put approved applications in force, each row by itself; the report names applications.

    Person and enrolment are made here; the first month paid follows from the day of approval by
    the book. A row whose posting is not clear stays where it is, with the reason.
    """
    ids = [each.pk for each in applications]
    today = timezone.localdate(at)
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    with transaction.atomic():
        act = record_act(
            "begin_enrolments", by=by, at=at, subject=f"applications:{len(ids)}",
            payload={"applications": ids},
        )  # fmt: skip
        posted = posting_states(kind="application", ids=ids, on=today)
        for each in applications:
            try:
                with transaction.atomic():
                    _begin(each, posted[each.pk], book, to=to, act=act, by=by, at=at)
                done.append(each.pk)
            except CannotReview as error:
                refused.append((each.pk, str(error)))
            except IntegrityError:
                refused.append((each.pk, "批准这件申请的人不能办理纳入，或刚刚由他人办理"))
    return RowsReport(act, tuple(done), tuple(refused))


def _begin(
    application: Application, posted: str, book: Book, *, to: Asker, act: Act, by: User,
    at: datetime,
) -> None:  # fmt: skip
    last = newest_application_step(application)
    rule = book.procedure(application.sub_item, application.received_date)
    if last.state not in ("posting", "in_force"):
        raise CannotReview(f"{last.get_state_display()}，现在不能纳入")
    if why := whose_turn(rule.step("in_force"), application, to=to):
        raise CannotReview(why)
    approval = _approval(application)
    if approval.step_by_id == by.pk:
        raise CannotReview("批准这件申请的人不能办理纳入，请换一位同事")
    number = last.number
    if last.state == "posting":
        if posted != "clear":
            raise CannotReview(_STATES[posted])
        number += 1
        _step(application, number, "posting", "in_force", act=act, by=by, at=at)
    enrolment = _enrol(application, approval, rule, act=act, by=by, at=at)
    _step(application, number + 1, "in_force", "done", act=act, by=by, at=at, enrolment=enrolment)


def _approval(application: Application) -> ApplicationStep:
    """The last review passed: who decided, and when."""
    steps = ApplicationStep.objects.unscoped(_WHY).filter(
        application=application, step__in=REVIEWS, verdict="passed"
    )
    return steps.order_by("-number")[0]


def _step(
    application: Application, number: int, step: str, state: str, *, act: Act, by: User,
    at: datetime, enrolment: Enrolment | None = None,
) -> None:  # fmt: skip
    ApplicationStep.objects.create(
        application=application,
        number=number,
        step=step,
        verdict=ApplicationStep.Verdict.PASSED,
        state=state,
        office=by.office,
        step_by=by,
        step_at=at,
        enrolment=enrolment,
        act=act,
    )


def _enrol(
    application: Application, approval: ApplicationStep, rule: Procedure, *, act: Act, by: User,
    at: datetime,
) -> Enrolment:  # fmt: skip
    person = _person(application, act)
    since = rule.first_period(timezone.localdate(approval.step_at))
    known = Enrolment.objects.unscoped(_WHY).filter(person=person, sub_item=application.sub_item)
    for end in known.values_list("end_period", flat=True):
        if end is None:
            raise CannotReview("这个人已经在享受这一项，请撤回申请")
        since = max(since, month_after(end))
    anchor, account = bytes(person.id_key), _open(application, "account")
    enrolment = Enrolment.objects.create(
        person=person,
        sub_item=application.sub_item,
        town=application.town,
        village=application.village,
        account_sealed=seal("enrolment.account", account, anchor) if account else None,
        account_key=application.account_key,
        since_period=since,
        act=act,
        origin_file_id=application.origin_file_id,
        origin_sheet=application.origin_sheet,
        origin_line=application.origin_line,
    )
    EnrolmentStep.objects.create(
        enrolment=enrolment,
        number=1,
        step=EnrolmentStep.Step.BEGAN,
        state=EnrolmentStep.State.ACTIVE,
        from_period=since,
        grade=application.grade,
        reason=LifeReason.APPLIED,
        basis=f"申请第{application.pk}号",
        made_by_id=approval.step_by_id,
        step_by=by,
        step_at=at,
        act=act,
    )
    return enrolment


def _person(application: Application, act: Act) -> Person:
    """The person known by this document, or a new one."""
    key = bytes(application.id_key)
    known = person_ids([key]).get(key)
    people = Person.objects.unscoped(_WHY)
    if known is not None:
        return people.get(pk=root_of(known))
    phone = _open(application, "phone")
    return Person.objects.create(
        id_key=key,
        id_sealed=seal("person.id_number", _open(application, "id_number"), key),
        name_sealed=seal("person.name", _open(application, "name"), key),
        name_key=application.name_key,
        birth_date=application.birth_date,
        sex=application.sex,
        town=application.town,
        village=application.village,
        phone_sealed=seal("person.phone", phone, key) if phone else None,
        phone_key=application.phone_key,
        act=act,
        origin_file_id=application.origin_file_id,
        origin_sheet=application.origin_sheet,
        origin_line=application.origin_line,
    )


def _open(application: Application, name: str) -> str:
    column = {"id_number": "id_sealed"}.get(name, f"{name}_sealed")
    blob = getattr(application, column)
    return unseal(f"application.{name}", bytes(blob), bytes(application.id_key)) if blob else ""
