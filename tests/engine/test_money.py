"""Money is exact: spec tables of what is read and refused, and properties that hold for all."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.engine import money
from mingbai.engine.money import (
    CannotReadMoney,
    fen,
    parse_money,
    read_money,
    scale_money,
    show_money,
    show_scaled,
)

READ = [
    ("300", "元", 30000),
    ("300.5", "元", 30050),
    ("1,234.56", "元", 123456),
    ("１２３４．５", "元", 123450),
    ("￥300", "元", 30000),
    ("¥ 300.00", "元", 30000),
    ("300元", "元", 30000),
    ("300元整", "元", 30000),
    ("（100）", "元", -10000),
    ("(100)", "元", -10000),
    ("−12.30", "元", -1230),
    ("-¥5", "元", -500),
    (".5", "元", 50),
    ("5.", "元", 500),
    ("0", "元", 0),
    ("0.300", "元", 30),
    ("6.69亿元", "元", 66900000000),
    ("66900万元", "元", 66900000000),
    ("66900", "万元", 66900000000),
    ("0.000001", "万元", 1),
    ("6.69亿", "万元", 66900000000),
    ("12", "分", 12),
    ("3角", "元", 30),
    ("1 234", "元", 123400),
    ("'300", "元", 30000),
    (300, "元", 30000),
    (0.1, "元", 10),
    (1e16, "分", None),
    (Decimal("12.34"), "元", 1234),
]

REFUSED = [
    ("", "元", "money_empty"),
    ("  ", "元", "money_empty"),
    ("1e5", "元", "money_exponent"),
    ("1.5E+05", "元", "money_exponent"),
    ("0.001", "元", "money_decimals"),
    (0.1 + 0.2, "元", "money_decimals"),
    ("0.5", "分", "money_decimals"),
    ("12,34", "元", "money_commas"),
    ("1,2345", "元", "money_commas"),
    ("叁佰元整", "元", "money_capitals"),
    ("三百", "元", "money_capitals"),
    ("约300", "元", "money_form"),
    ("300-400", "元", "money_form"),
    ("--5", "元", "money_form"),
    ("(-5)", "元", "money_form"),
    ("元", "元", "money_form"),
    ("1.2.3", "元", "money_form"),
    ("100001亿元", "元", "money_too_large"),
    (1e16, "分", "money_too_large"),
    (True, "元", "money_form"),
    (float("nan"), "元", "money_form"),
    (float("inf"), "元", "money_form"),
    (Decimal("NaN"), "元", "money_form"),
]


@pytest.mark.parametrize(("written", "unit", "amount"), [row for row in READ if row[2] is not None])
def test_reads(written, unit, amount):
    assert parse_money(written, unit) == amount


@pytest.mark.parametrize(("written", "unit", "code"), REFUSED)
def test_refuses(written, unit, code):
    with pytest.raises(CannotReadMoney) as caught:
        parse_money(written, unit)
    assert caught.value.code == code
    assert str(caught.value) == money.MESSAGES[code]


def test_unit_in_the_cell_is_told():
    assert read_money("5元", "万元") == (500, "元")
    assert read_money("5", "万元") == (5_000_000, None)


@given(st.integers(-money.LARGEST_FEN, money.LARGEST_FEN))
def test_what_is_shown_reads_back(amount):
    assert parse_money(show_money(amount)) == amount


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(["元", "万元", "亿元"]),
    st.integers(0, 6),
)
def test_scaling_rounds_half_away_from_zero(amount, unit, places):
    exact = Decimal(amount) / 10 ** money.UNIT_POWERS[unit]
    expected = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert scale_money(amount, unit, places) == expected
    assert abs(scale_money(amount, unit, places) - exact) * 2 <= Decimal(1).scaleb(-places)


@given(st.decimals(-90_000, 90_000, places=2), st.sampled_from(["元", "万元", "亿元"]))
def test_text_of_a_decimal_is_exact_in_every_unit(value, unit):
    assert parse_money(str(value), unit) == int(value * 10 ** money.UNIT_POWERS[unit])


@given(st.text(max_size=20), st.sampled_from(sorted(money.UNIT_POWERS)))
def test_any_text_is_read_or_refused_with_a_known_code(text, unit):
    refused: CannotReadMoney | None = None
    try:
        amount = parse_money(text, unit)
    except CannotReadMoney as error:
        refused, amount = error, 0
    assert isinstance(amount, int)
    if refused is not None:
        assert str(refused) == money.MESSAGES[refused.code]


def test_shows_as_official_texts_do():
    assert show_money(123456) == "1,234.56"
    assert show_money(-5) == "-0.05"
    assert show_scaled(66_900_000_000, "亿元", 2) == "6.69亿元"
    assert show_scaled(5_000, "万元", 2) == "0.01万元"
    assert show_scaled(-5_000, "万元", 2, with_unit=False) == "-0.01"
    assert fen("12.50") == 1250
    assert fen(3) == 300
