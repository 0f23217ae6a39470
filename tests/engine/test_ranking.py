"""What rules are worth, learned from decisions: sane without any, honest with few."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mingbai.engine.checks import ALL_KINDS
from mingbai.engine.ranking import (
    EXPLAINED,
    PAID_AT_ONCE,
    SHARED_BY,
    STARTING,
    STRENGTH,
    Share,
    Tally,
    learn_shares,
    level_of,
    people_of,
)


def tally(rule: str, kind: str = "shared", level: int = 1, **counts: int) -> Tally:
    return Tally(rule, kind, level, **counts)


def test_without_decisions_what_holds_money_is_believed_before_what_only_notes() -> None:
    shares = learn_shares([])
    note, hold, reject = (shares.of("new", "new", level).mean for level in (1, 2, 3))
    assert 0 < note < hold < reject < 1
    assert shares.of("new", "new", EXPLAINED).mean == note == pytest.approx(188 / 3639)
    assert shares.of("new", "new", 2).mean == pytest.approx(2 / 3)


def test_a_tally_of_nothing_teaches_nothing() -> None:
    assert learn_shares([tally("a")]) == learn_shares([])


def test_a_rule_that_was_right_outranks_one_that_was_wrong() -> None:
    shares = learn_shares([tally("right", confirmed=8), tally("wrong", dismissed=8)])
    right, wrong = shares.of("right", "shared", 1), shares.of("wrong", "shared", 1)
    assert right.weight > 500 > 100 > wrong.weight
    assert right.expected(100_000) > wrong.expected(200_000)


def test_few_decisions_lean_on_the_kind_and_many_stand_alone() -> None:
    wrongs = [tally(f"r{n}", level=2, dismissed=20) for n in range(10)]
    few = learn_shares([*wrongs, tally("few", level=2, confirmed=1)]).of("few", "shared", 2)
    many = learn_shares([*wrongs, tally("many", level=2, confirmed=500)]).of("many", "shared", 2)
    assert few.mean < 0.5 < 0.95 < many.mean
    alone = learn_shares([tally("few", level=2, confirmed=1)]).of("few", "shared", 2)
    assert few.mean < alone.mean


def test_a_new_rule_has_its_kinds_share_and_a_new_kind_its_severitys() -> None:
    known = [tally(f"r{n}", confirmed=30, dismissed=3) for n in range(4)]
    shares = learn_shares(known)
    start = learn_shares([]).of("new", "new", 1).mean
    of_kind, of_severity = shares.of("new", "shared", 1), shares.of("new", "new", 1)
    assert of_kind.mean > of_severity.mean > start
    assert shares.of("new", "shared", 2) == learn_shares([]).of("new", "shared", 2)


def test_members_that_agree_speak_for_a_new_one_more_than_members_that_differ() -> None:
    agree = learn_shares([tally(f"r{n}", confirmed=20, dismissed=20) for n in range(8)])
    differ = learn_shares(
        [tally(f"r{n}", confirmed=40 * (n % 2), dismissed=40 * (1 - n % 2)) for n in range(8)]
    )
    new = [shares.of("r9", "shared", 1).interval() for shares in (agree, differ)]
    assert new[0][1] - new[0][0] < new[1][1] - new[1][0]
    one = Tally("r9", "shared", 1, confirmed=3)
    rows = [tally(f"r{n}", confirmed=20, dismissed=20) for n in range(8)]
    steady = learn_shares([*rows, one]).of("r9", "shared", 1).mean
    rows = [tally(f"r{n}", confirmed=40 * (n % 2), dismissed=40 * (1 - n % 2)) for n in range(8)]
    assert learn_shares([*rows, one]).of("r9", "shared", 1).mean > steady + 0.1


def test_a_rules_own_decisions_are_not_counted_as_its_relatives() -> None:
    """One rule alone with n decisions stands at its starting belief of STRENGTH plus its own."""
    share = learn_shares([tally("only", confirmed=7, dismissed=3)]).of("only", "shared", 1)
    true, false = STARTING[1]
    start = true / (true + false) * STRENGTH
    assert share.true == pytest.approx(start + 7)
    assert share.true + share.false == pytest.approx(STRENGTH + 10)


def test_an_undecided_correction_is_half_a_confirmation() -> None:
    corrected = learn_shares([tally("a", corrected=10)]).of("a", "shared", 1)
    confirmed = learn_shares([tally("a", confirmed=5)]).of("a", "shared", 1)
    assert corrected == confirmed
    assert tally("a", corrected=10).decided == 0


def test_tallies_of_one_rule_add_up_in_any_order() -> None:
    parts = [tally("a", confirmed=1), tally("b", dismissed=2), tally("a", dismissed=4)]
    whole = [tally("b", dismissed=2), tally("a", confirmed=1, dismissed=4)]
    assert learn_shares(parts) == learn_shares(whole) == learn_shares(reversed(parts))


@pytest.mark.parametrize("count", ["confirmed", "dismissed", "corrected"])
def test_counts_below_nothing_are_refused(count: str) -> None:
    with pytest.raises(ValueError, match="negative"):
        tally("a", **{count: -1})


def test_levels_nobody_knows_are_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        tally("a", level=4)


@pytest.mark.parametrize("mass", [0.0, 1.0, -0.5, 2.0])
def test_an_interval_needs_a_mass_between(mass: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Share(1, 1).interval(mass)


@given(st.floats(0.3, 3_000), st.floats(0.3, 3_000), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_intervals_are_those_of_the_beta_distribution(a: float, b: float, mass: float) -> None:
    low, high = Share(a, b).interval(mass)
    wanted = stats.beta.ppf([(1 - mass) / 2, (1 + mass) / 2], a, b)
    assert (low, high) == pytest.approx(tuple(wanted), abs=1e-9)


@given(
    st.lists(
        st.builds(
            Tally,
            rule=st.sampled_from("abcdef"),
            kind=st.sampled_from(["x", "y"]),
            level=st.sampled_from([0, 1, 2, 3]),
            confirmed=st.integers(0, 500),
            dismissed=st.integers(0, 500),
            corrected=st.integers(0, 50),
        ),
        max_size=12,
    )
)
def test_every_share_lies_between_nothing_and_certainty(
    tallies: list[Tally],
) -> None:
    shares = learn_shares(tallies)
    for share in (*shares.rules.values(), *shares.kinds.values(), *shares.levels.values()):
        low, high = share.interval()
        assert 0 < low < share.mean < high < 1 or share.true < 1 or share.false < 1
        assert 1 <= share.weight <= 1000


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Rules drawn as the model says: their 90 % intervals hold nine in ten of the true shares."""
    draw = random.Random("coverage")
    held = total = 0
    for _ in range(40):
        truths, tallies = {}, []
        for n in range(12):
            truths[f"r{n}"] = draw.betavariate(0.3 * STRENGTH, 0.7 * STRENGTH)
            seen = draw.choice([1, 3, 8, 20, 60])
            right = sum(draw.random() < truths[f"r{n}"] for _ in range(seen))
            tallies.append(tally(f"r{n}", confirmed=right, dismissed=seen - right))
        shares = learn_shares(tallies)
        for rule, truth in truths.items():
            low, high = shares.of(rule, "shared", 1).interval(0.9)
            held += low <= truth <= high
            total += 1
    assert 0.85 <= held / total <= 0.95


