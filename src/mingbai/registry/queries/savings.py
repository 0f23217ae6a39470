"""What each rule of comparison is worth: found, confirmed, and the money behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Finding, FindingEvidence, Settlement
from mingbai.registry.queries.explain import finding_name
from mingbai.registry.queries.findings import LEFT_OUT_CODES, OPEN, WAITING, with_decision
from mingbai.registry.queries.names import sub_item_names

#: File, sheet and line of a row.
Place = tuple[int, int, int]


@dataclass(frozen=True)
class RuleEffect:
    """One rule: its findings by their state, and the money behind the confirmed ones (分)."""

    rule: str
    code: str
    found_count: int
    open_count: int
    confirmed_count: int
    dismissed_count: int
    corrected_count: int
    stopped_amount: int
    to_recover_amount: int

    @property
    def confirmed_ratio(self) -> Fraction | None:
        """Confirmed of those people decided; None before the first decision."""
        decided = self.confirmed_count + self.dismissed_count
        return Fraction(self.confirmed_count, decided) if decided else None


def rule_effects(*, to: Asker, year: int, paid: Mapping[Place, int]) -> list[RuleEffect]:
    """Each rule of the asker's findings, what it stopped first; people left out are not here.

    ``paid`` gives what was paid on rows (see ``confirmed_places``), in 分: payment stands above
    this room. Money stopped is what was at stake less what was paid of it; never below zero.
    """
    stopped: dict[tuple[str, str], int] = defaultdict(int)
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for each in confirmed_stakes(to=to, year=year, paid=paid):
        owed[each.rule, each.code] += each.to_recover_amount
        stopped[each.rule, each.code] += each.stopped_amount
    decision = Settlement.Decision
    rows = (
        decided_findings(to=to, year=year)
        .order_by()
        .values("rule", "code")
        .annotate(
            found=Count("id"),
            waiting=Count("id", filter=Q(decision__in=(OPEN, *WAITING))),
            confirmed=Count("id", filter=Q(decision=decision.CONFIRMED)),
            dismissed=Count("id", filter=Q(decision=decision.DISMISSED)),
            corrected=Count("id", filter=Q(decision=decision.SUPERSEDED)),
            stake=Sum("stake_amount"),
        )
    )
    effects = [
        RuleEffect(
            row["rule"],
            row["code"],
            row["found"],
            row["waiting"],
            row["confirmed"],
            row["dismissed"],
            row["corrected"],
            stopped[row["rule"], row["code"]],
            owed[row["rule"], row["code"]],
        )
        for row in rows
    ]
    return sorted(effects, key=lambda e: (-e.stopped_amount, -e.found_count, e.rule, e.code))


@dataclass(frozen=True)
class Stake:
    """A confirmed finding and its money in 分: kept back in time, and paid all the same."""

    finding_id: int
    rule: str
    code: str
    stopped_amount: int
    to_recover_amount: int


def confirmed_stakes(
    *, to: Asker, year: int, paid: Mapping[Place, int], as_of: int | None = None
) -> list[Stake]:
    """The money behind each confirmed finding, by number; ``paid`` as in ``rule_effects``."""
    paid_by = _paid_by_finding(to, year, paid, as_of)
    rows = _confirmed(to, year, as_of).order_by("id")
    found = []
    for pk, rule, code, effect, stake in rows.values_list(
        "id", "rule", "code", "effect", "stake_amount"
    ):
        gone = paid_by.get(pk, 0)
        held = effect == Finding.Effect.HOLD
        found.append(Stake(pk, rule, code, max(stake - gone, 0) if held else 0, gone))
    return found


def decided_findings(*, to: Asker, year: int, as_of: int | None = None) -> ScopedQuerySet[Any]:
    """Findings of doubted rows with their ``decision``, as known at a ledger entry."""
    seen = Finding.objects.seen_by(to).filter(year=year).exclude(code__in=LEFT_OUT_CODES)
    if as_of is not None:
        seen = seen.filter(act_id__lte=as_of)
    return with_decision(seen, as_of=as_of)


def confirmed_places(*, to: Asker, year: int, as_of: int | None = None) -> set[Place]:
    """The rows that confirmed findings doubt: ask payment what it paid on them."""
    return {place for _, place in _confirmed_rows(to, year, as_of)}


def finding_places(numbers: Iterable[int], *, to: Asker) -> dict[int, Place]:
    """Finding -> the first row it doubts."""
    rows = FindingEvidence.objects.seen_by(to).filter(finding__in=list(numbers), is_subject=True)
    told = ("finding_id", "origin_file_id", "origin_sheet", "origin_line")
    found: dict[int, Place] = {}
    for finding, file, sheet, line in rows.order_by("finding_id", "id").values_list(*told):
        found.setdefault(finding, (file or 0, sheet or 0, line or 0))
    return found


def rule_label(rule: str, code: str, *, year: int) -> str:
    """A rule as a figure's way down names it: the kind of doubt and its sub-item."""
    name = sub_item_names(year=year).get(rule.partition("/")[0])
    return f"{name}：{finding_name(code)}" if name else finding_name(code)


def _confirmed(to: Asker, year: int, as_of: int | None) -> ScopedQuerySet[Any]:
    found = decided_findings(to=to, year=year, as_of=as_of)
    return found.filter(decision=Settlement.Decision.CONFIRMED)


def _confirmed_rows(to: Asker, year: int, as_of: int | None) -> Iterator[tuple[int, Place]]:
    rows = FindingEvidence.objects.seen_by(to).filter(
        finding__in=_confirmed(to, year, as_of).values("pk"), is_subject=True
    )
    if as_of is not None:
        rows = rows.filter(act_id__lte=as_of)
    told = ("finding_id", "origin_file_id", "origin_sheet", "origin_line")
    for finding, file, sheet, line in rows.order_by("finding_id", "id").values_list(*told):
        yield finding, (file or 0, sheet or 0, line or 0)


def _paid_by_finding(
    to: Asker, year: int, paid: Mapping[Place, int], as_of: int | None
) -> dict[int, int]:
    """Finding -> what was paid on its rows; a row that several findings doubt counts once."""
    found: dict[int, int] = defaultdict(int)
    told: set[Place] = set()
    for finding, place in _confirmed_rows(to, year, as_of):
        if place in paid and place not in told:
            told.add(place)
            found[finding] += paid[place]
    return found
