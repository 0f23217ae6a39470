"""How the registry's records are worded on its pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from mingbai.intake.queries import working_day
from mingbai.registry.models import Settlement
from mingbai.registry.queries import (
    explain_finding,
    finding_name,
    rule_words,
    sub_item_names,
    town_names,
)
from mingbai.rulebook import RuleWords, describe_rules, load_book


def day_shown() -> date:
    """The day pages count from; a demonstration lives in its own time."""
    return working_day(at=timezone.now(), demonstration=settings.MINGBAI_DEMO)


@dataclass(frozen=True)
class Words:
    """What codes are called in a year: sub-items, towns, rules."""

    sub_items: dict[str, str]
    towns: dict[str, str]
    rules: Mapping[str, RuleWords]

    @classmethod
    def of(cls, year: int | None) -> Words:
        """The words of a year; before the first year only the towns have names."""
        if year is None:
            return cls({}, town_names(), {})
        book = load_book(year=year, county=settings.MINGBAI_COUNTY)
        return cls(sub_item_names(year=year), town_names(), describe_rules(book))


def finding_card(found: Any, words: Words) -> dict[str, Any]:
    """What a card of one finding shows; ``found`` carries its newest ``decision``."""
    states = {"open": "待处理", **dict(Settlement.Decision.choices)}
    badges = {"open": "warn", "reopened": "warn", "confirmed": "bad", "dismissed": "mute"}
    return {
        "finding": found,
        "name": finding_name(found.code),
        "message": explain_finding(found, names=words.sub_items),
        "rule": rule_words(found.rule, rules=words.rules),
        "sub_item": words.sub_items.get(found.sub_item, found.sub_item),
        "town": words.towns.get(found.town, found.town),
        "state": states[found.decision],
        "badge": badges.get(found.decision, "ok"),
        "waits": found.decision in ("open", "reopened"),
    }
