"""Reviewing applications: pass, return or refuse, one or many, each row by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.registry.actions.apply import FINAL, CannotApply, due_of, newest_application_step
from mingbai.registry.actions.change import RowsReport
from mingbai.registry.models import Application, ApplicationPaper, ApplicationStep
from mingbai.registry.queries.hands import whose_turn
from mingbai.rulebook import Book
from mingbai.rulebook.model.procedures import REVIEWS

_WHY: Final = "the caller chose these applications under their own scope"


class CannotReview(Exception):
    """Not this person's turn, a paper is missing, no reason given, or decided already."""


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says: ``passed returned refused``, why, and on what basis."""

    verdict: str
    reason: str = ""
    basis: str = ""


def review_applications(
    *, applications: Sequence[Application], opinion: Opinion, book: Book, to: Asker, by: User,
    at: datetime,
) -> RowsReport:  # fmt: skip
    """Give one opinion on each of these applications; each row stands or falls by itself.

    The report names applications. Errors: ``CannotReview`` where the opinion is none.
    """
    said = _plain(opinion)
    ids = [each.pk for each in applications]
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    with transaction.atomic():
        act = record_act(
            "review_applications",
            by=by,
            at=at,
            subject=f"applications:{len(ids)}",
            payload={"verdict": said.verdict, "applications": ids},
        )
        for each in applications:
            try:
                # Its own savepoint: the constraints may refuse one row, the others stand.
                with transaction.atomic():
                    _review(each, said, book, to=to, act=act, by=by, at=at)
                done.append(each.pk)
            except (CannotReview, CannotApply) as error:
                refused.append((each.pk, str(error)))
            except IntegrityError:
                refused.append((each.pk, "您已经办过这件申请的另一步，或刚刚由他人办理"))
    return RowsReport(act, tuple(done), tuple(refused))


def withdraw_application(
    *, application: Application, reason: str, by: User, at: datetime
) -> ApplicationStep:
    """Take an application back at the applicant's wish. Errors: ``CannotReview``."""
    why = " ".join(reason.split())[:200]
    if not why:
        raise CannotReview("撤回必须写明理由，例如“本人不再申请”“录入有误，另行录入”。")
    try:
        with transaction.atomic():
            act = record_act(
                "withdraw_application", by=by, at=at, subject=f"application:{application.pk}"
            )
            last = newest_application_step(application)
            if last.state in FINAL:
                raise CannotReview(f"这件申请{last.get_state_display()}，不能撤回。")
            return ApplicationStep.objects.create(
                application=application, number=last.number + 1, step=last.state,
                verdict=ApplicationStep.Verdict.WITHDRAWN, state=ApplicationStep.State.WITHDRAWN,
                reason=why, office=by.office, step_by=by, step_at=at, act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotReview("这件申请刚刚由他人办理。请刷新页面，看最新状态。") from error


def _plain(opinion: Opinion) -> Opinion:
    reason, basis = (" ".join(text.split())[:200] for text in (opinion.reason, opinion.basis))
    if opinion.verdict not in ("passed", "returned", "refused"):
        raise CannotReview("请选择“通过”“退回”或“不予批准”。")
    if opinion.verdict != "passed" and not reason:
        raise CannotReview("退回或不予批准必须写明理由，申请人要知道为什么。")
    return Opinion(opinion.verdict, reason, basis)


def _review(
    application: Application, said: Opinion, book: Book, *, to: Asker, act: Act, by: User,
    at: datetime,
) -> None:  # fmt: skip
    last = newest_application_step(application)
    if last.state not in REVIEWS:
        raise CannotReview(f"{last.get_state_display()}，现在不用审核")
    rule = book.procedure(application.sub_item, application.received_date)
    step = rule.step(last.state)
    if why := whose_turn(step, application, to=to):
        raise CannotReview(why)
    # A paper kept in the office's own file is named by its number in the basis.
    must_show = said.verdict == "passed" and not said.basis
    if lacks := _missing_papers(application, step.papers if must_show else ()):
        lacking = "、".join(lacks)
        raise CannotReview(f"缺少材料：{lacking}。已存纸质档案的，请在依据里写明档案号")
    due = None
    if said.verdict == "passed":
        following = rule.after(step.code)
        state: str = following.code
        due = due_of(rule, following.code, timezone.localdate(at), book)
    elif said.verdict == "returned":
        back = rule.before(step.code)
        state = back.code
        due = due_of(rule, back.code, timezone.localdate(at), book)
    else:
        state = ApplicationStep.State.REFUSED
    ApplicationStep.objects.create(
        application=application,
        number=last.number + 1,
        step=step.code,
        verdict=said.verdict,
        state=state,
        reason=said.reason,
        basis=said.basis,
        due_date=due,
        office=by.office,
        step_by=by,
        step_at=at,
        act=act,
    )


def _missing_papers(application: Application, wanted: Sequence[str]) -> list[str]:
    if not wanted:
        return []
    papers = ApplicationPaper.objects.unscoped(_WHY).filter(application=application)
    there = set(papers.values_list("name", flat=True))
    return [name for name in wanted if name not in there]
