"""The forecaster's parts, each against what it should give by hand or by brute force."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from mingbai.engine.forecast import (
    CannotForecast,
    Course,
    Prior,
    date_at,
    find_slips,
    forecast,
    gaps_of,
    learn,
    months_at,
)
from mingbai.engine.forecast.pooling import Filled, Law, condition, fill_holes, pool

LINEAR = tuple(n / 12 for n in range(1, 13))


def course(name="a", *reports, **more):
    given = {"kind": "works", "plan": LINEAR, "due": 12.0} | more
    return Course(name, reports=reports, **given)


def steady(name, pace, months=12, **more):
    """An item that does ``pace`` of what a year's linear plan asks, month by month."""
    return course(name, *(min(n * pace / 12, 1.0) for n in range(1, months + 1)), **more)


# -- courses -----------------------------------------------------------------------------------


def test_gaps_are_months_of_work_behind_the_plan():
    found = gaps_of(course("a", 1 / 12, None, 0.15, 0.5), 6)
    assert found[:4] == pytest.approx([0, np.nan, 1.2, -2], nan_ok=True)
    assert np.isnan(found[4:]).all()
    assert gaps_of(course("a", 0.5, 1.3), 4) == pytest.approx([-5, -10, -9, -8])
    assert gaps_of(course("a", 0.5, plan=(0.5, 1.0)), 3)[0] == 0


def test_a_finish_is_known_by_evidence_or_between_two_reports():
    assert course("a", 0.5, finish=7.25).finish_span == (7.25, 7.25)
    assert course("a", 0.5, 0.9, None, 1.0).finish_span == (2.0, 4.0)
    assert course("a", 0.5, 0.9, None, 1.0).finished_at == 3.0
    assert course("a", 0.5, 0.9).finished_at is None
    assert course("a", 0.5, None).last_report(2) == 1
    assert course("a").last_report(5) == 0


def test_a_course_can_be_seen_as_it_was_known():
    later = course("a", 0.5, 0.9, 1.0, finish=2.5)
    assert later.through(2).finished_at is None
    assert later.through(3).finished_at == 2.5
    assert later.through(2).reports == (0.5, 0.9)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"plan": ()}, "没有序时进度"),
        ({"due": 0.0}, "没有序时进度或完成期限"),
        ({"plan": (0.5, 0.4)}, "有下降"),
        ({"reports": (0.5, -0.1)}, "不是非负数"),
        ({"reports": (math.nan,)}, "不是非负数"),
    ],
)
def test_courses_that_mean_nothing_are_refused(more, said):
    with pytest.raises(CannotForecast, match=said):
        Course(**({"id": "a", "kind": "works", "plan": LINEAR, "due": 12.0} | more))


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (11.0, dt.date(2021, 11, 30)),
        (10.5, dt.date(2021, 11, 15)),
        (12.0, dt.date(2021, 12, 31)),
        (13.0, dt.date(2022, 1, 31)),
        (0.0, dt.date(2020, 12, 31)),
        (1.01, dt.date(2021, 2, 1)),
    ],
)
def test_times_in_months_are_days(months, day):
    assert date_at(2021, months) == day
    assert months_at(2021, day) == pytest.approx(months, abs=0.04)


# -- pooling -----------------------------------------------------------------------------------


def some_law(size=5, seed=3):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(size, size))
    return Law(rng.normal(size=(1, size)), (root @ root.T + np.eye(size))[None], np.array([9.0]))


def test_what_is_unknown_follows_from_what_is_known():
    """Against the textbook partition, with Student's widening for few items."""
    law = some_law()
    row = np.array([[0.3, np.nan, -1.0, np.nan, 2.0]])
    mean, left = condition(row, law)
    told, rest = [0, 2, 4], [1, 3]
    cov, mu = law.covariance[0], law.mean[0]
    inverse = np.linalg.inv(cov[np.ix_(told, told)])
    apart = row[0, told] - mu[told]
    gain = cov[np.ix_(rest, told)] @ inverse
    widen = (9 + apart @ inverse @ apart) / (9 + 3 - 2)
    assert mean[0, rest] == pytest.approx(mu[rest] + gain @ apart, rel=1e-4)
    want = (cov[np.ix_(rest, rest)] - gain @ cov[np.ix_(told, rest)]) * widen
    assert left[0][np.ix_(rest, rest)] == pytest.approx(want, rel=1e-4)


