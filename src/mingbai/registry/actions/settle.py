"""Settling a finding: one click, a decision and a reason code, kept for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.registry.actions.enrol import enrol_released
from mingbai.registry.models import Finding, Settlement
from mingbai.registry.queries.findings import LEFT_OUT_CODES

#: Which reasons belong to which decision of a person; the house itself writes the other two.
REASONS: Final[dict[str, tuple[str, ...]]] = {
    Settlement.Decision.CONFIRMED: ("not_entitled", "wrong_entry", "twice"),
    Settlement.Decision.DISMISSED: ("entitled", "other_person", "agreed_account", "list_wrong"),
}
#: The same where the finding is that somebody stands on no roster.
LEFT_OUT_REASONS: Final[dict[str, tuple[str, ...]]] = {
    Settlement.Decision.CONFIRMED: ("due",),
    Settlement.Decision.DISMISSED: ("not_due", "unwilling", "gone"),
}


class CannotSettleFinding(Exception):
    """The decision does not fit its reason, or somebody else has just settled the finding."""


def settle_finding(
    *, finding: Finding, decision: str, reason: str, seen_number: int, by: User, at: datetime
) -> Settlement:
    """Write the next decision about a finding; ``seen_number`` is the last one the clerk saw.

    Dismissing releases the rows it held and enrols them; confirming keeps them unpaid. Errors:
    ``CannotSettleFinding`` when decision and reason do not fit, or when a newer decision exists.
    """
    if reason not in reasons_for(finding).get(decision, ()):
        raise CannotSettleFinding(
            "结论与理由不相符。请选择“属实”或“排除”，并从对应的理由中选一个。"
        )
    try:
        with transaction.atomic():
            act = record_act(
                "settle_finding",
                by=by,
                at=at,
                subject=f"finding:{finding.pk}",
                payload={"decision": decision, "reason": reason, "rule": finding.rule},
            )
            number = _last_number(finding)
            if number != seen_number:
                raise CannotSettleFinding(
                    "这条疑点刚刚被他人处理。请刷新页面，看过最新结论再决定。"
                )
            done = Settlement.objects.create(
                finding=finding,
                number=number + 1,
                decision=decision,
                reason=reason,
                settled_at=at,
                settled_by=by,
                act=act,
            )
            if decision == Settlement.Decision.DISMISSED and not _is_left_out(finding):
                enrol_released(finding=finding, by=by, at=at)
            return done
    except IntegrityError as error:
        # The unique pair (finding, number) decides between two clerks at the same moment.
        raise CannotSettleFinding("这条疑点刚刚被他人处理。请刷新页面后再决定。") from error


def reasons_for(finding: Finding) -> dict[str, tuple[str, ...]]:
    """Decision -> its reasons, for what the finding is about."""
    return LEFT_OUT_REASONS if _is_left_out(finding) else REASONS


def decision_of(reason: str) -> str:
    """The decision a reason belongs to; "" for a reason only the house itself may give."""
    every = (*REASONS.items(), *LEFT_OUT_REASONS.items())
    return next((decision for decision, reasons in every if reason in reasons), "")


def _is_left_out(finding: Finding) -> bool:
    return finding.code in LEFT_OUT_CODES


def _last_number(finding: Finding) -> int:
    newest = (
        Settlement.objects.unscoped("the order of decisions is one for everybody")
        .filter(finding=finding)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return newest or 0
