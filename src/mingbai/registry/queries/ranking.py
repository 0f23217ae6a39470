"""What to look at first: the money at stake times the part of the rule's findings proved true.

What `mingbai.engine.ranking` says of one finding the database says of all, so that it cuts pages.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.db.models.lookups import Exact, GreaterThan, LessThanOrEqual

from mingbai.base.scope import ScopedQuerySet
from mingbai.engine.ranking import (
    EXPLAINED,
    MONTHS_AT_ONCE,
    PAID_AT_ONCE,
    SHARED_BY,
    Share,
    Shares,
    Tally,
    learn_shares,
    level_of,
)
from mingbai.registry.models import Comparison, Finding, Settlement

_WHY: Final = "what a rule is worth is learned from every decision; only counts leave this query"
#: Decisions that people make; the house itself writes the other two.
DECIDED: Final = (Settlement.Decision.CONFIRMED, Settlement.Decision.DISMISSED)
#: Below so many decisions a share is shown as counts, for it says little by itself.
FEW: Final = 10


@dataclass(frozen=True)
class Experience:
    """What decisions of all years taught: tallies by rule, and the shares learned from them."""

    tallies: dict[tuple[str, str, int], Tally]
    shares: Shares

    def of(self, finding: Finding) -> tuple[Tally, Share]:
        """The finding's rule: what was decided, and the share expected of it."""
        level = level_of(finding.code, finding.severity, finding.params, finding.stake_amount)
        key = (finding.rule, finding.code, level)
        return self.tallies.get(key) or Tally(*key), self.shares.of(*key)


def learned_from_decisions() -> Experience:
    """Learn each rule's share from the last decision of a person about each of its findings.

    A later "superseded" or "reopened" does not undo what somebody confirmed or dismissed. A finding
    that a correction removed undecided is counted apart; one that went with a change of the book
    teaches nothing. One query, whatever there is.
    """
    every = Settlement.objects.unscoped(_WHY)
    same = every.filter(finding=OuterRef("finding"))
    decided_later = same.filter(number__gt=OuterRef("number"), decision__in=DECIDED)
    by_same_book = Comparison.objects.unscoped(_WHY).filter(
        act=OuterRef("act"), rulebook_digest=OuterRef("finding__rulebook_digest")
    )
    last_decision = Q(decision__in=DECIDED) & ~Exists(decided_later)
    corrected = (
        Q(decision=Settlement.Decision.SUPERSEDED)
        & ~Exists(same.filter(number__gt=OuterRef("number")))
        & ~Exists(same.filter(decision__in=DECIDED))
        & Exists(by_same_book)
    )
    rows = (
        every.filter(last_decision | corrected)
        .order_by()
        .annotate(level=_level("finding__"))
        .values_list("finding__rule", "finding__code", "level", "decision")
        .annotate(count=Count("id"))
    )
    counts: dict[tuple[str, str, int], dict[str, int]] = defaultdict(dict)
    for rule, code, level, decision, count in rows:
        counts[rule, code, level][_COUNTS[decision]] = count
    tallies = {
        key: Tally(*key, *(each.get(name, 0) for name in ("confirmed", "dismissed", "corrected")))
        for key, each in counts.items()
    }
    return Experience(tallies, learn_shares(tallies.values()))


_COUNTS: Final = {
    Settlement.Decision.CONFIRMED: "confirmed",
    Settlement.Decision.DISMISSED: "dismissed",
    Settlement.Decision.SUPERSEDED: "corrected",
}


def ranked(findings: ScopedQuerySet[Any], experience: Experience) -> ScopedQuerySet[Any]:
    """Order findings by what a look is expected to confirm, the most first.

    The database multiplies: each rule's share is a whole number of thousandths, so that both
    databases order alike and cut pages themselves. Findings of equal worth stand as found.
    """
    stake = F("stake_amount") * _weights(experience.shares)
    worth = ExpressionWrapper(stake / F("people"), BigIntegerField())
    return (
        findings.annotate(level=_level(), people=_people())
        .annotate(worth=worth)
        .order_by("-worth", "id")
    )


def _fact(name: str, prefix: str = "") -> Cast:
    return Cast(KeyTextTransform(name, f"{prefix}params"), BigIntegerField())


def _level(prefix: str = "") -> Case:
    """Twin of `level_of`."""
    found, standard = _fact("found", prefix), NullIf(_fact("standard", prefix), _weight(0))
    several = (
        Q(**{f"{prefix}code__in": sorted(PAID_AT_ONCE)})
        & GreaterThan(standard, _weight(0))
        & GreaterThan(found, standard)
        & LessThanOrEqual(found, standard * _weight(MONTHS_AT_ONCE))
        & Exact(found % standard, _weight(0))
        & Exact(F(f"{prefix}stake_amount") % standard, _weight(0))
    )
    return Case(
        When(several, then=_weight(EXPLAINED)),
        default=F(f"{prefix}severity"),
        output_field=BigIntegerField(),
    )


def _people() -> Case:
    """Twin of `people_of`."""
    shared = Q(code__in=sorted(SHARED_BY)) & GreaterThan(_fact("people"), _weight(0))
    return Case(
        When(shared, then=_fact("people")), default=_weight(1), output_field=BigIntegerField()
    )


def _weights(shares: Shares) -> Case:
    """The weight of a finding's rule, from the nearest level that has decisions."""
    rules: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for (rule, kind, level), share in shares.rules.items():
        rules[kind, level, share.weight].append(rule)
    whens = [
        When(code=kind, level=level, rule__in=members, then=_weight(weight))
        for (kind, level, weight), members in rules.items()
    ]
    whens += [
        When(code=kind, level=level, then=_weight(share.weight))
        for (kind, level), share in shares.kinds.items()
    ]
    whens += [
        When(level=level, then=_weight(share.weight)) for level, share in shares.levels.items()
    ]
    return Case(*whens, default=_weight(1), output_field=BigIntegerField())


def _weight(weight: int) -> Value:
    return Value(weight, output_field=BigIntegerField())


def describe_share(tally: Tally, share: Share) -> str:
    """How often the rule was right, with the number of decisions; honest when they are few."""
    expected = f"{share.mean:.0%}"
    if not tally.decided and tally.level == EXPLAINED:
        return f"金额恰是标准的整倍数，可能是几个月一并补发，暂估属实率 {expected}"
    if not tally.decided:
        return f"本规则尚无核实结论，按同类暂估属实率 {expected}"
    if tally.decided < FEW:
        return f"已核 {tally.decided} 条，属实 {tally.confirmed} 条；条数少，暂估属实率 {expected}"
    return f"属实率 {tally.confirmed / tally.decided:.0%}（已核 {tally.decided} 条）"
