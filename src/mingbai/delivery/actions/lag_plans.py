"""Answering a lag: the office types cause and plan, the county office confirms or sends back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.models import CatchUpPlan, PlanPoint, PlanStep
from mingbai.delivery.queries.judging import Judged
from mingbai.delivery.queries.lags import lag_row
from mingbai.delivery.queries.plans import slot_of
from mingbai.programme.queries import planned_curves
from mingbai.rulebook.model import Book

_HOUSE = Asker.system("a plan is held against the lag that it answers")


class CannotPlanCatchUp(Exception):
    """The plan does not fit the lag; the message says what and how to put it right."""


class CannotDecidePlan(Exception):
    """The plan cannot be confirmed or sent back; the message says why."""


@dataclass(frozen=True)
class PlanWords:
    """What the office says: cause and its particulars, what will be done, which post answers."""

    cause: str
    cause_words: str
    steps_planned: str
    responsible: str


def plan_catch_up(
    *,
    year: int,
    period: int,
    sub_item: str,
    town: str | None,
    words: PlanWords,
    points: Sequence[tuple[int, Decimal]],
    book: Book,
    by: User,
    at: datetime,
) -> CatchUpPlan:
    """Keep an office's answer to a lag as the next turn of its plan.

    ``points``: (month as one number, total to be done by its end) in the unit of the slowest
    measure. Errors: ``CannotPlanCatchUp`` for somebody else's lag, none at all, an unknown cause,
    or totals that do not rise or do not bring the item back to its schedule.
    """
    judged = _own_lag(year, period, sub_item, town, book, by)
    _check_words(words, book, period)
    rising = sorted(points)
    _check_points(judged, rising, period)
    slot = slot_of(year, sub_item, town)
    try:
        with transaction.atomic():
            before = CatchUpPlan.objects.unscoped("turns are counted whoever asks")
            newest = before.filter(slot=slot).order_by("-turn").first()
            turn = newest.turn + 1 if newest else 1
            act = record_act(
                "plan_catch_up",
                by=by,
                at=at,
                subject=f"{judged.sub_item.name}{judged.town_name}",
                payload={"slot": slot, "turn": turn, "period": period, "cause": words.cause},
            )
            plan = _record(judged, words, slot, turn, (year, period), book, by, at, act)
            PlanPoint.objects.bulk_create(
                PlanPoint(plan=plan, period=month, total=total) for month, total in rising
            )
    except IntegrityError as error:
        raise CannotPlanCatchUp("同一单位刚有人填报，请刷新后查看") from error
    return plan


def _own_lag(
    year: int, period: int, sub_item: str, town: str | None, book: Book, by: User
) -> Judged:
    row = lag_row(
        to=_HOUSE, year=year, period=period, sub_item=sub_item, town=town, lagging=book.lagging
    )
    if row is None or row.state != "lagging":
        raise CannotPlanCatchUp("这个月它没有被判为滞后，不用填赶超计划")
    if by.office_id != row.judged.office.pk:
        raise CannotPlanCatchUp(f"滞后原因和赶超计划由{row.judged.office.name}填报，请转告他们")
    return row.judged


def _record(
    judged: Judged,
    words: PlanWords,
    slot: str,
    turn: int,
    when: tuple[int, int],
    book: Book,
    by: User,
    at: datetime,
    act: Act,
) -> CatchUpPlan:
    part = judged.deciding
    if part is None or part.target is None:
        raise CannotPlanCatchUp("它没有可以判断的目标，不用填赶超计划")
    return CatchUpPlan.objects.create(
        year=when[0],
        period=when[1],
        sub_item=judged.sub_item.code,
        town_id=judged.town,
        slot=slot,
        turn=turn,
        office=judged.office,
        measure=part.measure.code,
        unit=part.measure.unit,
        target=part.target,
        done=part.done,
        cause=words.cause,
        cause_words=words.cause_words,
        steps_planned=words.steps_planned,
        responsible=words.responsible,
        book_digest=book.digest,
        made_at=at,
        made_by=by,
        act=act,
    )


def confirm_plan(*, plan: CatchUpPlan, by: User, at: datetime) -> PlanStep:
    """Hold the office to its plan. Errors: ``CannotDecidePlan``."""
    return _decide(plan, PlanStep.Step.CONFIRMED, "", by, at)


def return_plan(*, plan: CatchUpPlan, reason: str, by: User, at: datetime) -> PlanStep:
    """Send a plan back to be typed anew, with the reason. Errors: ``CannotDecidePlan``."""
    if not reason.strip():
        raise CannotDecidePlan("退回要写明理由，填报单位才知道怎么改")
    return _decide(plan, PlanStep.Step.SENT_BACK, reason.strip(), by, at)


def _decide(plan: CatchUpPlan, step: str, reason: str, by: User, at: datetime) -> PlanStep:
    if plan.made_by_id == by.pk:
        raise CannotDecidePlan("填报和确认不能是同一个人，请由县民生办复核人员确认")
    try:
        with transaction.atomic():
            act = record_act(
                "confirm_plan" if step == PlanStep.Step.CONFIRMED else "return_plan",
                by=by,
                at=at,
                subject=str(plan),
                payload={"plan": plan.pk},
            )
            return PlanStep.objects.create(
                plan=plan,
                step=step,
                reason=reason,
                maker_id=plan.made_by_id,
                step_at=at,
                step_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotDecidePlan("这一稿已有决定，或填报单位又报了新稿，请刷新后再看") from error


def _check_words(words: PlanWords, book: Book, period: int) -> None:
    known = {cause.code for cause in book.lagging.causes_on(month_end(period))}
    if words.cause not in known:
        raise CannotPlanCatchUp("请从列出的原因里选一个")
    given = (words.cause_words, words.steps_planned, words.responsible)
    if not all(each.strip() for each in given):
        raise CannotPlanCatchUp("原因说明、赶超措施、责任岗位都要填写")


def _check_points(judged: Judged, points: Sequence[tuple[int, Decimal]], period: int) -> None:
    """Months to come within the year, totals that rise, and the last one back on schedule."""
    part, months = judged.deciding, [month for month, _ in points]
    if part is None or part.target is None or not points:
        raise CannotPlanCatchUp("请至少填一个月的累计应完成数")
    last_month = period // 100 * 100 + 12
    if len(set(months)) != len(months) or not all(period < m <= last_month for m in months):
        raise CannotPlanCatchUp(f"节点月份应在{period % 100}月之后、年底之前，每月一个")
    totals = [total for _, total in points]
    if totals != sorted(totals) or totals[0] < (part.done or 0):
        raise CannotPlanCatchUp("累计应完成数应逐月不减，且不少于现在已完成的数")
    month, total = points[-1]
    curves = planned_curves(to=_HOUSE, year=period // 100)
    due = dict(curves.get(judged.sub_item.code, ())).get(month)
    if due is not None and total < due * part.target:
        short = (due * part.target).normalize()
        raise CannotPlanCatchUp(
            f"到{month % 100}月底序时应完成 {short:f}{part.measure.unit}，"
            f"计划只到 {total.normalize():f}{part.measure.unit}，还是滞后；请加数或延到赶上的月份"
        )
