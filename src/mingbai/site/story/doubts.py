"""Findings at work: some decided, some sent back on correction forms, people left out visited."""

from __future__ import annotations

from typing import Final

from mingbai.registry.actions import (
    Answer,
    accept_item,
    answer_item,
    decision_of,
    issue_slips,
    record_visit,
    return_item,
    settle_finding,
)
from mingbai.registry.models import CorrectionItem, Finding
from mingbai.registry.queries import findings_seen
from mingbai.registry.queries.findings import LEFT_OUT_CODES
from mingbai.site.demo.accounts import DEPARTMENT_HANDS, TOWN_HANDS
from mingbai.site.story.cast import HOUSE, Cast

#: So many findings go on forms, so many people left out are visited.
_SENT, _VISITED = 24, 12
_CONFIRMED: Final = {"repeated_person": "twice", "amount_off": "wrong_entry"}
_VISITS: Final = (
    ("willing", "愿意申请，已告知要带的材料"),
    ("away", "在外务工，春节后再访"),
    ("unwilling", "子女供养，本人不愿申请"),
    ("applied", "已到镇便民中心提出申请"),
    ("not_qualified", "名下有经营门面，不符合条件"),
)


def tell_findings(cast: Cast) -> None:
    """Forms are sent for half of what is open; answers, checks and returns follow."""
    found = [
        each
        for each in findings_seen(to=HOUSE, year=cast.book.year, state="open").order_by("id")
        if each.code not in LEFT_OUT_CODES
    ]
    chosen = found[:: max(1, len(found) // _SENT)][:_SENT] if len(found) > 20 else found[::2]
    _settle(cast, [each for each in found if each not in chosen][:6])
    late, fresh = chosen[: len(chosen) // 2], chosen[len(chosen) // 2 :]
    for part, before in ((late, 15), (fresh, 4)):
        issue_slips(
            findings=part, book=cast.book, on=cast.on(before), by=cast.clerk, at=cast.at(before)
        )
    _answer(cast)
    _visit(cast)


def _settle(cast: Cast, findings: list[Finding]) -> None:
    """What the county decides at once: one in three was no fault."""
    for number, finding in enumerate(findings):
        note = finding.effect == "note"
        reason = "agreed_account" if note else _CONFIRMED.get(finding.code, "not_entitled")
        settle_finding(
            finding=finding, decision=decision_of(reason), reason=reason, seen_number=0,
            by=cast.clerk, at=cast.at(9 - number % 3),
        )  # fmt: skip


def _answer(cast: Cast) -> None:
    """Of each form one item is answered and accepted, one answered, one returned, one waits."""
    hands = {each.clerk.office: each.clerk.username for each in (*TOWN_HANDS, *DEPARTMENT_HANDS)}
    items = CorrectionItem.objects.unscoped("the forms just sent").select_related(
        "finding", "slip", "slip__office"
    )
    for number, item in enumerate(items.order_by("slip_id", "position")):
        office = item.slip.office.code
        if office not in hands or number % 4 == 3:
            continue
        said = Answer(text=("入户核对属实，名册已删除", "已对照存折核对", "请再等两天")[number % 3])
        by = cast.users[hands[office]]
        answer_item(item=item, answer=said, seen_number=0, by=by, at=cast.at(3, 9))
        if number % 4 == 0:
            note = item.finding.effect == "note"
            reason = "agreed_account" if note else "not_entitled"
            accept_item(item=item, reason=reason, seen_number=1, by=cast.clerk, at=cast.at(2, 10))
        elif number % 4 == 2:
            return_item(
                item=item, text="没有说明怎样核对的，请补充", seen_number=1, by=cast.clerk,
                at=cast.at(2, 11),
            )  # fmt: skip


def _visit(cast: Cast) -> None:
    left_out = findings_seen(to=HOUSE, year=cast.book.year, state="open").filter(
        code__in=LEFT_OUT_CODES
    )
    for number, finding in enumerate(left_out.order_by("id")[:_VISITED]):
        outcome, note = _VISITS[number % len(_VISITS)]
        record_visit(
            finding=finding, outcome=outcome, visited_date=cast.on(7 - number % 4),
            visitors="村干部王某、包村干部李某", note=note, seen_number=0,
            by=cast.town_clerk(finding.town) if finding.town else cast.clerk,
            at=cast.at(7 - number % 4, 17),
        )  # fmt: skip
