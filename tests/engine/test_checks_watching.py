"""No rule is switched off in silence: rows it cannot see are told by another."""

from __future__ import annotations

import pytest

from mingbai.engine.checks import (
    AgeSex,
    HouseholdMembers,
    MissingKey,
    OnList,
    ProgressTotals,
    SharedValue,
    TwoNames,
    Unwatched,
    find_unwatched,
)

WATCH = MissingKey(rule="w")


def test_nothing_to_watch():
    assert find_unwatched([]) == ()
    assert find_unwatched([WATCH]) == ()
    assert find_unwatched([ProgressTotals(rule="r", other="progress", counted="rows")]) == ()


def test_every_key_that_is_compared_needs_a_watcher():
    specs = [TwoNames(rule="one"), SharedValue(rule="two"), AgeSex(rule="three", sex=1)]
    assert find_unwatched(specs) == (
        Unwatched("roster", "account_key", ("two",)),
        Unwatched("roster", "id_key", ("one", "two", "three")),
        Unwatched("roster", "name_key", ("one",)),
    )
    specs += [WATCH, MissingKey(rule="a", column="account_key")]
    assert find_unwatched(specs) == (Unwatched("roster", "name_key", ("one",)),)
    assert find_unwatched(specs[::-1]) == find_unwatched(specs), "wherever the watchers stand"
    assert find_unwatched([*specs, MissingKey(rule="n", column="name_key")]) == ()


def test_households_tell_themselves():
    assert find_unwatched([HouseholdMembers(rule="r"), WATCH]) == ()


def test_the_other_list_is_watched_on_its_own():
    spec = OnList(rule="r", other="deaths")
    gap = (Unwatched("deaths", "id_key", ("r",)),)
    assert find_unwatched([spec, WATCH]) == gap
    assert find_unwatched([spec, WATCH, MissingKey(rule="d", table="deaths")]) == ()
    for narrow in (
        {"sub_items": ("a",)}, {"from_period": 202101}, {"to_period": 202101}
    ):  # fmt: skip
        watcher = MissingKey(rule="d", table="deaths", **narrow)
        found = find_unwatched([OnList(rule="r", other="deaths", **narrow), WATCH, watcher])
        assert gap[0] in found, narrow


@pytest.mark.parametrize(
    ("watched", "looked", "told"),
    [
        ({}, {"sub_items": ("a", "b")}, False),
        ({"sub_items": ("a", "b", "c")}, {"sub_items": ("a", "b")}, False),
        ({"sub_items": ("a",)}, {"sub_items": ("a", "b")}, True),
        ({"sub_items": ("a",)}, {}, True),
        ({"from_period": 202101}, {"from_period": 202101}, False),
        ({"from_period": 202102}, {"from_period": 202101}, True),
        ({"from_period": 202101}, {}, True),
        ({"to_period": 202106}, {"to_period": 202106}, False),
        ({"to_period": 202105}, {"to_period": 202106}, True),
        ({"to_period": 202106}, {}, True),
    ],
)
def test_a_watcher_sees_at_least_what_the_rule_sees(watched, looked, told):
    column = MissingKey(rule="s", column="sub_item")
    found = find_unwatched(
        [AgeSex(rule="r", sex=1, **looked), column, MissingKey(rule="w", **watched)]
    )
    assert [each for each in found if "r" in each.rules] == (
        [Unwatched("roster", "id_key", ("r",))] if told else []
    )


def test_two_watchers_may_share_the_sub_items():
    specs = [MissingKey(rule=f"w{each}", sub_items=(each,)) for each in "ab"]
    column = MissingKey(rule="s", column="sub_item")
    assert find_unwatched([*specs, column, AgeSex(rule="r", sex=1, sub_items=("a", "b"))]) == ()


def test_rules_for_a_sub_item_miss_rows_without_one():
    spec = AgeSex(rule="r", sex=1, sub_items=("a",))
    gap = Unwatched("roster", "sub_item", ("r",))
    assert find_unwatched([spec, WATCH]) == (gap,)
    narrow = MissingKey(rule="s", column="sub_item", sub_items=("a",))
    assert find_unwatched([spec, WATCH, narrow]) == (gap,)
    assert find_unwatched([spec, WATCH, MissingKey(rule="s", column="sub_item")]) == ()
