"""Splitting a whole: it always adds up exactly, and nobody is a whole step from their quota."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.programme.actions import CannotSplit, split_exactly
from mingbai.programme.queries import CannotConvert, convert, split_step, step_of, unit_of

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["340223100", "340223101", "340223102", "340223103", "340223104"]


@st.composite
def splits(draw):
    """A whole of any fineness, weights of which one at least is above zero, some parts fixed."""
    places = draw(st.integers(0, 4))
    step = Decimal(1).scaleb(-places)
    weights = draw(
        st.dictionaries(
            st.sampled_from(NAMES), st.integers(0, 90_000), min_size=1, max_size=5
        ).filter(lambda found: any(found.values()))
    )
    heaviest = max(weights, key=lambda name: (weights[name], name))
    others = sorted(set(weights) - {heaviest})
    counts = draw(st.lists(st.integers(0, 10**6), min_size=len(others), max_size=len(others)))
    fixed = {
        name: count * step
        for name, count, taken in zip(others, counts, draw(st.lists(
            st.booleans(), min_size=len(others), max_size=len(others))), strict=True)
        if taken
    }  # fmt: skip
    rest = draw(st.integers(0, 10**9)) * step
    return rest + sum(fixed.values(), Decimal(0)), weights, step, fixed


@PATIENT
@given(splits())
def test_any_split_adds_up_exactly(case):
    total, weights, step, fixed = case
    parts = split_exactly(total=total, weights=weights, step=step, fixed=fixed)
    assert sum(parts.values(), Decimal(0)) == total
    assert set(parts) == set(weights)
    assert all(part >= 0 and part % step == 0 for part in parts.values())
    assert {name: parts[name] for name in fixed} == fixed
    free = {name: Fraction(w) for name, w in weights.items() if name not in fixed}
    rest = Fraction(total - sum(fixed.values(), Decimal(0)))
    for name, weight in free.items():
        quota = rest * weight / sum(free.values())
        assert abs(Fraction(parts[name]) - quota) < Fraction(step)
        if not weight:
            assert parts[name] == 0


@PATIENT
@given(splits())
def test_who_weighs_more_never_gets_less(case):
    total, weights, step, fixed = case
    parts = split_exactly(total=total, weights=weights, step=step, fixed=fixed)
    free = sorted((w, parts[name]) for name, w in weights.items() if name not in fixed)
    for (lighter, less), (heavier, more) in pairwise(free):
        assert lighter == heavier or less <= more


def test_the_largest_remainder_gets_what_is_left():
    # Quotas 4.5, 2.7, 1.8: the parts rounded down leave 2, for the remainders .8 and .7.
    weights = {"a": 50, "b": 30, "c": 20}
    assert split_exactly(total=Decimal(9), weights=weights) == {"a": 4, "b": 3, "c": 2}
    # Control: rounding each by itself would hand out one more than there is.
    rounded = [Decimal(w * 9 / 100).to_integral_value("ROUND_HALF_UP") for w in weights.values()]
    assert sum(rounded) == 10


def test_a_tie_goes_to_the_smaller_code():
    assert split_exactly(total=Decimal(1), weights={"b": 1, "a": 1}) == {"b": 0, "a": 1}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"total": Decimal(10), "weights": {"a": 0, "b": 0}}, "各镇的依据都是零"),
        ({"total": Decimal(10), "weights": {"a": 1}, "fixed": {"b": Decimal(11)}}, "多 1"),
        ({"total": Decimal("10.5"), "weights": {"a": 1}}, "整倍数"),
        ({"total": Decimal(10), "weights": {"a": 1, "b": -1}}, "负数"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_reason(given, said):
    with pytest.raises(CannotSplit, match=said):
        split_exactly(**given)


@pytest.mark.parametrize(
    ("value", "here", "there", "wanted"),
    [
        ("0.9", "万亩", "亩", "9000"),
        ("43", "公里", "米", "43000"),
        ("45.2", "万人", "人", "452000"),
        ("3", "亩", "平方米", "2000"),
        ("1", "公顷", "亩", "15"),
        ("12", "千米", "公里", "12"),
        ("7", "户", "户", "7"),
        ("5", "棵", "棵", "5"),
    ],
)
def test_declared_conversions_are_exact(value, here, there, wanted):
    found = convert(Decimal(value), here, there)
    assert found == Decimal(wanted)
    assert convert(found, there, here) == Decimal(value)


@pytest.mark.parametrize(
    ("value", "here", "there", "said"),
    [("1", "户", "人", "不能折算"), ("1", "亩", "平方米", "除不尽"), ("1", "棵", "个", "不能折算")],
)
def test_what_does_not_convert_is_refused(value, here, there, said):
    with pytest.raises(CannotConvert, match=said):
        convert(Decimal(value), here, there)


def test_steps_follow_the_unit_and_the_target():
    assert step_of("户", Decimal(300)) == 1
    assert step_of("公里", Decimal("12.5")) == Decimal("0.001")
    assert step_of("棵", Decimal("0.1234")) == Decimal("0.0001")
    assert not unit_of("%").adds


@pytest.mark.parametrize(
    ("unit", "target", "parts", "wanted"),
    [
        ("户", "300", [], "1"),
        ("公里", "44", ["9", "7.6"], "0.1"),
        ("公里", "44", ["9.25"], "0.01"),
        ("公里", "12.345", [], "0.001"),
        ("万人", "45", [], "0.1"),
        ("户", "300.5", ["1.25"], "0.1"),
    ],
)
def test_a_split_is_as_fine_as_the_figures_are_written(unit, target, parts, wanted):
    step = split_step(unit, Decimal(target), [Decimal(part) for part in parts])
    assert step == Decimal(wanted)
