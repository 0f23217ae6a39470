"""What the shared tags print."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

from mingbai.base.templatetags import ui


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(66900, 104892), "63.78%"),
        (Decimal("0.6378"), "63.78%"),
        (0.6378, "63.78%"),
        (Fraction(1, 3), "33.33%"),
        (Fraction(2, 3), "66.67%"),
        (Decimal("0.000050"), "0.01%"),
        (0, "0.00%"),
        (Fraction(261_5, 1000), "261.50%"),
        (None, "—"),
    ],
)
def test_percent_rounds_half_up_whatever_the_number_is_made_of(value: object, shown: str) -> None:
    assert ui.percent(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(249, 1000), "+24.9"), (Fraction(-1, 8), "-12.5"), (Decimal("-0.00049"), "-0.0")],
)
def test_points_carry_their_sign(value: object, shown: str) -> None:
    assert ui.points(value).replace("+0.0", "-0.0") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (636800, "636,800"),
        (Decimal("1234.500"), "1,234.5"),
        (Decimal("12.000"), "12"),
        (Decimal("1E+3"), "1,000"),
        (0, "0"),
        ("", "—"),
    ],
)
def test_grouped(value: object, shown: str) -> None:
    assert ui.grouped(value) == shown


def test_a_tile_shows_money_large_and_its_unit_small() -> None:
    assert ui.tile_money(66_900_000_000, "亿元") == "6.69<small>亿元</small>"
    assert ui.tile_money(None) == "—"


def test_a_light_says_its_state_in_words() -> None:
    assert ui.light("red") == '<span class="light red">滞后</span>'
    assert ui.light("red", "差 <3> 点") == '<span class="light red">差 &lt;3&gt; 点</span>'
    with pytest.raises(TemplateSyntaxError):
        ui.light("purple")


def test_a_bar_stays_inside_its_rail_and_says_both_numbers() -> None:
    drawn = _render("{% planbar done planned 'done' %}", done=Fraction(2615, 1000), planned=0.5)
    assert 'class="fill" x="0" y="2" width="100"' in drawn
    assert 'x1="50.00"' in drawn
    assert 'aria-label="完成 261.50%，序时应达 50.00%"' in drawn
    assert "style=" not in drawn


def test_pages_of_a_list_keep_its_filters() -> None:
    request = RequestFactory().get("/intake/?office=3&page=2")
    page = Paginator(range(100), 10).get_page(2)
    drawn = _render("{% pager page '份' %}", page=page, request=request)
    assert "共 100 份，第 11—20 份" in drawn
    assert 'href="?office=3&amp;page=3"' in drawn
    assert '<span aria-current="page">2</span>' in drawn


def _render(text: str, **context: object) -> str:
    return Template("{% load ui %}" + text).render(Context(context))
