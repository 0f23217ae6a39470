"""What one person, or one household, received: every month and amount, under all their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.payment.models import BatchStep, LineMember, PaymentLine
from mingbai.payment.queries.members import members_of_lines
from mingbai.registry.models import Enrolment, Person
from mingbai.registry.queries.people import account_tail
from mingbai.registry.queries.roots import records_of

_WHY: Final = "the state of a batch the asker may already see"


@dataclass(frozen=True)
class Received:
    """What a member has of one programme in a year: the newest amount, months paid and their sum.

    Amounts in 分; ``tail`` are the last four figures of the account; ``rule`` names the standard;
    ``member_count`` are those the household is paid for, 0 where the person alone is.
    """

    sub_item: str
    amount: int
    rule: str
    paid_count: int
    paid_amount: int
    since_period: int
    is_running: bool
    tail: str
    member_count: int = 0


def timeline_lines(*, to: Asker, person: Person, sub_item: str = "") -> ScopedQuerySet[Any]:
    """Every line drawn for a person, or for their household and they count in it, voided ones left
    out, newest month first, with the batch's ``state`` and ``paid_date``; in the asker's scope.
    """
    mine = records_of(person.pk)
    counted = LineMember.objects.unscoped(_WHY).filter(person__in=mine, voided=False)
    found = PaymentLine.objects.seen_by(to).filter(
        Q(person__in=mine) | Q(pk__in=counted.values("line_id")), voided=False
    )
    if sub_item:
        found = found.filter(sub_item=sub_item)
    newest = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("batch_id"))
    newest = newest.order_by("-number")
    return (
        found.annotate(
            state=Subquery(newest.values("step")[:1]),
            paid_date=Subquery(newest.values("paid_date")[:1]),
        )
        .select_related("batch")
        .order_by("-batch__period", "sub_item", "item", "id")
    )


def timeline_totals(*, to: Asker, person: Person, sub_item: str = "") -> dict[str, int]:
    """``paid_count paid_amount`` over confirmed batches in the asker's scope; 分, less set-offs.

    What a household received stands with the member it was paid to.
    """
    paid = timeline_lines(to=to, person=person, sub_item=sub_item).filter(
        state="paid", person__in=records_of(person.pk)
    )
    paid = paid.order_by()
    row = paid.aggregate(count=Count("id"), amount=Sum(F("amount") - F("set_off")))
    return {"paid_count": row["count"], "paid_amount": row["amount"] or 0}


def received_by(*, to: Asker, people: Sequence[Person], year: int) -> dict[int, list[Received]]:
    """Person number -> what they have of each programme in a year, for the household's card.

    Rights in force in the year and everything paid in it, in the asker's scope, a merged record
    under the one that stands for it. Three queries for a household.
    """
    records = {each: person.pk for person in people for each in records_of(person.pk)}
    rights = (
        Enrolment.objects.seen_by(to)
        .filter(person__in=records, since_period__lte=year * 100 + 12)
        .exclude(end_period__lt=year * 100 + 1)
        .select_related("person")
        .order_by("since_period", "pk")
    )
    newest = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("batch_id"))
    lines = (
        PaymentLine.objects.seen_by(to)
        .filter(person__in=records, batch__year=year, voided=False)
        .annotate(state=Subquery(newest.order_by("-number").values("step")[:1]))
        .order_by("batch__period", "pk")
    )
    by_right: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for line in lines:
        by_right[records[line.person_id], line.sub_item].append(line)
    members = members_of_lines(line.pk for each in by_right.values() for line in each)
    found: dict[int, dict[str, Received]] = {person.pk: {} for person in people}
    for right in rights:
        person = records[right.person_id]
        mine = by_right.get((person, right.sub_item), [])
        found[person][right.sub_item] = _received(right, mine, members)
    return {person: list(each.values()) for person, each in found.items()}


def _received(right: Enrolment, lines: Sequence[Any], members: Mapping[int, list[int]]) -> Received:
    paid = [line for line in lines if line.state == BatchStep.Step.PAID]
    newest = [line for line in lines if line.nature == PaymentLine.Nature.REGULAR]
    return Received(
        sub_item=right.sub_item,
        amount=newest[-1].amount if newest else 0,
        rule=newest[-1].rule if newest else "",
        paid_count=len({line.period for line in paid}),
        paid_amount=sum(line.amount - line.set_off for line in paid),
        since_period=right.since_period,
        is_running=right.end_period is None,
        tail=account_tail(right),
        member_count=len(members.get(newest[-1].pk, ())) if newest else 0,
    )
