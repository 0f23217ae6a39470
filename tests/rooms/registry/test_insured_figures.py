"""The insured as figures: heads, the rate against the register, and who is left out."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.registry import test_coverage as base
from tests.rooms.registry.test_coverage import ALL, ITEM, count, hand_in

from mingbai.base.figures import Leaf
from mingbai.base.ledger import last_seq
from mingbai.base.permissions import asker_for
from mingbai.registry import figures
from mingbai.registry.actions import enrol_insured
from mingbai.registry.queries import stops_seen

pytestmark = pytest.mark.django_db
made, book, county = base.made, base.book, base.county
HEADS, RATE, LEFT = "registry.insured", "registry.insured_ratio", "registry.left_uninsured"


def given(*, to=ALL, as_of=None, cutoff=date(2021, 12, 31)):
    return {"year": 2021, "cutoff": cutoff, "as_of": as_of or last_seq(), "to": to}


def test_each_figure_is_what_the_county_was_made_with_and_adds_up_to_rows(made, book, county, at):
    hand_in(made, book, at)
    before = last_seq()
    enrol_insured(year=2021, book=book, by=None, at=at)
    count(book, at)
    truth = made.totals["insured"]
    ended = stops_seen(to=ALL, year=2021, sub_item=ITEM, step="ended")
    values = {key: figures.make_figure(key, **given()).value for key in (HEADS, RATE, LEFT)}
    assert values[HEADS] == truth["insured"] - ended.count()
    assert values[LEFT] == truth["left_out"]
    rate = figures.make_figure(RATE, **given())
    assert rate.denominator == truth["due"]
    assert rate.numerator == truth["due"] - truth["left_out"]
    new_year = figures.make_figure(HEADS, **given(cutoff=date(2021, 1, 1))).value
    assert new_year == truth["insured"] - ended.filter(event_date__lte=date(2021, 1, 1)).count()
    for key in (HEADS, LEFT):
        (item,) = figures.walk_figure(key, (), **given())
        assert (item.key, item.value) == (ITEM, values[key])
        towns = figures.walk_figure(key, (ITEM,), **given())
        assert sum(town.value for town in towns) == values[key]
        rows = figures.walk_figure(key, (ITEM, towns[-1].key), **given())
        assert sum(row.value for row in rows) == towns[-1].value
        leaves = [row for row in rows if isinstance(row, Leaf)]
        assert all(leaf.origin_file_id and leaf.origin_line for leaf in leaves)
    # Nothing of it was known before it was entered.
    known = [figures.make_figure(key, **given(as_of=before)).value for key in (HEADS, RATE, LEFT)]
    assert known == [0, None, 0]


def test_the_rate_walks_by_its_sides_to_villages(made, book, county, at):
    hand_in(made, book, at)
    count(book, at)
    rate = figures.make_figure(RATE, **given())
    sides = {each.key: each.value for each in figures.walk_figure(RATE, (), **given())}
    assert sides == {"numerator": rate.numerator, "denominator": rate.denominator}
    for side, whole in sides.items():
        towns = figures.walk_figure(RATE, (side,), **given())
        assert sum(town.value for town in towns) == whole
        villages = figures.walk_figure(RATE, (side, towns[0].key), **given())
        assert sum(each.value for each in villages) == towns[0].value
        assert all("应参保" in each.note for each in villages)
    with pytest.raises(KeyError):
        figures.walk_figure(RATE, ("neither",), **given())


def test_a_town_is_told_its_own(made, book, county, at):
    hand_in(made, book, at)
    count(book, at)
    to = asker_for(county["town"], at=at)
    towns = figures.walk_figure(RATE, ("denominator",), **given())
    own = figures.walk_figure(RATE, ("denominator",), **given(to=to))
    assert [each.key for each in own] == ["340223100"]
    assert own[0] in towns
    assert figures.make_figure(RATE, **given(to=to)).denominator == own[0].value
