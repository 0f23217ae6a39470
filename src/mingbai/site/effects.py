"""The page 规则成效: registry knows what was confirmed, payment what was paid; this joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.ledger import last_seq
from mingbai.base.periods import month_end
from mingbai.payment.figures import CARDS as PAYMENT_CARDS
from mingbai.payment.queries.savings import paid_on
from mingbai.registry.figures import CARDS as REGISTRY_CARDS
from mingbai.registry.queries import (
    finding_name,
    learned_from_decisions,
    newest_year,
    rule_words,
    sub_item_names,
)
from mingbai.registry.queries.savings import RuleEffect, confirmed_places, rule_effects
from mingbai.rulebook import RuleWords, describe_rules, load_book

#: What stands on the page's tiles, each a figure that leads to its rows.
_CARDS: Final = (
    REGISTRY_CARDS["registry.confirmed_ratio"],
    PAYMENT_CARDS["payment.stopped_amount"],
    PAYMENT_CARDS["payment.to_recover_amount"],
)


@dataclass(frozen=True)
class ShownEffect:
    """A rule's effect in words, with the interval its share lies in."""

    effect: RuleEffect
    name: str
    rule: RuleWords | None
    sub_item: str
    between: tuple[float, float] | None


def _why(key: str, year: int) -> str:
    """Where a figure of the whole year is explained down to its rows."""
    return reverse("report:why_now", args=[year, 12, key])


@require_GET
def effects(request: HttpRequest) -> HttpResponse:
    """Each rule: found, decided, its share with an interval, money stopped and to recover."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "site/effects.html", {"rows": None})
    places = confirmed_places(to=to, year=year)
    # As the figures of the whole year are made: the tiles lead to them.
    end = month_end(year * 100 + 12)
    paid = paid_on(places, to=to, year=year, cutoff=end, as_of=last_seq())
    found = rule_effects(to=to, year=year, paid=paid)
    rules = describe_rules(load_book(year=year, county=settings.MINGBAI_COUNTY))
    learned, names = learned_from_decisions(), sub_item_names(year=year)
    rows = [
        ShownEffect(
            each,
            finding_name(each.code),
            rule_words(each.rule, rules=rules),
            names.get(each.rule.partition("/")[0], ""),
            learned.shares.of(each.rule, each.code, 2).interval()
            if each.confirmed_ratio is not None
            else None,
        )
        for each in found
    ]
    context = {
        "rows": rows,
        "year": year,
        "cards": _CARDS,
        "why": {card.key.partition(".")[2]: _why(card.key, year) for card in _CARDS},
        "stopped": sum(each.stopped_amount for each in found),
        "owed": sum(each.to_recover_amount for each in found),
        "confirmed": sum(each.confirmed_count for each in found),
        "decided": sum(each.confirmed_count + each.dismissed_count for each in found),
        "total": sum(each.found_count for each in found),
    }
    return render(request, "site/effects.html", context)
