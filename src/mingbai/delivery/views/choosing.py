"""Which year and month a page about progress shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mingbai.base.forms import ChooseMonth
from mingbai.base.scope import Asker
from mingbai.delivery.queries import latest_period
from mingbai.programme.queries import adopted_years


def choose_month(request: HttpRequest, to: Asker) -> tuple[ChooseMonth, int | None, int]:
    """The form, the year chosen (the newest by default) and the month (the newest reported)."""
    years = adopted_years(to=to)
    form = ChooseMonth(request.GET or request.POST or None, years=years, newest="最新一期")
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    year = chosen.get("year") or (years[0] if years else None)
    if year is None:
        return form, None, 0
    month = chosen.get("month")
    period = year * 100 + month if month else latest_period(to=to, year=year) or year * 100 + 1
    form.show(year, period % 100)
    return form, year, period
