"""Splitting a whole among towns so that the parts add up to it exactly (largest remainder)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from mingbai.programme.queries.units import split_step, unit_of
from mingbai.programme.queries.words import Word

_NOTHING: Mapping[str, Decimal] = {}


class CannotSplit(Exception):
    """The whole cannot be split so; the message says why and what to do."""


def split_exactly(
    *,
    total: Decimal,
    weights: Mapping[str, Decimal | int],
    step: Decimal = Decimal(1),
    fixed: Mapping[str, Decimal] = _NOTHING,
) -> dict[str, Decimal]:
    """Parts of ``total`` in proportion to ``weights``, whole multiples of ``step``.

    Parts in ``fixed`` stay as given; the rest is split among the others. Each part is its quota
    rounded down, and what is left goes one step each to the largest remainders (on a tie to the
    larger weight, then to the smaller code), so no part is a whole step from its quota. Errors:
    ``CannotSplit``.
    """
    free = {name: Fraction(weight) for name, weight in weights.items() if name not in fixed}
    rest = total - sum(fixed.values(), Decimal(0))
    if rest < 0:
        raise CannotSplit(f"已填的合计比目标多 {-rest:f}，请先改小已填的数")
    units = Fraction(rest) / Fraction(step)
    if units.denominator != 1:
        raise CannotSplit(f"要分的 {rest:f} 不是最小单位 {step:f} 的整倍数，请改用更小的单位")
    if any(weight < 0 for weight in free.values()):
        raise CannotSplit("分摊的依据里有负数，请核对")
    whole = sum(free.values(), Fraction(0))
    if not whole and units:
        raise CannotSplit("没有可以分摊的镇，或各镇的依据都是零，请先填分摊依据")
    counts = _largest_remainder(int(units), free, whole)
    parts = {name: counts[name] * step for name in counts} | dict(fixed)
    return {name: parts[name] for name in (*weights, *(f for f in fixed if f not in weights))}


def propose_parts(
    *,
    word: Word,
    method: str,
    towns: Sequence[str],
    people: Mapping[str, int],
    keep: bool = False,
) -> dict[str, Decimal]:
    """A measure's target split anew; nothing is written, the sheet shows it to be saved.

    ``method``: ``population`` by ``people``, ``present`` in the proportions now filled in (a quota
    a town), ``even``. With ``keep`` the cells already filled stay. Errors: ``CannotSplit``.
    """
    if word.target is None:
        raise CannotSplit("没有年度目标，不能分解")
    if not unit_of(word.unit).adds:
        raise CannotSplit(f"按“{word.unit}”计，各镇不能相加，不分解到镇")
    weights: dict[str, Decimal | int]
    if method == "present":
        weights, keep = dict(word.shares), False
    elif method == "population":
        missing = [town for town in towns if town not in people]
        if missing:
            raise CannotSplit(f"还有 {len(missing)} 个镇没有登记人口数，请先登记人口")
        weights = {town: people[town] for town in towns}
    else:
        weights = dict.fromkeys(towns, 1)
    fixed = {town: part for town, part in word.shares.items() if town in weights} if keep else {}
    step = split_step(word.unit, word.target, word.shares.values())
    return split_exactly(total=word.target, weights=weights, step=step, fixed=fixed)


def _largest_remainder(units: int, free: Mapping[str, Fraction], whole: Fraction) -> dict[str, int]:
    if not units:
        return dict.fromkeys(free, 0)
    quotas = {name: units * weight / whole for name, weight in free.items()}
    counts = {name: int(quota) for name, quota in quotas.items()}
    left = units - sum(counts.values())
    # A town of weight zero has no remainder, so it is never given one.
    order = sorted(free, key=lambda name: (counts[name] - quotas[name], -free[name], name))
    for name in order[:left]:
        counts[name] += 1
    return counts
