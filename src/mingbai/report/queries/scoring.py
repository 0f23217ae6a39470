"""How towns and departments are scored and ranked for a month, from the lags judged then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.delivery.queries.lags import LagRow
from mingbai.engine.schedule import Deducted, Score, Weighed, rank_ties, round_half_up, work_score
from mingbai.funds.queries import totals
from mingbai.rulebook.model import Weights


@dataclass(frozen=True)
class Scored:
    """One office with its place and its score as printed; ``parts`` say what makes it up."""

    office: Office
    place: int
    score: Decimal
    parts: tuple[dict[str, Any], ...]


def rank_offices(
    rows: Sequence[LagRow], weights: Weights, *, released: Mapping[str, Fraction] | None = None
) -> tuple[Scored, ...]:
    """The ranking of towns (by their own parts) or departments (by the sub-items they lead).

    ``released``: sub-item -> released of budget. Who has nothing to be scored by is left out;
    equal scores at the printed decimals share a place, and the places they fill are skipped.
    """
    by_office: dict[int, list[LagRow]] = defaultdict(list)
    offices: dict[int, Office] = {}
    for row in rows:
        if (row.judged.town is not None) == (weights.ranked == "towns"):
            by_office[row.judged.office.pk].append(row)
            offices[row.judged.office.pk] = row.judged.office
    scores: dict[int, Score] = {}
    for pk, own in by_office.items():
        found = work_score(
            _values(own, released or {}),
            _cases(own),
            weights=[Weighed(each.code, Fraction(each.weight)) for each in weights.indicators],
            deductions=[
                Deducted(each.code, Fraction(each.each), Fraction(each.most))
                for each in weights.deductions
            ],
        )
        if found is not None:
            scores[pk] = found
    order = sorted(scores, key=lambda pk: offices[pk].code)
    places = rank_ties(((pk, scores[pk].total) for pk in order), places=weights.places)
    return tuple(
        Scored(
            offices[pk],
            place.number,
            round_half_up(scores[pk].total, weights.places),
            _parts(scores[pk], weights, len(_asked(by_office[pk]))),
        )
        for place in places
        for pk in place.members
    )


def released_ratios(*, to: Asker, year: int, through: date, as_of: int) -> dict[str, Fraction]:
    """Sub-item -> money released as a share of the year's budget; those without budget left out."""
    budget: dict[str, int] = defaultdict(int)
    released: dict[str, int] = defaultdict(int)
    for part in totals(to=to, year=year, through=through, as_of=as_of):
        budget[part.sub_item] += part.budget
        released[part.sub_item] += part.released
    return {code: Fraction(released[code], whole) for code, whole in budget.items() if whole > 0}


def _asked(rows: Iterable[LagRow]) -> list[LagRow]:
    """Those with something to judge by: a target, and begun by schedule."""
    return [row for row in rows if row.state != "waiting"]


def _values(rows: Sequence[LagRow], released: Mapping[str, Fraction]) -> dict[str, Fraction | None]:
    asked = _asked(rows)
    money = [released[code] for code in {row.judged.sub_item.code for row in rows}
             if code in released]  # fmt: skip
    return {
        "schedule": _mean([_of_plan(row) for row in asked]),
        "completion": _mean([_capped(row) for row in asked]),
        "reporting": _mean([Fraction(row.state != "silent") for row in asked]),
        "released": _mean([min(each, Fraction(1)) for each in money]),
    }


def _cases(rows: Sequence[LagRow]) -> dict[str, int]:
    missed = [
        row.held_to.current
        for row in rows
        if row.held_to is not None and row.held_to.current is not None
    ]
    return {
        "red": sum(row.colour == "red" for row in rows),
        "silent": sum(row.state == "silent" for row in rows),
        "missed": sum(point.state == "missed" for point in missed),
        "unanswered": sum(row.owes_answer and row.plan is None for row in rows),
    }


def _capped(row: LagRow) -> Fraction:
    """Completion, at most whole; nothing for the silent."""
    actual = row.judged.actual
    if row.state in ("silent", "unchecked") or actual is None:
        return Fraction(0)
    return min(actual, Fraction(1))


def _of_plan(row: LagRow) -> Fraction:
    """Completion against the schedule, at most whole; nothing for the silent."""
    if row.state == "done":
        return Fraction(1)
    planned = row.judged.planned
    if row.state in ("silent", "unchecked") or row.judged.actual is None:
        return Fraction(0)
    return min(row.judged.actual / Fraction(planned), Fraction(1)) if planned else Fraction(1)


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def _parts(score: Score, weights: Weights, asked_count: int) -> tuple[dict[str, Any], ...]:
    names: dict[str, str] = {each.code: each.name for each in weights.indicators}
    indicators = frozenset(names)
    names |= {each.code: each.name for each in weights.deductions}
    return tuple(
        {
            "code": part.code,
            "name": names[part.code],
            "kind": "indicator" if part.code in indicators else "deduction",
            "value": f"{part.value.numerator}/{part.value.denominator}",
            "shown": f"{round_half_up(part.value * 100, 2)}%"
            if part.code in indicators
            else f"{int(part.value)}项",
            "weight": str(round_half_up(part.weight, 2)),
            "points": str(round_half_up(part.points, weights.places)),
            "asked": asked_count,
        }
        for part in score.parts
    )
