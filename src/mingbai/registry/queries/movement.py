"""Dynamic management of a month: who came in, who left, what was stopped, changed or reclaimed.

A right is in force in a month when it began by then and has not ended before. So opening + entered
- left = closing holds by construction, for every sub-item and town, whenever the month is asked
about; a test holds it all the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import Final

from django.db.models import Count, Q

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Enrolment, EnrolmentStep, LifeReason
from mingbai.registry.queries.life import month_before, stops

_STEPS: Final = ("suspended", "restored", "changed", "reclaimed", "ended")
_CHUNK: Final = 500


@dataclass(frozen=True)
class Movement:
    """One sub-item in one town (or a sum of such), all counts of rights.

    ``applied`` are those of ``entered`` that came by application; ``stopped`` is how many rights in
    force are not paid in the month, ``suspended`` how many were stopped from this month on.
    """

    sub_item: str
    town: str
    opening: int = 0
    entered: int = 0
    applied: int = 0
    left: int = 0
    closing: int = 0
    suspended: int = 0
    restored: int = 0
    changed: int = 0
    reclaimed: int = 0
    stopped: int = 0

    @property
    def balances(self) -> bool:
        """Whether the month adds up."""
        return self.opening + self.entered - self.left == self.closing


_COUNTS: Final = tuple(field.name for field in fields(Movement))[2:]


@dataclass(frozen=True)
class MonthMovement:
    """A month: its rows by sub-item and town, their sum, and why people left or were stopped.

    ``reasons`` are (step, reason in Chinese, how many), the most frequent first within a step.
    """

    period: int
    rows: tuple[Movement, ...]
    total: Movement
    reasons: tuple[tuple[str, str, int], ...]


def movement_of_month(
    *, to: Asker, period: int, sub_item: str = "", town: str = "", as_of: int | None = None
) -> MonthMovement:
    """What moved in a month (yyyymm) within the asker's scope, as of a ledger entry.

    Five queries, whatever the number of rights.
    """
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rights = rights_as_of(to=to, as_of=as_of)
    steps = EnrolmentStep.objects.seen_by(to).filter(step__in=_STEPS, from_period=period)
    if as_of is not None:
        steps = steps.filter(act_id__lte=as_of)
    if sub_item:
        rights, steps = (
            rights.filter(sub_item=sub_item),
            steps.filter(enrolment__sub_item=sub_item),
        )
    if town:
        rights, steps = rights.filter(town=town), steps.filter(enrolment__town=town)
    _count_rights(counts, rights, period, as_of)
    reasons = _count_steps(counts, steps)
    _count_stopped(counts, rights, period, as_of)
    rows = tuple(
        Movement(*place, *(found[name] for name in _COUNTS))
        for place, found in sorted(counts.items())
    )
    return MonthMovement(period, rows, add_up(rows), reasons)


def add_up(rows: tuple[Movement, ...], *, sub_item: str = "", town: str = "") -> Movement:
    """The sum of rows."""
    return Movement(sub_item, town, *(sum(getattr(row, name) for row in rows) for name in _COUNTS))


def rights_as_of(*, to: Asker, as_of: int | None) -> ScopedQuerySet[Enrolment]:
    """The rights an asker may see that were known at a ledger entry."""
    rights = Enrolment.objects.seen_by(to)
    return rights if as_of is None else rights.filter(act_id__lte=as_of)


def ended_by(period: int, as_of: int | None) -> Q:
    """Rights whose last month lies before a month, as known at a ledger entry."""
    ended = Q(end_period__lt=period)
    return ended if as_of is None else ended & Q(end_act_id__lte=as_of)


def in_force(period: int, as_of: int | None) -> Q:
    """Rights in force in a month, as known at a ledger entry."""
    return Q(since_period__lte=period) & ~(Q(end_period__isnull=False) & ended_by(period, as_of))


def _count_rights(
    counts: dict[tuple[str, str], Counter[str]],
    rights: ScopedQuerySet[Enrolment],
    period: int,
    as_of: int | None,
) -> None:
    before = month_before(period)
    rows = (
        rights.filter(since_period__lte=period)
        .values("sub_item", "town")
        .annotate(
            opening=Count("id", filter=in_force(before, as_of)),
            closing=Count("id", filter=in_force(period, as_of)),
            entered=Count("id", filter=Q(since_period=period)),
            left=Count("id", filter=in_force(before, as_of) & ended_by(period, as_of)),
        )
        .order_by()
    )
    for row in rows:
        moved = {name: row[name] for name in ("opening", "closing", "entered", "left")}
        if any(moved.values()):
            counts[row["sub_item"], row["town"]].update(moved)
    applied = rights.filter(since_period=period, application_step__isnull=False)
    for place_of, town, count in (
        applied.values("sub_item", "town").annotate(n=Count("id")).order_by()
        .values_list("sub_item", "town", "n")
    ):  # fmt: skip
        counts[place_of, town]["applied"] += count


def _count_steps(
    counts: dict[tuple[str, str], Counter[str]], steps: ScopedQuerySet[EnrolmentStep]
) -> tuple[tuple[str, str, int], ...]:
    labels = dict(LifeReason.choices)
    reasons: Counter[tuple[str, str]] = Counter()
    rows = (
        steps.values("enrolment__sub_item", "enrolment__town", "step", "reason")
        .annotate(n=Count("id"))
        .order_by()
        .values_list("enrolment__sub_item", "enrolment__town", "step", "reason", "n")
    )
    for sub_item, town, step, reason, count in rows:
        if step != "ended":  # those who left are counted from the rights themselves
            counts[sub_item, town][step] += count
        reasons[step, str(labels.get(reason, reason))] += count
    order = {step: place for place, step in enumerate(_STEPS)}
    ranked = sorted(reasons.items(), key=lambda each: (order[each[0][0]], -each[1], each[0][1]))
    return tuple((step, reason, count) for (step, reason), count in ranked)


def _count_stopped(
    counts: dict[tuple[str, str], Counter[str]],
    rights: ScopedQuerySet[Enrolment],
    period: int,
    as_of: int | None,
) -> None:
    found = {
        enrolment
        for enrolment, first, last, _ in stops(year=period // 100).iter_rows()
        if first <= period and (last is None or last >= period)
    }
    ids = sorted(found)
    for start in range(0, len(ids), _CHUNK):
        part = rights.filter(in_force(period, as_of), pk__in=ids[start : start + _CHUNK])
        for sub_item, town in part.values_list("sub_item", "town"):
            counts[sub_item, town]["stopped"] += 1
