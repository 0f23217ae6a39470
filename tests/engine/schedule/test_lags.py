"""Lag rules: what is published comes out, and a plain twin agrees on whatever is drawn."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.schedule.test_standings import PUBLISHED

from mingbai.engine.schedule import LagSpec, Reach, elapsed_ratio, find_lags, gap_points

F = Fraction
BEHIND = LagSpec("behind", "below_schedule", "yellow")
FAR = LagSpec("far", "below_schedule", "red", points=F(10))
HALF = LagSpec("half", "below_ratio", "red", ratio=F(1, 2))
MEAN = LagSpec("mean", "below_mean", "yellow", points=F(5))
UPPER = LagSpec("upper", "below_mean", "yellow", of="upper")
BOTTOM = LagSpec("bottom", "bottom_of_ranking", "yellow", count=2)
GROWTH = LagSpec("growth", "growth_below", "yellow", points=F(3), spares_on_schedule=True)
ALL = (BEHIND, FAR, HALF, MEAN, UPPER, BOTTOM, GROWTH)
NAMES = frozenset(spec.name for spec in ALL)


def reach(key, actual, planned="0.5", **kw):
    def ratio(value):
        return None if value is None else F(Decimal(value))

    for name in ("before", "upper"):
        kw[name] = ratio(kw.get(name))
    kw.setdefault("group", "towns")
    kw.setdefault("rules", NAMES)
    return Reach(key, actual=ratio(actual), planned=ratio(planned), **kw)


def rules_of(verdict):
    return {lag.rule for lag in verdict.lags}


@pytest.mark.parametrize(("reached", "month", "due", "gap"), PUBLISHED)
def test_the_published_gaps_decide_as_the_texts_do(reached, month, due, gap):
    """Each text praises an item ahead of schedule; as far behind as it is ahead, it lags."""
    planned, actual = elapsed_ratio(month), Fraction(Decimal(reached)) / 100
    places = -Decimal(gap).as_tuple().exponent
    ahead, behind = find_lags(
        (
            Reach("ahead", 1, frozenset({"behind"}), actual, planned),
            Reach("behind", 2, frozenset({"behind"}), 2 * planned - actual, planned),
        ),
        (BEHIND,),
    )
    assert (ahead.state, ahead.lags) == ("on_time", ())
    (lag,) = behind.lags
    assert gap_points(lag.short, 0, places) == Decimal(gap)
    assert behind.severity == "yellow"


def test_each_rule_says_what_was_missed_and_by_how_much():
    (verdict,) = find_lags(
        [reach("甲", "0.38", before="0.36", upper="0.6")], (BEHIND, FAR, HALF, UPPER, GROWTH)
    )
    assert {lag.rule: (lag.bound, lag.short) for lag in verdict.lags} == {
        "behind": (F(1, 2), F(3, 25)),
        "far": (F(1, 2), F(3, 25)),
        "half": (F(1, 2), F(3, 25)),
        "upper": (F(3, 5), F(11, 50)),
        "growth": (F(39, 100), F(1, 100)),
    }
    assert verdict.severity == "red"


def test_a_shortfall_of_just_the_points_counts_and_less_does_not():
    at, above = find_lags([reach("甲", "0.40"), reach("乙", "0.4001")], (FAR,))
    assert rules_of(at) == {"far"}
    assert (rules_of(above), above.severity) == (set(), None)


def test_silence_is_a_state_and_never_judged_by_old_numbers():
    silent, never, done, free = find_lags(
        [
            reach("甲", "0.1", silent=True),
            reach("乙", None),
            reach("丙", "1", silent=True),
            reach("丁", None, waiting=True),
        ],
        ALL,
    )
    assert [each.state for each in (silent, never, done, free)] == [
        "silent", "silent", "done", "waiting",
    ]  # fmt: skip
    assert not any(each.lags for each in (silent, never, done, free))
    (early,) = find_lags([reach("戊", None, planned="0")], ALL)
    assert early.state == "waiting", "not begun by its own schedule"


def test_the_silent_and_those_without_a_target_move_no_mean_and_no_place():
    spoken = [reach("甲", "0.9"), reach("乙", "0.5"), reach("丙", "0.4")]
    quiet = [reach("丁", "0", silent=True), reach("戊", "0", waiting=True)]
    alone, together = find_lags(spoken, (MEAN,)), find_lags([*spoken, *quiet], (MEAN,))
    assert together[:3] == alone
    assert [rules_of(each) for each in alone] == [set(), {"mean"}, {"mean"}]


def test_the_bottom_of_a_ranking_shares_places_and_spares_equals():
    rows = [("甲", "0.9"), ("乙", "0.8"), ("丙", "0.3"), ("丁", "0.3"), ("戊", "0.6")]
    found = {v.key: v for v in find_lags([reach(k, v) for k, v in rows], (BOTTOM,))}
    assert {key for key, v in found.items() if v.lags} == {"丙", "丁"}
    (lag,) = found["丙"].lags
    assert (lag.place, lag.among, lag.short) == (4, 5, F(3, 5))
    equal = find_lags([reach(k, "0.3") for k, _ in rows], (BOTTOM,))
    assert not any(each.lags for each in equal), "where all are equal nobody is last"
    few = find_lags([reach(k, v) for k, v in rows[1:3]], (BOTTOM,))
    assert not any(each.lags for each in few), "no more ranked than would be named"


def test_nobody_is_below_the_mean_alone_or_without_one_given():
    (verdict,) = find_lags([reach("甲", "0.1")], (MEAN, UPPER))
    assert verdict.state == "on_time"


def test_who_keeps_the_schedule_need_not_grow():
    ahead, behind, new = find_lags(
        [
            reach("甲", "0.55", before="0.55"),
            reach("乙", "0.45", before="0.45"),
            reach("丙", "0.45"),
        ],
        (GROWTH,),
    )
    assert (rules_of(ahead), rules_of(behind), rules_of(new)) == (set(), {"growth"}, set())


def test_only_the_rules_that_apply_are_asked():
    (verdict,) = find_lags([reach("甲", "0.1", rules=frozenset({"far"}))], ALL)
    assert rules_of(verdict) == {"far"}


# --- a plain twin --------------------------------------------------------------------------------


def plainly(reaches, specs):
    """The rules read aloud, one after another."""
    out = []
    for me in reaches:
        spoke = [
            r.actual for r in reaches
            if r.group == me.group and r.actual is not None and not r.silent and not r.waiting
        ]  # fmt: skip
        if me.waiting:
            out.append((me.key, "waiting", set()))
        elif me.actual is not None and me.actual >= 1:
            out.append((me.key, "done", set()))
        elif me.actual is None and (me.planned is None or me.planned == 0):
            out.append((me.key, "waiting", set()))
        elif me.actual is None or me.silent:
            out.append((me.key, "silent", set()))
        else:
            rules = {s.name for s in specs if s.name in me.rules and missed(s, me, spoke)}
            out.append((me.key, "lagging" if rules else "on_time", rules))
    return out


def missed(spec, me, spoke):
    if spec.spares_on_schedule and me.planned is not None and me.planned <= me.actual:
        return False
    gap = spec.points / 100
    if spec.kind == "below_schedule":
        return me.planned is not None and me.actual < me.planned and (
            me.planned - me.actual >= gap
        )  # fmt: skip
    if spec.kind == "below_ratio":
        return me.actual < spec.ratio
    if spec.kind == "below_mean":
        if spec.of == "upper":
            mean = me.upper
        else:
            mean = F(sum(spoke), len(spoke)) if len(spoke) > 1 else None
        return mean is not None and me.actual < mean and mean - me.actual >= gap
    if spec.kind == "growth_below":
        return me.before is not None and me.actual < min(F(1), me.before + gap)
    order = sorted(spoke)
    last = order.index(me.actual) + 1
    return len(order) > spec.count and last <= spec.count and me.actual != order[-1]


ratios = st.fractions(0, F(6, 5), max_denominator=12)
drawn_reaches = st.lists(
    st.builds(
        Reach,
        key=st.integers(),
        group=st.sampled_from("ab"),
        rules=st.frozensets(st.sampled_from(sorted(NAMES))),
        actual=st.none() | ratios,
        planned=st.none() | st.fractions(0, 1, max_denominator=12),
        before=st.none() | ratios,
        upper=st.none() | ratios,
        silent=st.booleans(),
        waiting=st.booleans(),
    ),
    max_size=8,
)
drawn_specs = st.lists(
    st.builds(
        LagSpec,
        name=st.sampled_from(sorted(NAMES)),
        kind=st.sampled_from(
            ["below_schedule", "below_ratio", "below_mean", "bottom_of_ranking", "growth_below"]
        ),
        severity=st.sampled_from(["yellow", "red"]),
        points=st.sampled_from([F(0), F(5), F(25, 3)]),
        ratio=ratios,
        count=st.integers(1, 3),
        of=st.sampled_from(["peers", "upper"]),
        spares_on_schedule=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda spec: spec.name,
)


@given(drawn_reaches, drawn_specs)
@settings(max_examples=400, deadline=None)
def test_the_twin_says_the_same(reaches, specs):
    found = find_lags(reaches, specs)
    assert [(v.key, v.state, rules_of(v)) for v in found] == plainly(reaches, specs)
    for verdict in found:
        for lag in verdict.lags:
            assert lag.short > 0
