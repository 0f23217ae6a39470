"""Looking again at rights in force: continue at once, everything else is proposed to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.registry.actions.change import (
    CannotChangeEnrolment,
    RowsReport,
    Wanted,
    newest_steps,
    propose_changes,
)
from mingbai.registry.models import Enrolment, EnrolmentStep

_RESULTS: Final = {"changed": "change", "suspended": "suspend", "ended": "end"}
_OCCASIONS: Final = ("periodic", "on_event")


def review_enrolments(
    *, enrolments: Sequence[Enrolment], occasion: str, period: int, basis: str,
    wanted: Wanted | None, by: User, at: datetime,
) -> RowsReport:  # fmt: skip
    """Write down a review in a month (yyyymm), each row by itself; the report names enrolments.

    ``wanted`` None continues the right. Anything else is proposed, and another person decides.
    Errors: ``CannotChangeEnrolment`` where the review says no basis or makes no sense.
    """
    why = " ".join(basis.split())[:200]
    if occasion not in _OCCASIONS:
        raise CannotChangeEnrolment("请选择是定期复核，还是因情况有变复核。")
    if not why:
        raise CannotChangeEnrolment("请写明复核依据，例如“入户核查表第3号”“信息核对报告”。")
    if wanted is not None and wanted.step not in _RESULTS:
        raise CannotChangeEnrolment("复核的结果只有继续、调整类别、暂停或终止。")
    result = _RESULTS[wanted.step] if wanted else EnrolmentStep.Result.CONTINUE
    ids = [each.pk for each in enrolments]
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    with transaction.atomic():
        act = record_act(
            "review_enrolments", by=by, at=at, subject=f"enrolments:{len(ids)}",
            payload={"occasion": occasion, "result": str(result), "period": period,
                     "enrolments": ids},
        )  # fmt: skip
        steps = newest_steps(ids)
        for each in enrolments:
            last = steps[each.pk]
            if last.state == EnrolmentStep.State.ENDED or each.end_period is not None:
                refused.append((each.pk, "享受资格已经终止"))
                continue
            try:
                with transaction.atomic():
                    EnrolmentStep.objects.create(
                        enrolment=each, number=last.number + 1, step=EnrolmentStep.Step.REVIEWED,
                        state=EnrolmentStep.State.ACTIVE, from_period=period, result=result,
                        reason=occasion, basis=why, step_by=by, step_at=at, act=act,
                    )  # fmt: skip
                    if wanted is not None:
                        _propose(each, wanted, by=by, at=at)
                done.append(each.pk)
            except CannotChangeEnrolment as error:
                refused.append((each.pk, str(error)))
            except IntegrityError:
                refused.append((each.pk, "正在暂停，请先恢复或终止；或刚刚由他人办理"))
    return RowsReport(act, tuple(done), tuple(refused))


def _propose(enrolment: Enrolment, wanted: Wanted, *, by: User, at: datetime) -> None:
    report = propose_changes(enrolments=[enrolment], wanted=wanted, by=by, at=at)
    if report.refused:
        raise CannotChangeEnrolment(report.refused[0][1])
