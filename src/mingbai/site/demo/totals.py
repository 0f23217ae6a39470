"""What the county must come to once both waves are in: written as totals.json."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mingbai.site.demo.county import County
from mingbai.site.demo.money import FundLine
from mingbai.site.demo.rolls import Roll
from mingbai.site.demo.truth import FaultRecord, count_by

JUNE, DECEMBER = 6, 12


def sum_up(county: County, *, files: int, faults: Sequence[FaultRecord]) -> dict[str, Any]:
    """Add up all that was made; money in 分, ratios as numerator and denominator.

    The totals are the half-year's; those of the whole year, where it was made, stand apart.
    """
    totals = {
        "county": county.book.county,
        "year": county.book.year,
        "size": county.size,
        "seed": county.seed,
        "half": county.half,
        "book_digest": county.book.digest,
        "files": files,
        "completed_sub_items": sorted(county.plan.completed),
        "deaths": len(county.deaths),
        "staff": len(county.staff),
        "missed": len(county.missed),
        "insured": dict(county.insured.counts),
        "faults": {
            "by_kind": count_by(faults, "kind"),
            "by_outcome": count_by(faults, "outcome"),
            "corrected": sum(1 for fault in faults if fault.corrected_in),
        },
        **_through(county, JUNE),
    }
    if county.half == 1:
        return totals
    return {**totals, "whole_year": _through(county, DECEMBER)}


def _through(county: County, month: int) -> dict[str, Any]:
    """The totals from January to the end of a month."""
    funds = [line for line in county.funds if line.month <= month]
    rolls = [roll for roll in county.rolls if roll.month <= month]
    pieces = [piece for piece in county.pieces if piece.sent_date.month <= month]
    released = sum(line.released for line in funds)
    budget = sum(item.budget_fen for item in county.book.sub_items)
    city = sum(1 for piece in pieces if piece.city_adopted_date)
    province = sum(1 for piece in pieces if piece.province_adopted_date)
    person_times = sum(len(roll.entries) for roll in rolls)
    paid = sum(roll.amount for roll in rolls)
    return {
        "budget_amount": budget,
        "released_amount": released,
        "arrived_amount": sum(line.arrived for line in funds),
        "spent_amount": sum(line.spent for line in funds),
        "person_times": person_times,
        "paid_amount": paid,
        "pieces_sent": len(pieces),
        "city_adopted": city,
        "province_adopted": province,
        "trainees": {
            code: sum(len(people) for when, people in classes.items() if when <= month)
            for code, classes in county.trainees.items()
        },
        "sub_items": _by_sub_item(funds, rolls),
        "printed": {
            "released": f"{_rounded(Fraction(released, 10**10), 2)}亿元",
            "released_of_budget": f"{_rounded(Fraction(released * 100, budget), 2)}%",
            "person_times": f"{_rounded(Fraction(person_times, 10**4), 2)}万人次",
            "paid": f"{_rounded(Fraction(paid, 10**10), 1)}亿元",
            "pieces": f"{len(pieces)}条",
            "city_adopted": f"{city}条",
            "city_adopted_ratio": f"{_rounded(Fraction(city * 100, len(pieces)), 2)}%",
            "province_adopted": f"{province}条",
        },
    }


def _by_sub_item(funds: Sequence[FundLine], rolls: Sequence[Roll]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for line in funds:
        each = totals.setdefault(line.sub_item, {"released_amount": 0})
        each["released_amount"] += line.released
    for roll in rolls:
        each = totals.setdefault(roll.stream.sub_item, {"released_amount": 0})
        each["person_times"] = each.get("person_times", 0) + len(roll.entries)
        each["paid_amount"] = each.get("paid_amount", 0) + roll.amount
    return totals


def _rounded(value: Fraction, places: int) -> str:
    """Round half up, as official texts do."""
    whole = int(value * 10**places + Fraction(1, 2))
    return f"{whole / 10**places:.{places}f}"
