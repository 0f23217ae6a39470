"""Who counts in households' lines, and what their coming and going did to a month's amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Q

from mingbai.payment.models import LineMember, PaymentBatch, PaymentLine
from mingbai.registry.models import Death, Enrolment
from mingbai.registry.queries import person_roots
from mingbai.rulebook import SubItem

_WHY: Final = "the members of lines the asker may already see, or sums of them"
#: Bases of an amount that grows with every counted member.
_BY_HEAD: Final = ("per_member", "top_up")
#: Who is paid -> who counts in their line.
Counted = dict[int, set[int]]


def counted_in(sub_item: str, period: int | None) -> Counted:
    """Payee -> counted members of a month's regular lines, all under today's records."""
    rows = LineMember.objects.unscoped(_WHY).filter(
        line__batch__sub_item=sub_item,
        line__batch__period=period or 0,
        line__nature=PaymentLine.Nature.REGULAR,
        voided=False,
    )
    standing = dict(person_roots().iter_rows())
    found: Counted = defaultdict(set)
    for payee, member in rows.values_list("line__person_id", "person_id").iterator(20_000):
        found[standing.get(payee, payee)].add(standing.get(member, member))
    return found


def member_shifts(
    batch: PaymentBatch,
    before_period: int | None,
    sub_item: SubItem | None,
    amounts: Mapping[int, tuple[int, int]],
) -> list[tuple[str, int]]:
    """``(cause, 分)`` for each member who came or went where a household's amount follows them.

    ``amounts``: payee -> what the two months paid, now and before. A member is worth what one of
    the household was worth before. Causes ``member_died member_elsewhere member_left
    member_joined``.
    """
    rules = [rule for rule in sub_item.amounts if rule.base in _BY_HEAD] if sub_item else []
    if not rules:
        return []
    now, before = (
        counted_in(batch.sub_item, batch.period),
        counted_in(batch.sub_item, before_period),
    )
    moved = [
        (payee, now[payee], before[payee])
        for payee, (amount, paid) in amounts.items()
        if amount != paid and payee in now and payee in before and now[payee] != before[payee]
    ]
    gone = {member for _, here, there in moved for member in there - here}
    dead = _dead(gone)
    barred = {code for rule in rules for code in rule.not_counted}
    elsewhere = _elsewhere(gone, barred, batch.period) | {
        member for members in now.values() for member in members & gone
    }
    found: list[tuple[str, int]] = []
    for payee, here, there in moved:
        worth = amounts[payee][1] // len(there)
        found += [("member_joined", worth)] * len(here - there)
        for member in there - here:
            cause = "member_elsewhere" if member in elsewhere else "member_left"
            found.append(("member_died" if member in dead else cause, -worth))
    return found


def members_of_lines(lines: Iterable[int]) -> dict[int, list[int]]:
    """Line -> who counts in it; only lines that pay a household are here. One query."""
    rows = LineMember.objects.unscoped(_WHY).filter(line__in=list(lines)).order_by("id")
    found: dict[int, list[int]] = defaultdict(list)
    for line, member in rows.values_list("line_id", "person_id"):
        found[line].append(member)
    return found


def _dead(people: Iterable[int]) -> set[int]:
    deaths = Death.objects.unscoped(_WHY).filter(person__in=people, withdrawn_act__isnull=True)
    return set(deaths.values_list("person_id", flat=True))


def _elsewhere(people: Iterable[int], sub_items: Iterable[str], period: int) -> set[int]:
    """Who is entitled in a month to what keeps a member from counting."""
    rights = Enrolment.objects.unscoped(_WHY).filter(
        Q(end_period__isnull=True) | Q(end_period__gte=period),
        person__in=people,
        sub_item__in=sub_items,
        since_period__lte=period,
    )
    return set(rights.values_list("person_id", flat=True))