def _worlds() -> Iterator[tuple[dict[str, float], list[Tally]]]:
    draw = random.Random("worlds")
    for _ in range(60):
        truths, tallies = {}, []
        for n in range(15):
            centre = (0.1, 0.5, 0.9)[n % 3]
            truths[f"r{n}"] = draw.betavariate(centre * 12, (1 - centre) * 12)
            seen = draw.choice([0, 1, 2, 4, 30])
            right = sum(draw.random() < truths[f"r{n}"] for _ in range(seen))
            kind = f"k{n % 3}"
            tallies.append(tally(f"r{n}", kind, confirmed=right, dismissed=seen - right))
        yield truths, tallies


def test_shrinking_comes_nearer_to_the_truth_than_counting() -> None:
    """Control arms: the plain share of a rule's own decisions, and one share for all rules."""
    learned = plain = pooled = 0.0
    for truths, tallies in _worlds():
        shares = learn_shares(tallies)
        everything = sum(t.confirmed for t in tallies) / sum(t.decided for t in tallies)
        for each in tallies:
            truth = truths[each.rule]
            own = each.confirmed / each.decided if each.decided else everything
            learned += (shares.of(each.rule, each.kind, 1).mean - truth) ** 2
            plain += (own - truth) ** 2
            pooled += (everything - truth) ** 2
    assert learned < 0.5 * plain
    assert learned < 0.5 * pooled


@pytest.mark.parametrize(
    ("found", "standard", "amount", "level"),
    [
        (60_000, 30_000, 60_000, EXPLAINED),
        (360_000, 30_000, 390_000, EXPLAINED),
        (390_000, 30_000, 390_000, 2),  # more than a year
        (30_000, 30_000, 30_000, 2),  # one month
        (60_001, 30_000, 60_001, 2),
        (60_000, 30_000, 61_000, 2),  # another row of hers is no whole standard
        (15_000, 30_000, 15_000, 2),
        (60_000, 0, 60_000, 2),
        (-60_000, -30_000, -60_000, 2),
        (60_000, None, 60_000, 2),
        (None, 30_000, 60_000, 2),
    ],
)
def test_months_paid_at_once_are_explained(
    found: int | None, standard: int | None, amount: int, level: int
) -> None:
    facts = {"found": found, "standard": standard}
    assert level_of("amount_off", 2, facts, amount) == level
    assert level_of("amount_above", 2, facts, amount) == 2


def test_what_is_explained_is_learned_apart() -> None:
    odd = [tally("standard", "amount_off", level=2, confirmed=9)]
    shares = learn_shares([*odd, tally("standard", "amount_off", EXPLAINED, dismissed=9)])
    assert shares.of("standard", "amount_off", 2).mean > 0.8
    assert shares.of("standard", "amount_off", EXPLAINED).mean < 0.05


def test_everybody_who_shares_a_number_must_be_asked() -> None:
    share = learn_shares([]).of("new", "new", 1)
    assert people_of("shared_phone", {"people": 12}) == 12
    assert people_of("over_capacity", {"people": 12, "limit": 10}) == 1
    assert people_of("shared_phone", {"people": 0}) == people_of("shared_phone", {}) == 1
    assert share.worth(120_000, 12) == share.worth(10_000) == 10_000 * share.weight


def test_codes_that_are_judged_by_their_facts_have_them() -> None:
    facts = {code: kind.FACTS for kind in ALL_KINDS for code in kind.MESSAGES}
    assert all({"found", "standard"} <= set(facts[code]) for code in PAID_AT_ONCE)
    assert all("people" in facts[code] for code in SHARED_BY)
