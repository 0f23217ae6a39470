"""Units of targets: how fine they are, whether towns add up, and declared conversions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml

from mingbai.programme.models.quantity import PLACES

_FILE = Path(__file__).with_name("units.yaml")
_UNKNOWN_PLACES = 2


class CannotConvert(Exception):
    """Two units measure different things, or the result is finer than can be kept."""


@dataclass(frozen=True)
class Unit:
    """One unit: decimals it is given with, whether parts add up, and its size in the base unit."""

    name: str
    places: int
    adds: bool
    base: str
    times: Fraction

    @property
    def step(self) -> Decimal:
        """The smallest part of a split."""
        return Decimal(1).scaleb(-self.places)


@cache
def _units() -> dict[str, Unit]:
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["units"]
    return {
        name: Unit(
            name=name,
            places=int(each["places"]),
            adds=bool(each.get("adds", True)),
            base=str(each.get("base", name)),
            times=Fraction(str(each.get("times", 1))),
        )
        for name, each in raw.items()
    }


def unit_of(name: str) -> Unit:
    """The unit of that name; one not declared stands for itself with two decimals."""
    return _units().get(name) or Unit(name, _UNKNOWN_PLACES, True, name, Fraction(1))


def step_of(name: str, target: Decimal) -> Decimal:
    """The finest figure this measure may have: the unit's, or finer where the target itself is."""
    return Decimal(1).scaleb(-min(max(_decimals(target), unit_of(name).places), PLACES))


def split_step(name: str, target: Decimal, parts: Iterable[Decimal] = ()) -> Decimal:
    """How finely a split goes: as finely as the target and the present parts are written, with one
    decimal at least where the unit has any. Nobody wants a road shared out by the metre."""
    places = unit_of(name).places
    written = max([min(places, 1), *(_decimals(part) for part in parts)])
    return Decimal(1).scaleb(-min(max(_decimals(target), min(written, places)), PLACES))


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def convert(value: Decimal, given: str, wanted: str) -> Decimal:
    """A quantity of unit ``given`` in unit ``wanted``, exact. Errors: ``CannotConvert``."""
    if given == wanted:
        return value
    here, there = unit_of(given), unit_of(wanted)
    if here.base != there.base:
        raise CannotConvert(f"“{given}”不能折算成“{wanted}”，请按“{wanted}”填写")
    scaled = Fraction(value) * here.times / there.times * 10**PLACES
    if scaled.denominator != 1:
        raise CannotConvert(
            f"{value:f}{given}折成{wanted}除不尽（最多 {PLACES} 位小数），请按文件原数换算后填写"
        )
    return Decimal(int(scaled)).scaleb(-PLACES).normalize()
