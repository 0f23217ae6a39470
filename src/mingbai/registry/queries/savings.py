"""What each rule of comparison is worth: found, confirmed, and the money behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Q, Sum

from mingbai.base.figures import Card
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Finding, FindingEvidence, Settlement
from mingbai.registry.queries.findings import LEFT_OUT_CODES, OPEN, WAITING, with_decision

_OWNER: Final = "registry"
_CUTOFF: Final = "按台账，截至查询时"

#: Definitions of what the page of rules shows, for the room's figures to include.
CARDS: Final[dict[str, Card]] = {
    card.key: card
    for card in (
        Card(
            key="registry.confirmed_ratio",
            name="疑点属实率",
            unit="ratio",
            numerator="最新结论为属实的疑点条数",
            denominator="最新结论为属实或排除的疑点条数；待处理、已更正的不计",
            cutoff=_CUTOFF,
            owner=_OWNER,
            places=1,
        ),
        Card(
            key="registry.stopped_amount",
            name="发放前拦下的金额",
            unit="fen",
            numerator="最新结论为属实、处理为暂缓的疑点所涉金额，减去其中已经发放的",
            denominator=None,
            cutoff=_CUTOFF,
            owner=_OWNER,
            word="元",
            scale="万",
            places=2,
        ),
        Card(
            key="registry.to_recover_amount",
            name="应追回的金额",
            unit="fen",
            numerator="最新结论为属实的疑点，其存疑行中已经发放的金额",
            denominator=None,
            cutoff=_CUTOFF,
            owner=_OWNER,
            word="元",
            scale="万",
            places=2,
        ),
    )
}

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
    seen = Finding.objects.seen_by(to).filter(year=year).exclude(code__in=LEFT_OUT_CODES)
    paid_by = _paid_by_finding(to, year, paid)
    stopped: dict[tuple[str, str], int] = defaultdict(int)
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for pk, rule, code, effect, stake in _confirmed(to, year).values_list(
        "id", "rule", "code", "effect", "stake_amount"
    ):
        gone = paid_by.get(pk, 0)
        owed[rule, code] += gone
        if effect == Finding.Effect.HOLD:
            stopped[rule, code] += max(stake - gone, 0)
    decision = Settlement.Decision
    rows = (
        with_decision(seen)
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


def confirmed_places(*, to: Asker, year: int) -> set[Place]:
    """The rows that confirmed findings doubt: ask payment what it paid on them."""
    return {place for _, place in _confirmed_rows(to, year)}


def _confirmed(to: Asker, year: int) -> ScopedQuerySet[Any]:
    seen = Finding.objects.seen_by(to).filter(year=year).exclude(code__in=LEFT_OUT_CODES)
    return with_decision(seen).filter(decision=Settlement.Decision.CONFIRMED)


def _confirmed_rows(to: Asker, year: int) -> Iterator[tuple[int, Place]]:
    rows = FindingEvidence.objects.seen_by(to).filter(
        finding__in=_confirmed(to, year).values("pk"), is_subject=True
    )
    told = ("finding_id", "origin_file_id", "origin_sheet", "origin_line")
    for finding, file, sheet, line in rows.order_by("finding_id", "id").values_list(*told):
        yield finding, (file or 0, sheet or 0, line or 0)


def _paid_by_finding(to: Asker, year: int, paid: Mapping[Place, int]) -> dict[int, int]:
    """Finding -> what was paid on its rows; a row that several findings doubt counts once."""
    found: dict[int, int] = defaultdict(int)
    told: set[Place] = set()
    for finding, place in _confirmed_rows(to, year):
        if place in paid and place not in told:
            told.add(place)
            found[finding] += paid[place]
    return found
