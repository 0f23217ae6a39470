"""Tags every room's pages share: lights, bars, pages of a list, charts, periods and short digests.

``{% load ui %}`` then ``{% light state text %}``, ``{% planbar done planned state %}``,
``{% pager page unit %}``, ``{% tile_money amount unit %}``, ``{% chart id option label %}`` with
``{% chart_scripts %}`` in the block ``scripts``, and the filters ``period``, ``percent``,
``points``, ``grouped``, ``yuan``, ``scaled``, ``ten_thousands``, ``digest``.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mingbai.engine.money import show_money, show_scaled

register = template.Library()

#: state -> word shown where the page gives none of its own.
LIGHT_WORDS: Final = {
    "green": "按序时",
    "yellow": "略慢",
    "red": "滞后",
    "grey": "未报送",
    "done": "已完成",
}


@register.simple_tag
def light(state: str, text: str = "") -> SafeString:
    """A light: shape, colour and word. States: green yellow red grey done."""
    if state not in LIGHT_WORDS:
        raise template.TemplateSyntaxError(f"no such light: {state!r}")
    return format_html('<span class="light {}">{}</span>', state, text or LIGHT_WORDS[state])


def _exact(value: Any) -> Fraction:
    """Any number a page may hold, without loss: int, Decimal, Fraction, float by its spelling."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def _share(value: Any) -> str:
    """A ratio 0..1 as a place on a bar of 100, kept inside the bar."""
    return str(min(max(_rounded(_exact(value) * 100, 2), Decimal(0)), Decimal(100)))


@register.inclusion_tag("base/planbar.html")
def planbar(done: Any, planned: Any = None, state: str = "", label: str = "") -> dict[str, str]:
    """A bar with the planned place marked. ``done`` and ``planned`` are ratios, 1 = whole."""
    text = label or f"完成 {percent(done)}"
    if planned is not None and not label:
        text += f"，序时应达 {percent(planned)}"
    return {
        "done": _share(done or 0),
        "planned": "" if planned is None else _share(planned),
        "state": state,
        "label": text,
    }


@register.inclusion_tag("base/chart.html")
def chart(id: str, option: dict[str, Any], label: str, shapes: str = "") -> dict[str, Any]:
    """A chart: ``option`` is ECharts' own, as data; ``label`` says in words what it shows.

    ``shapes`` is where the GeoJSON of a map series is fetched.
    """
    return {"id": id, "option": option, "label": label, "shapes": shapes}


@register.inclusion_tag("base/chart_scripts.html")
def chart_scripts() -> dict[str, Any]:
    """The scripts a page with charts needs; put into the block ``scripts``."""
    return {}


@register.inclusion_tag("base/pager.html", takes_context=True)
def pager(
    context: template.Context, page: Page[Any], unit: str = "条", name: str = "page"
) -> dict[str, Any]:
    """Links to the other pages of a list, keeping the filters of the address."""
    request: HttpRequest = context["request"]

    def query(number: int) -> str:
        values = request.GET.copy()
        values[name] = str(number)
        return values.urlencode()

    numbers = [
        (number, query(number) if isinstance(number, int) else "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "unit": unit,
        "numbers": numbers,
        "before": query(page.number - 1) if page.has_previous() else "",
        "after": query(page.number + 1) if page.has_next() else "",
    }


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half up, away from zero, as official texts round."""
    whole = int(abs(value) * 10**places + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


@register.filter
def percent(value: Any, places: int = 2) -> str:
    """A ratio as percent: 0.6378 -> 63.78%; nothing for no value."""
    return "—" if value is None or value == "" else f"{_rounded(_exact(value) * 100, places)}%"


@register.filter
def points(value: Any, places: int = 1) -> str:
    """A gap between two ratios in 百分点, with its sign: 0.249 -> +24.9."""
    return "—" if value is None else f"{_rounded(_exact(value) * 100, places):+}"


@register.filter
def grouped(value: Any) -> str:
    """A count with thousands separated: 636800 -> 636,800; trailing zeros of a decimal dropped."""
    if value is None or value == "":
        return "—"
    number = Decimal(str(value))
    return f"{number.normalize():,f}" if number % 1 else f"{int(number):,}"


@register.filter
def yuan(amount: Any) -> str:
    """分 as 元 with thousands separated: 123456 -> 1,234.56."""
    return "—" if amount is None or amount == "" else show_money(int(amount))


@register.filter
def scaled(amount: Any, unit: str = "万元") -> str:
    """分 in a larger unit with two places: 669000000000|scaled:"亿元" -> 66.90亿元."""
    return "—" if amount is None or amount == "" else show_scaled(int(amount), unit, 2)


@register.filter
def ten_thousands(amount: Any) -> str:
    """分 in 万元 with two places and no unit, for a column that names it: 100000000 -> 100.00."""
    empty = amount is None or amount == ""
    return "—" if empty else show_scaled(int(amount), "万元", 2, with_unit=False)


@register.simple_tag
def tile_money(amount: int | None, unit: str = "亿元") -> SafeString:
    """分 as a tile shows it: the number large, the unit small beside it."""
    if amount is None:
        return SafeString("—")
    number = show_scaled(int(amount), unit, 2, with_unit=False)
    return format_html("{}<small>{}</small>", number, unit)


@register.filter
def period(value: Any) -> str:
    """A month as one number in words: 202103 -> 2021年3月."""
    if not value:
        return "—"
    return f"{int(value) // 100}年{int(value) % 100}月"


@register.filter
def minutes(span: timedelta | None) -> int:
    """A span of time in whole minutes, rounded up."""
    return -(-int(span.total_seconds()) // 60) if span else 0


@register.filter
def digest(value: Any, length: int = 12) -> str:
    """The head of a digest, for people to compare by eye."""
    text = bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value or "")
    return text[:length]
