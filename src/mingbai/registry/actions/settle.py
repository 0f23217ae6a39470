"""Settling a finding: one click, a decision and a reason code, kept for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.registry.actions.closing import follow_findings
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
    *,
    finding: Finding,
    decision: str,
    reason: str,
    seen_number: int,
    by: User,
    at: datetime,
    follow: bool = True,
) -> Settlement:
    """Write the next decision about a finding; ``seen_number`` is the last one the clerk saw.

    Dismissing releases the rows it held and enrols them, and closes its item on a correction form
    unless ``follow`` says that this is being done; confirming keeps the rows unpaid. Errors:
    ``CannotSettleFinding`` when decision and reason do not fit, or when a newer decision exists.
    """
    if reason not in reasons_for(finding).get(decision, ()):
        raise CannotSettleFinding(
            "结论与理由不相符。请选择“属实”或“排除”，并从对应的理由中选一个。"
        )
    try:
        with transaction.atomic():
            done = _write(finding, decision, reason, seen_number, by, at)
            if decision == Settlement.Decision.DISMISSED and not _is_left_out(finding):
                enrol_released(finding=finding, by=by, at=at)
            if follow:
                follow_findings(year=finding.year, by=by, at=at, findings=[finding.pk])
            return done
    except IntegrityError as error:
        # The unique pair (finding, number) decides between two clerks at the same moment.
        raise CannotSettleFinding("这条疑点刚刚被他人处理。请刷新页面后再决定。") from error


def _write(
    finding: Finding, decision: str, reason: str, seen_number: int, by: User, at: datetime
) -> Settlement:
    """The ledger's entry and the decision, when the finding stands where the clerk saw it."""
    act = record_act(
        "settle_finding",
        by=by,
        at=at,
        subject=f"finding:{finding.pk}",
        payload={"decision": decision, "reason": reason, "rule": finding.rule},
    )
    number = _last_number(finding)
    if number != seen_number:
        raise CannotSettleFinding("这条疑点刚刚被他人处理。请刷新页面，看过最新结论再决定。")
    return Settlement.objects.create(
        finding=finding,
        number=number + 1,
        decision=decision,
        reason=reason,
        settled_at=at,
        settled_by=by,
        act=act,
    )


@dataclass(frozen=True)
class SettlingReport:
    """What settling many did: findings settled, and for each of the others why not."""

    settled: tuple[Settlement, ...]
    refused: Mapping[int, str]


def settle_findings(
    *, findings: Sequence[tuple[Finding, int]], reason: str, by: User, at: datetime
) -> SettlingReport:
    """Settle many findings for one reason, each by itself; what cannot be is told one by one.

    ``findings`` are pairs of a finding and the number of the last decision the clerk saw.
    """
    settled, refused = [], {}
    for finding, seen in findings:
        try:
            settled.append(
                settle_finding(
                    finding=finding,
                    decision=decision_of(reason),
                    reason=reason,
                    seen_number=seen,
                    by=by,
                    at=at,
                )
            )
        except CannotSettleFinding as error:
            refused[finding.pk] = str(error)
    return SettlingReport(tuple(settled), refused)


def reasons_for(finding: Finding) -> dict[str, tuple[str, ...]]:
    """Decision -> its reasons, for what the finding is about."""
    return reasons_of(finding.code)


def reasons_of(code: str) -> dict[str, tuple[str, ...]]:
    """The same for a kind of finding by its code."""
    return LEFT_OUT_REASONS if code in LEFT_OUT_CODES else REASONS


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
