"""Issue a summary: from then on it is what was said."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.report.models import Summary, SummaryIssue


class CannotIssueSummary(Exception):
    """The draft may not go out; the message says why and what to do."""


def issue_summary(*, summary: Summary, by: User, at: datetime) -> SummaryIssue:
    """Record that the draft went out, by another hand than the one that compiled it.

    Errors: ``CannotIssueSummary`` when the issuer compiled it, when it is issued already, or when
    a later draft follows it.
    """
    with transaction.atomic():
        if summary.compiled_by_id == by.pk:
            raise CannotIssueSummary("编制和印发不能是同一个人，请由复核人或领导印发")
        why = "issuing asks for the draft's later history"
        if SummaryIssue.objects.unscoped(why).filter(summary=summary).exists():
            raise CannotIssueSummary(f"{summary}已经印发，不能再次印发；数据有变请重新编制一稿")
        later = Summary.objects.unscoped(why).filter(follows=summary).first()
        if later is not None:
            raise CannotIssueSummary(f"{summary}之后已有第{later.turn}稿，请印发最新的一稿")
        act = record_act(
            "issue_summary",
            by=by,
            at=at,
            subject=str(summary),
            payload={"summary": summary.pk, "as_of_seq": summary.as_of_seq},
        )
        try:
            with transaction.atomic():
                return SummaryIssue.objects.create(
                    summary=summary,
                    compiled_by=summary.compiled_by,
                    issued_at=at,
                    issued_by=by,
                    act=act,
                )
        except IntegrityError as error:
            raise CannotIssueSummary(f"{summary}刚刚由他人印发，不用重复印发") from error
