"""Masks: what each shows, and that none ever shows more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.paper.masks import MASKS, PUBLIC, STAR, Masked, graphemes, mask_for

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
RARE = st.sampled_from(["𠮷", "𫖯", "喆", "堃", "葛\U000e0100", "\ue5f1", "〇"])
NAMES = st.lists(st.one_of(HAN, RARE), min_size=1, max_size=12).map("".join)
DIGITS = st.text("0123456789", min_size=1, max_size=22)
ANY = st.text(max_size=40)
SHOWN = {
    "name_middle": 3, "name_surname": 2, "name_first": 1, "id_2_3": 5, "phone_3_4": 7,
    "account_4": 4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("name_whole", "张 小明", "张小明"),
        ("name_middle", "张明", "张*"),
        ("name_middle", "张小明", "张*明"),
        ("name_middle", "张小小明", "张**明"),
        ("name_middle", "欧阳修", "欧阳*"),
        ("name_middle", "欧阳小明", "欧阳*明"),
        ("name_middle", "欧阳", "欧*"),
        ("name_middle", "𠮷田明", "𠮷*明"),
        ("name_middle", "葛\U000e0100小明", "葛\U000e0100*明"),
        ("name_middle", "买买提·吐尔逊", "买**·**逊"),
        ("name_surname", "司马相如", "司马**"),
        ("name_surname", "张小明", "张**"),
        ("name_surname", "阿依古丽·买买提", "阿***·***"),
        ("name_first", "欧阳小明", "欧***"),
        ("id_2_3", "340299196001010015", "34*************015"),
        ("id_2_3", "34029919600101001x", "34*************01x"),
        ("id_2_3", "340299600101001", "34**********001"),
        ("id_2_3", "E1234567", "E*******"),
        ("phone_3_4", "13812341234", "138****1234"),
        ("phone_3_4", "6820099", "*****99"),
        ("account_4", "6217 0000 0000 0001", "************0001"),
        ("account_4", "123", "***"),
        ("town", "安徽省南陵县许镇镇黄墓村12号", "安徽省南陵县许镇镇"),
        ("town", "黄墓村12号", ""),
        ("village", "许镇镇黄墓村12号", "许镇镇黄墓村"),
        ("amount", "1,640.00", "1,640.00"),
        ("month", "2021年6月", "2021年6月"),
    ],
)
def test_what_a_mask_shows(mask, value, shown):
    assert MASKS[mask].apply(value).text == shown


@pytest.mark.parametrize("code", sorted(MASKS))
@given(value=st.one_of(NAMES, DIGITS, ANY))
def test_masking_twice_shows_the_same(code, value):
    once = MASKS[code].apply(value).text
    assert MASKS[code].apply(once).text == once


@pytest.mark.parametrize("code", sorted(SHOWN))
@given(value=st.one_of(NAMES, DIGITS, ANY))
def test_a_mask_never_shows_more_than_it_says(code, value):
    """Of a value at most so many characters stay, and those stood in it at the same place."""
    shown = graphemes(MASKS[code].apply(value).text)
    whole = graphemes("".join(value.split()))
    dots = sum(each in "·•・‧∙⋅．。." for each in shown)
    assert sum(each != STAR for each in shown) - dots <= SHOWN[code]
    if len(shown) == len(whole):
        assert all(a in (b, STAR) for a, b in zip(shown, whole, strict=True))


@given(value=st.one_of(NAMES, DIGITS, ANY))
def test_a_digit_never_gets_through_a_mask_of_names(value):
    """Whatever stands in the name column, of any script and width."""
    for code in ("name_whole", "name_middle", "name_surname", "name_first"):
        assert not re.search(r"\d", MASKS[code].apply(value).text)


@given(number=st.text("0123456789", min_size=15, max_size=19))
def test_long_numbers_lose_their_middle(number):
    for code, shown in (("id_2_3", 5), ("account_4", 4), ("phone_3_4", 7)):
        assert MASKS[code].apply(number).text.count(STAR) == len(number) - shown


def test_a_number_is_no_name_but_a_rare_name_is():
    assert not MASKS["name_whole"].fits("张13812341234")
    assert not MASKS["name_whole"].fits("１３８")
    for name in ("𠮷田", "买买提·吐尔逊", "葛\U000e0100明", "\ue5f1明", "〇一"):
        assert MASKS["name_whole"].fits(name), name


def test_an_account_has_no_public_mask_and_texts_are_typed():
    assert mask_for("account") == ()
    assert mask_for("id_number") == ("id_2_3",)
    assert set(mask_for("name")) == {"name_whole", "name_middle", "name_surname"}
    assert "account_4" not in PUBLIC
    with pytest.raises(ValueError, match="could not have made"):
        Masked("340299196001010015", "id_2_3")
    with pytest.raises(ValueError, match="could not have made"):
        Masked("张明", "no_such_mask")