def test_holes_are_filled_and_leave_doubt():
    law = some_law()
    filled = fill_holes(
        np.array([[0.3, np.nan, -1.0, np.nan, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0]]), law
    )
    assert filled.rows[0, [0, 2, 4]].tolist() == [0.3, -1.0, 2.0]
    assert filled.rows[1].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert filled.doubt[0, 1, 1] > 0
    assert filled.doubt[0, 0, 0] == 0
    assert not filled.doubt[1].any()


def test_pooling_is_the_weighted_law_by_hand():
    law = some_law(size=2)
    rows = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 0.5]])
    weights = np.array([[1.0, 0.5, 0.0]])
    doubt = np.zeros((3, 2, 2))
    doubt[1] = np.diag([0.0, 0.4])
    found = pool(Filled(rows, doubt), weights, law, 4.0)
    mean = (4 * law.mean[0] + rows[0] + 0.5 * rows[1]) / 5.5
    spread = 4 * law.covariance[0]
    spread = spread + 4 * np.outer(law.mean[0] - mean, law.mean[0] - mean)
    for weight, row, left in zip((1.0, 0.5), rows[:2], doubt[:2], strict=True):
        spread = spread + weight * (np.outer(row - mean, row - mean) + left)
    assert found.mean[0] == pytest.approx(mean)
    assert found.covariance[0] == pytest.approx(spread / 5.5)
    assert found.count.tolist() == [5.5]


def test_the_belief_is_a_law():
    found = Prior().covariance(6)
    assert found.shape == (8, 8)
    assert np.linalg.eigvalsh(found).min() > 0
    assert found[0, 0] < found[5, 5], "the later, the less certain"


# -- forecasts ---------------------------------------------------------------------------------

PAST = [steady(f"h{n}", pace, 18) for n, pace in enumerate(np.linspace(0.75, 1.35, 40))]


def test_without_any_like_item_the_belief_answers_and_is_careful():
    experience = learn([], 6)
    (found,) = forecast(experience, [steady("a", 1.0, 6)])
    assert found.expected == pytest.approx(12, abs=0.3)
    assert found.low < 12 < found.high
    assert 0.3 < found.chance_of_missing < 0.7
    assert found.like_count == 0
    (slow,) = forecast(experience, [steady("a", 0.5, 6)])
    assert slow.expected > 13
    assert slow.chance_of_missing > found.chance_of_missing
    assert forecast(experience, []) == ()


def test_like_items_make_it_sharper():
    alone = forecast(learn([], 6), [steady("a", 0.9, 6)])[0]
    taught = forecast(learn(PAST, 6), [steady("a", 0.9, 6)])[0]
    assert taught.high - taught.low < 0.7 * (alone.high - alone.low)
    assert taught.expected == pytest.approx(12 / 0.9, abs=0.5)
    assert taught.chance_of_missing > 0.85
    early = forecast(learn(PAST, 6), [steady("a", 1.3, 6)])[0]
    assert early.expected == pytest.approx(12 / 1.3, abs=0.6)
    assert early.chance_of_missing < 0.15


def test_an_item_never_teaches_itself():
    """Its own later months, known to the experience, change nothing of its own forecast."""
    good = [*PAST, steady("a", 0.9, 18)]
    bad = [*PAST, course("a", *(steady("x", 0.9, 6).reports), finish=29.0)]
    one, two = (forecast(learn(past, 6), [steady("a", 0.9, 6)])[0] for past in (good, bad))
    assert one.like_count == two.like_count
    assert one.expected == pytest.approx(two.expected, abs=0.6)


def test_too_early_with_one_report_or_a_wide_interval():
    found = forecast(learn(PAST, 1), [steady("a", 1.0, 1)])[0]
    assert found.reports_count == 1
    assert found.too_early
    quick = forecast(learn(PAST, 6), [steady("a", 1.0, 6)], widest=0.1)[0]
    assert quick.too_early
    sure = forecast(learn(PAST, 6), [steady("a", 0.75, 6)], widest=0.1)[0]
    assert sure.chance_of_missing > 0.9
    assert not sure.too_early, "the date will be missed, whenever it is done"
    assert not forecast(learn(PAST, 6), [steady("a", 1.0, 6)])[0].too_early


def test_silence_is_told_and_widens():
    silent = course("a", *steady("x", 1.0, 4).reports, None, None)
    experience = learn(PAST, 6)
    quiet, spoken = forecast(experience, [silent, steady("b", 1.0, 6)])
    assert (quiet.silent_months, quiet.reports_count) == (2, 4)
    assert spoken.silent_months == 0
    assert quiet.high - quiet.low > spoken.high - spoken.low
    nothing = forecast(experience, [course("c")])[0]
    assert (nothing.reports_count, nothing.silent_months) == (0, 6)
    assert nothing.too_early


