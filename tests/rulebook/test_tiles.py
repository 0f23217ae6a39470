"""The map of equal tiles: every town of the year has a place of its own."""

from __future__ import annotations

import pytest

from mingbai.rulebook import CannotLoadBook, load_book

FILE = "county-340223/tiles.yaml"
XUZHEN = "  - {town: '340223101', column: 2, row: 1}  # 许镇镇\n"


def test_every_town_has_a_tile_of_its_own(book):
    assert set(book.tiles.tiles) == {town.code for town in book.towns}
    assert len(set(book.tiles.tiles.values())) == len(book.towns)
    assert book.tiles.value_is == "demonstration"


def test_a_county_without_the_file_has_no_map(books):
    (books / FILE).unlink()
    assert load_book(year=2021, county="340223", root=books).tiles is None


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        (XUZHEN, "", "tiles", "缺许镇镇"),
        (XUZHEN, XUZHEN + XUZHEN, "town", "两次"),
        ("column: 2, row: 1", "column: 2, row: 2", "column", "已经有别的镇"),
        ("column: 2, row: 1", "column: 0, row: 1", "column", "不小于1"),
        ("'340223101'", "'340223999'", "town", "没有这个镇"),
        ("value_is: demonstration\n", "", "value_is", "标明"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(spoil, old, new, key, says):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook) as refusal:
        load_book(year=2021, county="340223", root=root)
    assert refusal.value.key.endswith(key)
    assert says in str(refusal.value)
