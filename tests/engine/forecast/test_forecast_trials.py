"""The forecaster against a thousand simulated programmes of known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.engine.forecast.simulator import SHAPES, simulate
from tests.engine.forecast.trials import (
    Trial,
    course_of,
    history,
    try_alarms,
    try_forecasts,
)

from mingbai.engine.forecast import Prior, forecast, gaps_of, learn

#: Three years of a county's hundred sub-items teach; a thousand others are forecast.
PAST, PROGRAMMES = 300, 1000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def past():
    return history(PAST, seed=1)


@pytest.fixture(scope="module")
def truths():
    return simulate(PROGRAMMES, seed=1001)


@pytest.fixture(scope="module")
def trials(past, truths):
    return [try_forecasts(past, truths, month) for month in (2, 4, 6, 8, 10)]


@pytest.fixture(scope="module")
def alarms(past, truths):
    pairs = [try_alarms(past, truths, month) for month in range(2, 11)]
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])


def joined(trials, name):
    return np.concatenate([getattr(trial, name) for trial in trials])


def is_calibrated(trials) -> bool:
    held = np.concatenate([(t.truth >= t.low) & (t.truth <= t.high) for t in trials])
    return 0.75 <= held.mean() <= 0.85


def test_the_simulation_is_what_it_says(truths):
    """Late and early, every shape, silence: nothing is made easy."""
    late = np.array([each.finish - each.due for each in truths])
    assert 0.3 < np.mean(late > 0) < 0.5
    assert late.std() > 1.2
    assert {each.shape for each in truths} == {s for kind in SHAPES.values() for s in kind}
    silent = np.mean([value is None for each in truths for value in each.reports[:10]])
    assert 0.04 < silent < 0.10
    for each in truths[:200]:
        path = np.array(each.path)
        assert np.all(np.diff(path) >= 0)
        month = int(np.ceil(each.finish))
        assert path[month - 1] == 1.0
        assert path[month - 2] < 1.0
    kept = np.array([each.plan == tuple(min(n / each.due, 1) for n in range(1, 13))
                     for each in truths])  # fmt: skip
    assert 0.6 < kept.mean() < 0.95


def test_four_in_five_intervals_hold_the_finish(trials):
    assert is_calibrated(trials)
    for trial in trials:
        assert 0.72 <= trial.coverage <= 0.88, f"month {trial.month}"


def test_an_overconfident_or_timid_forecaster_would_be_found_out(trials):
    """The control: the same forecasts with intervals two thirds or one and a half as wide."""

    def stretched(trial: Trial, by: float) -> Trial:
        return replace(
            trial,
            low=trial.expected + (trial.low - trial.expected) * by,
            high=trial.expected + (trial.high - trial.expected) * by,
        )

    for by in (0.67, 1.5):
        assert not is_calibrated([stretched(trial, by) for trial in trials])


def test_the_error_is_below_both_naive_forecasts(trials):
    """Below "at this pace" and below "as planned" (share of the year elapsed), in every month."""
    for trial in trials:
        own = trial.error(trial.expected)
        assert own < trial.error(trial.pace)
        assert own < trial.error(trial.due)
    assert trials[-1].error(trials[-1].expected) < 0.5, "weeks, towards the end"


def test_chances_come_true(trials):
    chance = joined(trials, "missing")
    missed = joined(trials, "truth") > joined(trials, "due")
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        band = (chance >= low) & (chance <= low + 0.2)
        assert band.sum() > 100
        assert abs(chance[band].mean() - missed[band].mean()) < 0.08
    brier = np.mean((chance - missed) ** 2)
    assert brier < 0.8 * np.mean((missed.mean() - missed) ** 2), "better than the common share"


def test_too_early_is_said_early_and_then_no_more(trials):
    shares = [float(trial.too_early.mean()) for trial in trials]
    assert shares[0] > 0.02
    assert shares[-1] < 0.01


def test_a_slip_of_a_tenth_raises_the_alarm_at_once(alarms):
    sound, slipped = alarms
    assert sound.size > 5000
    assert slipped.mean() >= 0.95
    assert sound.mean() <= 0.05


def test_measuring_against_the_plan_alone_would_not_do(past, truths):
    """The control: without like items, the same limit floods the office or misses the slips."""
    behind = np.array(
        [
            gaps_of(course_of(each, "x", 6), 6)[5] / 12
            for each in truths
            if each.shape != "stall" and (each.reports[5] or 0) >= 0.1
        ]
    )
    sound, slipped = behind > 0.042, behind + 0.1 > 0.042
    assert sound.mean() > 0.05 or slipped.mean() < 0.95


def test_few_items_widen_and_still_hold(truths):
    """Ten items of one earlier year: wide, but no false certainty."""
    trial = try_forecasts(history(10, seed=5), truths[:300], 6)
    full = try_forecasts(history(PAST, seed=1), truths[:300], 6)
    assert trial.coverage >= 0.70
    assert np.mean(trial.high - trial.low) > np.mean(full.high - full.low)
    assert trial.error(trial.expected) > full.error(full.expected), "like items teach"


def test_the_defaults_are_no_fine_tuning(past, truths):
    """Half or double the belief's numbers: the marks are kept, since the levels are learnt."""
    courses = [
        course_of(each, f"t{n}", 6)
        for n, each in enumerate(truths[:400])
        if each.finish > 6 and (each.reports[5] or 1) < 1
    ]
    finish = {f"t{n}": each.finish for n, each in enumerate(truths)}
    for by in (0.5, 2.0):
        prior = Prior(start=0.8 * by, pace=1.2 * by, drift=0.35 * by, noise=0.3 * by)
        found = forecast(learn(past, 6, prior), courses)
        held = np.mean([each.low <= finish[each.id] <= each.high for each in found])
        assert 0.73 <= held <= 0.87
