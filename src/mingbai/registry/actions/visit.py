"""Visits to people who qualify and are not enrolled: what was found, recorded until it is done."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.registry.actions.settle import CannotSettleFinding, decision_of, settle_finding
from mingbai.registry.models import Finding, Settlement, SurveyEntry, Visit
from mingbai.registry.queries.findings import LEFT_OUT_CODES

_WHY: Final = "the order of visits is one for everybody"
_NUMBERS: Final = re.compile(r"\d{7,}")
#: Outcomes that end the search -> the reason their finding is settled by; the others stay open.
SETTLES: Final = {
    Visit.Outcome.APPLIED: "due",
    Visit.Outcome.UNWILLING: "unwilling",
    Visit.Outcome.NOT_QUALIFIED: "not_due",
    Visit.Outcome.MOVED: "gone",
}


class CannotRecordVisit(Exception):
    """The finding is not about somebody left out, or the visit does not fit what is recorded."""


def record_visit(
    *,
    finding: Finding | None = None,
    entry: SurveyEntry | None = None,
    outcome: str,
    visited_date: date,
    visitors: str,
    note: str,
    seen_number: int,
    by: User,
    at: datetime,
) -> Visit:
    """Record one visit to somebody left out (``finding``) or surveyed (``entry``), one of both.

    An outcome that ends the search settles the finding with it, also where the person was taken
    over into the survey: from then on the visits stand there. ``seen_number`` is the number of
    the last visit the clerk saw. Willing and away leave it open: the person is on the list until an
    application is made. Errors: ``CannotRecordVisit``.
    """
    who, why = " ".join(visitors.split()), " ".join(note.split())
    about = finding or entry
    if about is None:
        raise CannotRecordVisit("没有说明入户看的是谁。请回到名单上登记。")
    if finding is not None and _is_surveyed(finding):
        raise CannotRecordVisit("这个人已转入摸底名单，请在摸底页登记入户结果。")
    if problem := _problem(finding, outcome, visited_date, who, why, at):
        raise CannotRecordVisit(problem)
    try:
        with transaction.atomic():
            number = _last(finding, entry)
            if number != seen_number:
                raise CannotRecordVisit("刚刚有人登记了这一户。请刷新页面，看过再登记。")
            act = record_act(
                "record_visit",
                by=by,
                at=at,
                subject=f"finding:{about.pk}" if finding else f"survey:{about.pk}",
                payload={"outcome": outcome, "visited": visited_date.isoformat()},
            )
            visit = Visit.objects.create(
                finding=finding, entry=entry, number=number + 1, outcome=outcome,
                visited_date=visited_date, visitors=who[:60], note=why[:200],
                recorded_at=at, recorded_by=by, act=act,
            )  # fmt: skip
            _settle(finding or (entry.finding if entry else None), outcome, by, at)
            return visit
    except IntegrityError as error:
        raise CannotRecordVisit("刚刚有人登记了这一户。请刷新页面，看过再登记。") from error
    except CannotSettleFinding as error:
        raise CannotRecordVisit(str(error)) from error


def _problem(
    finding: Finding | None, outcome: str, visited_date: date, who: str, why: str, at: datetime
) -> str:
    """What does not fit, and what to do; "" where all is well."""
    if finding is not None and finding.code not in LEFT_OUT_CODES:
        return "这条疑点不是应保未保，不用入户登记。请在比对页办结。"
    if outcome not in Visit.Outcome.values:
        return "请选择入户结果。"
    if len(who) < 2:
        return "请写明谁去的，例如“村干部王某、包村干部李某”。"
    if finding is None and outcome == Visit.Outcome.NOT_QUALIFIED and not why:
        return "请写明不符合哪一条，例如“家庭收入超过标准”。"
    if finding is None and outcome == Visit.Outcome.UNWILLING and not why:
        return "请写明为什么不愿申请，例如“子女接去赡养”。"
    if _NUMBERS.search(who + why):
        return "请不要写证件号、账号或电话号码，请改用文字说明后再保存。"
    return "入户日期在今天之后，请核对。" if visited_date > at.date() else ""


def _last(finding: Finding | None, entry: SurveyEntry | None) -> int:
    visits = Visit.objects.unscoped(_WHY).filter(finding=finding, entry=entry).order_by("-number")
    return visits.values_list("number", flat=True).first() or 0


def _is_surveyed(finding: Finding) -> bool:
    return SurveyEntry.objects.unscoped(_WHY).filter(finding=finding).exists()


def _is_open(finding: Finding) -> bool:
    newest = Settlement.objects.unscoped(_WHY).filter(finding=finding).order_by("-number").first()
    return newest is None or newest.decision == Settlement.Decision.REOPENED


def _settle(finding: Finding | None, outcome: str, by: User, at: datetime) -> None:
    """Settle the finding behind a visit that ended the search, unless somebody did already."""
    if finding is None or outcome not in SETTLES or not _is_open(finding):
        return
    reason = SETTLES[Visit.Outcome(outcome)]
    settled = Settlement.objects.unscoped(_WHY).filter(finding=finding).order_by("-number")
    settle_finding(
        finding=finding,
        decision=decision_of(reason),
        reason=reason,
        seen_number=settled.values_list("number", flat=True).first() or 0,
        by=by,
        at=at,
    )
