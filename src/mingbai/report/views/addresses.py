"""Where the points of a board's charts lead: to a figure's rows, a programme, a month's mean."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

from mingbai.delivery.queries import Light


def programme_address(light: Light, period: int) -> str:
    """The programme's page for the month, at the sub-item."""
    page = _programme_page(light.sub_item.programme.code)
    return f"{page}?year={period // 100}&month={period % 100}"


@lru_cache(maxsize=512)
def _programme_page(code: str) -> str:
    # A heat map has hundreds of cells of a few programmes, and addresses never change.
    return reverse("delivery:programme", args=[code])


def why_address(key: str, period: int, part: str = "") -> str:
    """Where the figure of that key comes from; ``part`` is the query that narrows it to an office
    or a town."""
    address = reverse("report:why_now", args=[period // 100, period % 100, key])
    return f"{address}?{part}" if part else address


def course_address(period: int, month: int, part: str = "") -> str:
    """Of what the mean at the end of a month is the mean, on the curve drawn for ``period``."""
    address = reverse("report:course", args=[period // 100, period % 100])
    return f"{address}?at={month}" + (f"&{part}" if part else "")
