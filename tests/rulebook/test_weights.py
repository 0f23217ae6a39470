"""Weights of a circular are read from the book, dated; sums and codes are held."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.rulebook import CannotLoadBook, load_book, weights_on

FILE = "common/weights.yaml"


def test_the_book_ranks_towns_and_departments_by_a_hundred(book):
    for ranked in ("towns", "departments"):
        found = weights_on(book.weights, ranked, date(2021, 6, 30))
        assert sum(each.weight for each in found.indicators) == 100
        assert found.source
        assert found.value_is == "demonstration"
    assert weights_on(book.weights, "towns", date(2019, 12, 31)) is None


WRONG = [
    ("weight: '60'", "weight: '61'", "之和应为 100"),
    ("code: reporting, name: 按时报送, weight: '20'",
     "code: released, name: 拨付, weight: '20'", "不分镇"),
    ("code: completion, name: 任务完成, weight: '20'",
     "code: schedule, name: 任务完成, weight: '20'", "写了两遍"),
    ("each: '1', most: '10'", "each: '11', most: '10'", "封顶"),
    ("places: 2", "places: 5", "最多保留四位"),
    ("ranked: departments", "ranked: towns", "不分镇"),
    ("code: red,", "code: luck,", "不在可用的值之内"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_what_makes_no_sense_is_refused(spoil, old, new, said):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook, match=said) as refused:
        load_book(year=2021, county="340223", root=root)
    assert "weights.yaml" in str(refused.value)
