"""Findings about the demonstration county: few, explained, the true ones first, learned quickly.

The county's truth says which findings are true (`mingbai.site.demo.judging`): the rows doubted must
carry a planted fault that the finding speaks of. Rows that only look wrong are planted as well, so
that being true is not a matter of course.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.db import transaction
from tests.demo.clerks import by_money, by_worth, count_true, in_order, settle_all
from tests.demo.judged import Outcome, compare_county

from mingbai.site.demo import read_faults
from mingbai.site.demo.truth import truth_folder_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: A quarter of the county, whose first hundred findings are four times as deep in its list.
SIZE = "quarter"


@pytest.fixture(scope="module")
def county(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: object
) -> Outcome:
    """Receive and compare the county once for the tests of this module; nothing of it stays."""
    folder = tmp_path_factory.mktemp("county") / "demo"
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        outcome = compare_county(folder=folder, size=SIZE, seed=2021)
        transaction.set_rollback(True)
    return outcome


def test_the_top_hundred_are_mostly_true_before_anybody_decided(county: Outcome) -> None:
    assert count_true(county.ranked[:50]) >= 45
    assert count_true(county.ranked[:100]) >= 80
    # The control arms: in the whole list, and by money alone, it is nothing like that.
    assert count_true(county.ranked) < 0.7 * len(county.ranked)
    assert count_true(sorted(county.ranked, key=lambda each: -each.stake)[:100]) < 70


def test_the_page_orders_as_the_engine_does(county: Outcome) -> None:
    assert [each.pk for each in in_order(county.ranked, by_worth)] == [
        each.pk for each in county.ranked
    ]


def test_every_finding_has_a_cause_that_was_planted(county: Outcome) -> None:
    """Few: nothing is found about the many thousands in whose rows nothing is odd."""
    rows = county.report.row_count
    assert len(county.ranked) < rows / 200
    stray = Counter(each.code for each in county.ranked if not each.kinds)
    # Orphans who come and go are listed each month by the book's own wish.
    assert set(stray) <= {"continuity_new", "continuity_gone"}, stray


def test_innocent_look_alikes_are_found_too(county: Outcome) -> None:
    found = {kind for each in county.ranked for kind in each.kinds if not each.is_true}
    assert {kind for kind in found if kind.startswith("innocent_")} == {
        fault.kind for fault in read_faults(county.folder) if fault.is_innocent
    }


def test_exactly_those_who_were_left_out_are_listed_to_visit(county: Outcome) -> None:
    totals = json.loads((truth_folder_of(county.folder) / "totals.json").read_text("utf-8"))
    assert Counter(county.left_out) == {"not_enrolled": totals["missed"]}
    assert totals["missed"] > 10


def test_learning_beats_money_alone(county: Outcome) -> None:
    """Clerks who err in one of twelve settle from the top, by what was learned or by stake alone.

    Learned: after every twenty decisions the list is put in order anew.
    """
    learned, money = (settle_all(county.ranked, order) for order in (by_worth, by_money))
    for count in (60, 120, 240):
        assert count_true(learned[:count]) > count_true(money[:count]), count
    found = [sum(each.stake for each in way[:120] if each.is_true) for way in (learned, money)]
    assert found[0] >= found[1]
