"""Changing an enrolment in force: one person proposes, another approves or refuses, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.registry.actions.taken import take_over_given
from mingbai.registry.models import (
    ChangeVerdict,
    Enrolment,
    EnrolmentChange,
    EnrolmentStep,
)
from mingbai.registry.queries.life import month_before

_WHY: Final = "the caller chose these enrolments under their own scope"
_CHUNK: Final = 400
_DOUBTS: Final = ("unreachable", "papers_missing", "review_missed", "doubted", "account",
                  "in_custody", "on_event")  # fmt: skip
_ENDS: Final = ("died", "moved_out", "income", "property", "employed", "age", "other_aid",
                "unwilling", "false", "not_entitled", "completed", "papers_missing",
                "review_missed", "in_custody")  # fmt: skip

#: Which reasons belong to which change.
CHANGE_REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "changed": ("worse", "better", "members", "wrong_grade"),
    "suspended": _DOUBTS,
    "restored": ("cleared", "papers_given", "found", "account", "released", "on_event"),
    "ended": _ENDS,
    "reclaimed": ("overpaid", "paid_after_death", "false", "not_entitled"),
}
_STATE: Final = {
    "changed": "active",
    "suspended": "suspended",
    "restored": "active",
    "ended": "ended",
}


class CannotChangeEnrolment(Exception):
    """The change does not fit the state of the enrolment, or says no reason or basis."""


class CannotDecideChange(Exception):
    """Decided already, by the proposer, or the enrolment has moved on since it was proposed."""


@dataclass(frozen=True)
class Wanted:
    """What is to change: the step, its first month, why and on what basis.

    ``last_period`` ends a suspension or a span to reclaim; ``grade`` is the new one of a change;
    ``back_pay`` pays the months of a suspension after all.
    """

    step: str
    from_period: int
    reason: str
    basis: str
    last_period: int | None = None
    grade: str = ""
    back_pay: bool = False


@dataclass(frozen=True)
class RowsReport:
    """What a step over many rows did: those done, and of the others why not, in Chinese."""

    act: Act
    done: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


def propose_changes(
    *, enrolments: Sequence[Enrolment], wanted: Wanted, by: User, at: datetime
) -> RowsReport:
    """Propose the same change for each of these enrolments; each row stands or falls by itself.

    The report names enrolments. Errors: ``CannotChangeEnrolment`` where the change itself makes no
    sense for anybody.
    """
    _refuse_nonsense(wanted)
    ids = [each.pk for each in enrolments]
    with transaction.atomic():
        act = record_act(
            "propose_changes",
            by=by,
            at=at,
            subject=f"enrolments:{len(ids)}",
            payload={"step": wanted.step, "from": wanted.from_period, "reason": wanted.reason,
                     "enrolments": ids},
        )  # fmt: skip
        steps = newest_steps(ids)
        numbers = _numbers(ids)
        done: list[int] = []
        refused: list[tuple[int, str]] = []
        for each in enrolments:
            number, waits = numbers.get(each.pk, (0, False))
            why = "已有一项变动等待审定" if waits else _misfit(each, steps[each.pk], wanted)
            if why:
                refused.append((each.pk, why))
                continue
            _propose(each, steps[each.pk].number, number + 1, wanted, act=act, by=by, at=at)
            done.append(each.pk)
    return RowsReport(act, tuple(done), tuple(refused))


def decide_changes(
    *, changes: Sequence[EnrolmentChange], verdict: str, reason: str, by: User, at: datetime
) -> RowsReport:
    """Approve or refuse proposals; an approved one takes effect at once. Row by row.

    The report names changes. Errors: ``CannotDecideChange`` for a verdict that is none, or a
    refusal without its reason.
    """
    why = " ".join(reason.split())[:200]
    if verdict not in ChangeVerdict.Verdict.values:
        raise CannotDecideChange("请选择“同意”或“不同意”。")
    if verdict == ChangeVerdict.Verdict.REFUSED and not why:
        raise CannotDecideChange("不同意的，请写明理由，拟办人好知道怎么改。")
    ids = [each.pk for each in changes]
    with transaction.atomic():
        act = record_act(
            "decide_changes",
            by=by,
            at=at,
            subject=f"changes:{len(ids)}",
            payload={"verdict": verdict, "changes": ids},
        )
        done: list[int] = []
        refused: list[tuple[int, str]] = []
        for each in changes:
            try:
                # Its own savepoint: the constraints may refuse one row, the others stand.
                with transaction.atomic():
                    _decide(each, verdict, why, act=act, by=by, at=at)
                done.append(each.pk)
            except CannotDecideChange as error:
                refused.append((each.pk, str(error)))
            except IntegrityError:
                refused.append((each.pk, "刚刚由他人处理，请刷新页面，看最新状态"))
    return RowsReport(act, tuple(done), tuple(refused))


def newest_steps(enrolments: Sequence[int]) -> dict[int, EnrolmentStep]:
    """Enrolment -> its newest step; an enrolment without any is taken over first."""
    take_over_given(enrolments=enrolments)
    found: dict[int, EnrolmentStep] = {}
    for start in range(0, len(enrolments), _CHUNK):
        rows = EnrolmentStep.objects.unscoped(_WHY).filter(
            enrolment__in=enrolments[start : start + _CHUNK]
        )
        found.update({row.enrolment_id: row for row in rows.order_by("number")})
    return found


def _refuse_nonsense(wanted: Wanted) -> None:
    if wanted.step not in CHANGE_REASONS:
        raise CannotChangeEnrolment("没有这种变动。请选择调整类别、暂停、恢复、终止或追回。")
    if wanted.reason not in CHANGE_REASONS[wanted.step]:
        raise CannotChangeEnrolment("原因与变动不相符。请从这种变动的原因中选一个。")
    if not wanted.basis.strip():
        raise CannotChangeEnrolment("请写明依据，例如“死亡证明”“入户核查表第3号”。")
    if wanted.step == "changed" and not wanted.grade:
        raise CannotChangeEnrolment("调整类别必须选择调整后的类别。")
    if wanted.step == "reclaimed" and wanted.last_period is None:
        raise CannotChangeEnrolment("追回必须写明到哪个月为止。")
    if not 1 <= wanted.from_period % 100 <= 12:
        raise CannotChangeEnrolment("起始月份写成六位数，例如202107。")
    if wanted.last_period is not None and wanted.last_period < wanted.from_period:
        raise CannotChangeEnrolment("截止月份早于起始月份。请核对后重新提交。")


def _misfit(enrolment: Enrolment, step: EnrolmentStep, wanted: Wanted) -> str:
    """Why this change does not fit this enrolment now; "" where it does."""
    state, last = step.state, enrolment.end_period
    if state == EnrolmentStep.State.ENDED:  # what the caller holds may be older
        last = last or month_before(step.from_period)
    if last is not None and wanted.step != "reclaimed":
        return f"享受资格已经终止（到{last}为止）"
    if wanted.from_period < enrolment.since_period:
        return f"早于享受起始月份{enrolment.since_period}"
    if wanted.step == "ended" and wanted.from_period == enrolment.since_period:
        return f"终止月份早于起始月份{enrolment.since_period}"
    stopped = state == EnrolmentStep.State.SUSPENDED and not _has_lapsed(step, wanted.from_period)
    if wanted.step == "restored" and not stopped:
        return "没有暂停，不用恢复"
    if wanted.step in ("changed", "suspended") and stopped:
        return "正在暂停，请先恢复或终止"
    return ""


def _has_lapsed(step: EnrolmentStep, from_period: int) -> bool:
    """Whether the last suspension has ended by itself before a month."""
    if step.step != EnrolmentStep.Step.SUSPENDED:  # money was reclaimed since
        stops = EnrolmentStep.objects.unscoped(_WHY).filter(enrolment_id=step.enrolment_id)
        step = stops.filter(step="suspended").order_by("-number")[0]
    return step.to_period is not None and step.to_period < from_period


def _numbers(ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """Enrolment -> number of its last proposal, and whether that one is still open."""
    found: dict[int, tuple[int, bool]] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = EnrolmentChange.objects.unscoped(_WHY).filter(
            enrolment__in=ids[start : start + _CHUNK]
        )
        for pk, number, verdict in rows.order_by("number").values_list(
            "enrolment_id", "number", "verdict__id"
        ):
            found[pk] = (number, verdict is None)
    return found


def _propose(
    enrolment: Enrolment, seen: int, number: int, wanted: Wanted, *, act: Act, by: User,
    at: datetime,
) -> EnrolmentChange:  # fmt: skip
    return EnrolmentChange.objects.create(
        enrolment=enrolment,
        number=number,
        step=wanted.step,
        from_period=wanted.from_period,
        to_period=wanted.last_period,
        grade=wanted.grade,
        back_pay=wanted.back_pay,
        reason=wanted.reason,
        basis=" ".join(wanted.basis.split())[:200],
        seen_number=seen,
        made_by=by,
        made_at=at,
        act=act,
    )


def _decide(
    change: EnrolmentChange, verdict: str, reason: str, *, act: Act, by: User, at: datetime
) -> None:
    if change.made_by_id == by.pk:
        raise CannotDecideChange("拟办人不能审定自己提出的变动，请换一位同事")
    ChangeVerdict.objects.create(
        change=change, maker_id=change.made_by_id, verdict=verdict, reason=reason,
        verdict_by=by, verdict_at=at, act=act,
    )  # fmt: skip
    if verdict == ChangeVerdict.Verdict.REFUSED:
        return
    last = newest_steps([change.enrolment_id])[change.enrolment_id]
    if last.number != change.seen_number:
        raise CannotDecideChange("拟办之后又有新的步骤，请退回重新拟办")
    EnrolmentStep.objects.create(
        enrolment_id=change.enrolment_id,
        number=last.number + 1,
        step=change.step,
        state=_STATE.get(change.step, last.state),
        from_period=change.from_period,
        to_period=change.to_period,
        grade=change.grade,
        back_pay=change.back_pay,
        reason=change.reason,
        basis=change.basis,
        change=change,
        made_by_id=change.made_by_id,
        step_by=by,
        step_at=at,
        act=act,
    )
    if change.step == EnrolmentChange.Step.ENDED:
        Enrolment.objects.unscoped(_WHY).filter(pk=change.enrolment_id).update(
            end_period=month_before(change.from_period),
            end_reason=change.get_reason_display(),
            end_act=act,
        )
