"""Specs of canonical types refuse what makes no sense; rare spellings end where they should."""

from __future__ import annotations

import datetime as dt

import pytest

from mingbai.engine import money
from mingbai.engine.canon.shapes import Remark
from mingbai.engine.canon.types.date import DateType
from mingbai.engine.canon.types.decimal import DecimalType
from mingbai.engine.canon.types.id_number import IdNumberType, check_character
from mingbai.engine.reading import KINDS

AS_OF = dt.date(2021, 6, 30)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Remark("empty", 0),
        lambda: Remark("empty", 4),
        lambda: DateType(first_year=2000, last_year=1999),
        lambda: DateType(first_year=0, last_year=1),
        lambda: IdNumberType(as_of=AS_OF, oldest_years=99),
    ],
)
def test_specs_refuse_nonsense(make):
    with pytest.raises(ValueError):
        make()


@pytest.mark.parametrize(
    ("said", "kind", "value", "code"),
    [
        ("12.5%", "text", "0.125", None),
        ("1E3", "text", None, "decimal_exponent"),
        ("1E3", "number", "1000", None),
        ("一半", "text", None, "decimal_form"),
    ],
)
def test_decimals(said, kind, value, code):
    reading = DecimalType().plain(said, KINDS[kind])
    assert reading.value == value
    assert [remark.code for remark in reading.remarks] == ([code] if code else [])


def test_no_region_begins_with_zero():
    number = "04029919900101123"
    reading = IdNumberType(as_of=AS_OF).plain(number + check_character(number), KINDS["text"])
    assert [remark.code for remark in reading.remarks] == ["id_form"]


def test_money_signs_behind_the_mark():
    assert money.parse_money("¥-100", "元") == -10_000
    assert "。" in money.message("money_form")
