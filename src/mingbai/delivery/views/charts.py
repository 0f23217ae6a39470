"""Chart options, as data: progress against the schedule, and the money's way."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mingbai.delivery.queries import Light, Report, monthly_totals
from mingbai.engine.forecast import Forecast
from mingbai.funds.queries import FundTotal

Option = dict[str, Any]
MONTHS = 12


def _percent(value: Any) -> float:
    """A ratio as a number in per cent for drawing; the page's tables hold the exact one."""
    return round(float(value) * 100, 2)


def progress_chart(
    light: Light,
    curve: Sequence[tuple[int, Decimal]],
    reports: Sequence[Report],
    period: int,
    expected: Forecast | None = None,
) -> Option | None:
    """Reported completion by month against the schedule; ``None`` without a target to compare.

    With a forecast, the way from here to the expected finish, and a band between the early and
    the late one; months past the year are added as far as the band goes.
    """
    deciding = light.standing.deciding
    if deciding is None or not deciding.target:
        return None
    town = None
    if deciding.reports and deciding.basis == "towns" and len(deciding.reports) == 1:
        town = deciding.reports[0].town
    done = monthly_totals(
        reports, sub_item=light.sub_item.code, measure=deciding.measure.code, town=town
    )
    actual: list[float | None] = [
        _percent(done[month] / deciding.target) if month in done else None for month, _ in curve
    ]
    if deciding.ratio is not None and deciding.basis in ("roster", "towns"):
        # These are counted up to the month shown, not reported month by month.
        actual[period % 100 - 1] = _percent(deciding.ratio)
    months = [f"{month % 100}月" for month, _ in curve]
    names = ["序时应达", "实际完成"]
    series = [
        _planned_line(names[0], curve),
        {"name": names[1], "type": "line", "connectNulls": True, "data": actual},
    ]
    if expected is not None and deciding.ratio is not None:
        beyond = min(math.ceil(expected.high), 2 * MONTHS) - len(months)
        months += [f"次年{month}月" for month in range(1, beyond + 1)]
        names.append("预计完成")
        series += _expected_lines(expected, _percent(deciding.ratio), len(months))
    return {
        "legend": {"data": names, "bottom": 0},
        "grid": {"left": 48, "right": 16, "top": 16, "bottom": 56},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%"}},
        "series": series,
    }


def _planned_line(name: str, curve: Sequence[tuple[int, Decimal]]) -> Option:
    """What the schedule asks for, month by month."""
    return {
        "name": name,
        "type": "line",
        "symbol": "none",
        "lineStyle": {"type": "dashed"},
        "data": [_percent(ratio) for _, ratio in curve],
    }


def _expected_lines(expected: Forecast, now: float, count: int) -> list[Option]:
    """The expected way to the whole target, and the band: its lower edge and its height."""

    def way(finish: float) -> list[float | None]:
        """Straight from this month to the finish, in per cent at the end of each month."""
        span = max(finish - expected.month, 0.01)
        return [
            None if n < expected.month
            else round(min(now + (100 - now) * (n - expected.month) / span, 100.0), 2)
            for n in range(1, count + 1)
        ]  # fmt: skip

    late, early = way(expected.high), way(expected.low)
    height = [
        None if low is None or high is None else round(high - low, 2)
        for low, high in zip(late, early, strict=True)
    ]
    edge = {"type": "line", "stack": "band", "symbol": "none", "silent": True,
            "lineStyle": {"opacity": 0}, "tooltip": {"show": False}}  # fmt: skip
    return [
        {
            "name": "预计完成",
            "type": "line",
            "symbol": "none",
            "lineStyle": {"type": "dotted"},
            "data": way(expected.expected),
        },
        {**edge, "name": "八成把握·迟", "data": late},
        {**edge, "name": "八成把握·早", "data": height, "areaStyle": {"opacity": 0.18}},
    ]


def money_chart(total: FundTotal) -> Option:
    """Budget, arrived, released and spent beside each other, in 万元."""
    names = ("年度预算", "到位", "拨付", "支出")
    values = (total.budget, total.arrived, total.released, total.spent)
    return {
        "grid": {"left": 88, "right": 24, "top": 8, "bottom": 32},
        "xAxis": {"type": "value", "name": "万元"},
        "yAxis": {"type": "category", "data": list(names), "inverse": True},
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 24,
                "label": {"show": True, "position": "right"},
                "data": [round(value / 1_000_000, 2) for value in values],
            }
        ],
    }


def people_chart(by_month: Mapping[int, int]) -> Option:
    """People on the rosters by month."""
    return {
        "grid": {"left": 64, "right": 16, "top": 16, "bottom": 32},
        "xAxis": {"type": "category", "data": [f"{month % 100}月" for month in sorted(by_month)]},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 28,
                "data": [by_month[month] for month in sorted(by_month)],
            }
        ],
    }
