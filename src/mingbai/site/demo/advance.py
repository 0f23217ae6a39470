"""How far each sub-item stands month by month: by June just the planned ones are done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from random import Random
from types import MappingProxyType

from mingbai.rulebook.model import Book, Measure, SubItem
from mingbai.site.demo.plan import CannotMakeCounty

#: Part of the target by sub-item and measure.
Settled = Mapping[tuple[str, str], Decimal]

_ONE = Decimal(1)
_NONE = Decimal(0)
# Units whose numbers do not add up over towns or months.
_RATE_UNITS = ("%", "％")
# Units counted in fractions; everything else is whole.
_FRACTIONS = ("公里", "万亩", "万吨", "万元", "亩", "平方米", "万人", "万平方米", "%", "％")


@dataclass(frozen=True, slots=True)
class AdvanceLine:
    """One measure of one month, of the county (town empty) or of one town."""

    sub_item: str
    measure: str
    unit: str
    town: str
    month: int
    target: Decimal | None
    month_done: Decimal | None
    total_done: Decimal


def plan_advance(
    *,
    book: Book,
    towns: Sequence[str],
    months: Sequence[int],
    completed: Collection[str],
    heads: Mapping[str, Mapping[int, int]],
    settled: Settled,
    random: Random,
) -> tuple[AdvanceLine, ...]:
    """Lay out all progress lines; ``heads`` are the training rosters' heads to date, by month.

    ``settled`` measures stand all year where they were when it began.

    Raises CannotMakeCounty when a sub-item planned as completed has no target to reach, or when
    heads say otherwise than the plan.
    """
    known = {item.code for item in book.sub_items}
    missing = sorted(set(completed) - known)
    if missing:
        raise CannotMakeCounty(f"计划中已完成的子项不在当年清单：{'、'.join(missing)}")
    lines: list[AdvanceLine] = []
    for item in book.sub_items:
        done = item.code in completed
        if done and not any(measure.target for measure in item.measures):
            raise CannotMakeCounty(f"{item.code} 没有年度目标，无法完成")
        for place, measure in enumerate(item.measures):
            # Insurance counts the insured, not those it paid.
            counted = place == 0 and item.kind in ("subsidy", "training")
            counts = heads.get(item.code) if counted else None
            totals = _totals(measure, months, done=done, heads=counts, random=random)
            if (part := settled.get((item.code, measure.code))) and measure.target:
                step = _step(measure)
                stands = (measure.target * part / step).to_integral_value(ROUND_FLOOR) * step
                totals = [stands] * len(months)
            lines += _lines_of(item, measure, months, totals, towns)
    return tuple(lines)


def _totals(
    measure: Measure,
    months: Sequence[int],
    *,
    done: bool,
    heads: Mapping[int, int] | None,
    random: Random,
) -> list[Decimal]:
    """Return the county's total at each month's end, never falling."""
    if heads is not None:
        totals = [Decimal(heads[month]) for month in months]
        if measure.target is not None and (totals[-1] >= measure.target) != done:
            raise CannotMakeCounty(f"{measure.name} 6月累计 {totals[-1]}，与计划是否完成不符")
        return totals
    if measure.target is None or not measure.target:
        return [Decimal(n * (3 + int(random.random() * 4))) for n in range(1, len(months) + 1)]
    step = _step(measure)
    if measure.unit in _RATE_UNITS:
        # A rate starts near its target and creeps; a tenth of a point short is short.
        short = Decimal("0.1") * (4 + int(random.random() * 12))
        last = (
            min(Decimal(100), measure.target + Decimal("0.3")) if done else measure.target - short
        )
        return [
            max(last - Decimal("0.1") * (len(months) - n), Decimal(0))
            for n in range(1, len(months) + 1)
        ]
    by_june = _reached(random) if done else _on_the_way(random)
    goal = (measure.target * by_june / step).to_integral_value(ROUND_FLOOR) * step
    # A single thing that is not finished stands at nought.
    below = max(measure.target - step, Decimal(0))
    goal = max(goal, measure.target) if done else min(goal, below)
    curve = [*sorted(int(random.random() * 100) for _ in months[:-1]), 100]
    return [(goal * part / 100 / step).to_integral_value(ROUND_FLOOR) * step for part in curve]


def _reached(random: Random) -> Decimal:
    # Most stop at the target; some overshoot, as published tables do.
    return _ONE if random.random() < 0.6 else _ONE + Decimal(int(random.random() * 18)) / 100


def _on_the_way(random: Random) -> Decimal:
    return Decimal(28 + int(random.random() * 60)) / 100


def _step(measure: Measure) -> Decimal:
    if measure.unit in _FRACTIONS:
        return Decimal("0.01") if (measure.target or 0) < 1000 else _ONE
    return _ONE


def plan_later_advance(
    *,
    book: Book,
    towns: Sequence[str],
    months: Sequence[int],
    before: Sequence[AdvanceLine],
    short: Collection[str],
    heads: Mapping[str, Mapping[int, int]],
    settled: Settled,
    random: Random,
) -> tuple[AdvanceLine, ...]:
    """Carry the progress on from ``before`` to the end of the year; only ``short`` fall short.

    Where rosters count heads, they alone say how far the sub-item comes.
    """
    last = {(line.sub_item, line.measure, line.town): line.total_done for line in before}
    lines: list[AdvanceLine] = []
    for item in book.sub_items:
        for place, measure in enumerate(item.measures):
            start = last[item.code, measure.name, ""]
            counted = place == 0 and item.kind in ("subsidy", "training")
            counts = heads.get(item.code) if counted else None
            if (item.code, measure.code) in settled:
                totals = [start] * len(months)
            elif counts is not None:
                totals = [max(start, Decimal(counts[month])) for month in months]
            else:
                totals = _later_totals(measure, start, months, item.code in short, random)
            parts = {town: last.get((item.code, measure.name, town)) for town in towns}
            lines += _lines_of(item, measure, months, totals, towns, start=start, parts=parts)
    return tuple(lines)


def _later_totals(
    measure: Measure, start: Decimal, months: Sequence[int], short: bool, random: Random
) -> list[Decimal]:
    """From June's total to the year's, never falling; what is due by November comes by then."""
    if measure.target is None or not measure.target:
        return [start + n * (2 + int(random.random() * 4)) for n in range(1, len(months) + 1)]
    step = _step(measure)
    if measure.unit in _RATE_UNITS:
        goal = max(start, min(Decimal(100), measure.target + Decimal("0.2")))
        tenth = Decimal("0.1")
        return [
            start + ((goal - start) * n / len(months)).quantize(tenth, ROUND_FLOOR)
            for n in range(1, len(months) + 1)
        ]
    ratio = Decimal(86 + int(random.random() * 10)) / 100 if short else _reached(random)
    goal = (measure.target * ratio / step).to_integral_value(ROUND_FLOOR) * step
    goal = max(start, goal if short else max(goal, measure.target))
    by_november = sorted(int(random.random() * 100) for _ in months[:-2])
    curve = [*by_november, 100, 100]
    return [
        start + ((goal - start) * part / 100 / step).to_integral_value(ROUND_FLOOR) * step
        for part in curve
    ]


def _lines_of(
    item: SubItem,
    measure: Measure,
    months: Sequence[int],
    totals: Sequence[Decimal],
    towns: Sequence[str],
    *,
    start: Decimal = _NONE,
    parts: Mapping[str, Decimal | None] = MappingProxyType({}),
) -> list[AdvanceLine]:
    """The county's and the towns' lines; ``start`` and ``parts`` are the totals before them."""
    lines: list[AdvanceLine] = []
    before = start
    rate = measure.unit in _RATE_UNITS
    shares = {} if rate else {town: measure.shares.get(town) for town in towns}
    last = {town: parts.get(town) or _NONE for town in shares}
    for month, total in zip(months, totals, strict=True):
        lines.append(
            AdvanceLine(
                item.code,
                measure.name,
                measure.unit,
                "",
                month,
                measure.target,
                None if rate else total - before,
                total,
            )
        )
        before = total
        parts = _split(total, measure, shares, last)
        for town, part in parts.items():
            lines.append(
                AdvanceLine(
                    item.code,
                    measure.name,
                    measure.unit,
                    town,
                    month,
                    shares[town],
                    part - last[town],
                    part,
                )
            )
            last[town] = part
    return lines


def _split(
    total: Decimal,
    measure: Measure,
    shares: Mapping[str, Decimal | None],
    last: Mapping[str, Decimal],
) -> dict[str, Decimal]:
    """Give each town with a share its part of the total; parts add up and never fall."""
    owned = {town: share for town, share in shares.items() if share}
    whole = sum(owned.values(), Decimal(0))
    if not whole:
        return {}
    step = _step(measure)
    due = {town: total * share / whole - last[town] for town, share in owned.items()}
    parts = {
        town: last[town] + max(Decimal(0), (gap / step).to_integral_value(ROUND_FLOOR)) * step
        for town, gap in due.items()
    }
    rest = total - sum(parts.values(), Decimal(0))
    # What is left goes to those furthest behind; what was given too much comes from those ahead.
    behind = sorted(owned, key=lambda town: (parts[town] - total * owned[town] / whole, town))
    place = 0
    while rest:
        move = min(step, abs(rest))
        town = behind[place % len(behind)] if rest > 0 else behind[-1 - place % len(behind)]
        if rest > 0 or parts[town] - move >= last[town]:
            parts[town] += move if rest > 0 else -move
            rest -= move if rest > 0 else -move
        place += 1
    return parts
