"""The page 规则成效: registry knows what was confirmed, payment what was paid; this joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.scope import Asker
from mingbai.payment.models import BatchStep, PaymentLine
from mingbai.registry.queries import (
    finding_name,
    learned_from_decisions,
    newest_year,
    rule_words,
    sub_item_names,
)
from mingbai.registry.queries.savings import CARDS, RuleEffect, confirmed_places, rule_effects
from mingbai.rulebook import RuleWords, describe_rules, load_book

_STEP: Final = 500


@dataclass(frozen=True)
class ShownEffect:
    """A rule's effect in words, with the interval its share lies in."""

    effect: RuleEffect
    name: str
    rule: RuleWords | None
    sub_item: str
    between: tuple[float, float] | None


def paid_on(places: set[tuple[int, int, int]], *, to: Asker) -> dict[tuple[int, int, int], int]:
    """What was paid on these rows in confirmed batches (分), less what was taken back."""
    files = sorted({file for file, _, _ in places})
    paid: dict[tuple[int, int, int], int] = {}
    for start in range(0, len(files), _STEP):
        lines = PaymentLine.objects.seen_by(to).filter(
            origin_file__in=files[start : start + _STEP],
            voided=False,
            batch__steps__step=BatchStep.Step.PAID,
        )
        told = ("origin_file_id", "origin_sheet", "origin_line", "amount")
        for file, sheet, line, amount in lines.values_list(*told).iterator(20_000):
            place = (file or 0, sheet or 0, line or 0)
            if place in places:
                paid[place] = paid.get(place, 0) + amount
    return paid


@require_GET
def effects(request: HttpRequest) -> HttpResponse:
    """Each rule: found, decided, its share with an interval, money stopped and to recover."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "site/effects.html", {"rows": None})
    found = rule_effects(to=to, year=year, paid=paid_on(confirmed_places(to=to, year=year), to=to))
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
        "cards": list(CARDS.values()),
        "stopped": sum(each.stopped_amount for each in found),
        "owed": sum(each.to_recover_amount for each in found),
        "confirmed": sum(each.confirmed_count for each in found),
        "decided": sum(each.confirmed_count + each.dismissed_count for each in found),
        "total": sum(each.found_count for each in found),
    }
    return render(request, "site/effects.html", context)