def test_past_its_date_an_item_has_missed_it():
    late = course("a", *steady("x", 0.8, 12).reports[:9], due=9.0)
    found = forecast(learn(PAST, 9), [late])[0]
    assert found.chance_of_missing == 1.0
    assert found.low >= 9.0


def test_a_finish_lies_after_the_last_report():
    """At 95 % in August the law alone would allow July."""
    experience = learn(PAST, 8)
    for found in forecast(experience, [steady("a", 1.35, 8), steady("b", 1.3, 8)]):
        assert found.low >= 8
        assert found.low <= found.expected <= found.high


def test_what_is_done_needs_no_forecast():
    with pytest.raises(CannotForecast, match="已经完成"):
        forecast(learn(PAST, 6), [course("a", 0.5, 1.0)])


def test_forecasts_are_the_same_each_time_and_whatever_stands_beside():
    experience = learn(PAST, 6)
    asked = [steady("a", 0.9, 6), steady("b", 1.1, 6)]
    assert forecast(experience, asked) == forecast(learn(PAST, 6), asked)
    alone = forecast(experience, asked[:1])[0]
    assert alone.expected == pytest.approx(forecast(experience, asked)[0].expected)


def test_slips_are_measured_against_what_was_expected():
    experience = learn(PAST, 5)
    sound = steady("a", 1.0, 6)
    slipped = course("b", *sound.reports[:5], sound.reports[5] - 0.1)
    silent = course("c", *sound.reports[:5], None)
    done = course("d", 0.5, 1.0, 1.0, 1.0, 1.0, 1.0)
    found = {each.id: each for each in find_slips(experience, [sound, slipped, silent, done])}
    assert set(found) == {"a", "b"}, "silence and what is done are not slips"
    assert not found["a"].alarm
    assert found["a"].behind == pytest.approx(0, abs=0.02)
    assert found["b"].alarm
    assert found["b"].behind - found["a"].behind == pytest.approx(0.1)
    assert found["b"].month == 6
    assert not find_slips(experience, [slipped], limit=0.2)[0].alarm
    assert find_slips(experience, [silent]) == ()


def test_what_was_never_seen_done_teaches_that_it_is_late():
    """Earlier years whose reports end in December: the slow ones count as later, not as unknown."""
    cut = [steady(each.id, each.reports[0] * 12, 12) for each in PAST]
    assert any(each.finished_at is None for each in cut)
    fast = [each for each in cut if each.finished_at is not None]
    ours = [steady("a", 1.0, 6)]
    one, two = (forecast(learn(past, 6), ours)[0] for past in (cut, fast))
    assert one.high >= two.high
    assert one.chance_of_missing >= two.chance_of_missing


def test_the_first_report_of_a_year_can_slip_too():
    found = find_slips(learn(PAST, 0), [steady("a", 1.0, 1), course("b", 0.0)])
    assert [each.month for each in found] == [1, 1]
    assert found[0].behind < found[1].behind


def test_items_of_this_year_teach_before_any_is_done():
    """Others of this year, none of them done: they say how such items go, not yet how they end."""
    behind = [steady(f"c{n}", 0.6 + 0.01 * n, 6) for n in range(30)]
    ours = [steady("a", 0.75, 6)]
    taught, alone = (forecast(learn(past, 6), ours)[0] for past in (behind, []))
    assert taught.like_count > 5
    assert alone.like_count == 0
    assert learn(behind, 6).levels.size == 0
    assert taught.expected == pytest.approx(alone.expected, abs=2)


def test_an_uneven_county_raises_no_flood_of_alarms():
    """Where reports come in lumps, one in ten at most is alarming."""
    rng = np.random.default_rng(4)
    steps = rng.choice([0.0, 0.05, 0.3], size=(60, 6))
    lumpy = [course(f"l{n}", *np.minimum(np.cumsum(row), 0.99)) for n, row in enumerate(steps)]
    experience = learn(lumpy, 5)
    assert experience.surprise > 0.042
    alarms = [each.alarm for each in find_slips(experience, lumpy)]
    assert 0 < sum(alarms) <= 6
    few = learn(lumpy[:8], 5)
    assert few.surprise == 0, "eight items are no measure"
