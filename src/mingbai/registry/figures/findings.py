"""How often comparison was right: confirmed findings of those that people decided."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.programme.figures import evidence_of, split_page
from mingbai.registry.models import Settlement
from mingbai.registry.queries.savings import decided_findings, finding_places, rule_label

PAGE: Final = 500
CARDS: Final[dict[str, Card]] = {
    "registry.confirmed_ratio": Card(
        key="registry.confirmed_ratio",
        name="疑点属实率",
        unit="ratio",
        numerator="最新结论为属实的疑点条数",
        denominator="最新结论为属实或排除的疑点条数；待处理、已更正的不计",
        cutoff="按台账，截至查询时",
        owner="县民生办",
        places=1,
    )
}
_DECISION: Final = Settlement.Decision
_SIDES: Final = {
    "numerator": (_DECISION.CONFIRMED,),
    "denominator": (_DECISION.CONFIRMED, _DECISION.DISMISSED),
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """Confirmed of decided, as known at a ledger entry. Errors: KeyError."""
    card = CARDS[key]
    decided = _decided(year, as_of, to, _SIDES["denominator"]).order_by("id")
    rows = list(decided.values_list("id", "decision"))
    confirmed = sum(1 for _, decision in rows if decision == _DECISION.CONFIRMED)
    return Figure(
        card,
        Fraction(confirmed, len(rows)) if rows else None,
        cutoff,
        evidence_of("registry.Finding", rows),
        numerator=confirmed,
        denominator=len(rows),
    )


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """The two sides, then rules, then findings with their first doubted row. Errors: KeyError."""
    card = CARDS[key]
    steps, offset = split_page(path)
    if not steps:
        sides = {"numerator": card.numerator, "denominator": card.denominator or ""}
        counts = {side: _decided(year, as_of, to, of).count() for side, of in _SIDES.items()}
        return [Branch(side, words, counts[side], counts[side]) for side, words in sides.items()]
    found = _decided(year, as_of, to, _SIDES[steps[0]])
    if len(steps) == 1:
        rules = found.order_by().values("rule", "code").annotate(n=Count("id")).order_by("-n")
        return [
            Branch(
                f"{row['code']}|{row['rule']}",
                rule_label(row["rule"], row["code"], year=year),
                row["n"],
                row["n"],
            )
            for row in rules
        ]
    code, _, rule = steps[1].partition("|")
    if len(steps) > 2 or not rule:
        raise KeyError(steps[-1])
    return _leaves(found.filter(code=code, rule=rule).order_by("id"), to, offset)


def _decided(year: int, as_of: int, to: Asker, decisions: tuple[str, ...]) -> ScopedQuerySet[Any]:
    return decided_findings(to=to, year=year, as_of=as_of).filter(decision__in=decisions)


def _leaves(found: ScopedQuerySet[Any], to: Asker, offset: int) -> list[Branch | Leaf]:
    count = found.count()
    page = list(found[offset : offset + PAGE])
    places = finding_places([each.pk for each in page], to=to)
    level: list[Branch | Leaf] = [
        Leaf(f"疑点第 {each.pk} 号", 1, *places.get(each.pk, (None, None, None))) for each in page
    ]
    end = offset + len(page)
    if end < count:
        level.append(Branch(f"@{end}", f"其余 {count - end} 条", count - end, count - end))
    return level
