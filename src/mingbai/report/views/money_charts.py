"""The money of a board drawn: 计划, 到位, 拨付, 支出 as a waterfall and month by month."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mingbai.funds.queries import FundTotal
from mingbai.report.queries.boards import MoneyMonth
from mingbai.report.views.addresses import why_address
from mingbai.report.views.scales import MONTHS, POINTS, Option, percent


def waterfall_chart(total: FundTotal, period: int, part: str = "") -> Option | None:
    """计划, 到位, 拨付, 支出 with what is still missing between each, in 亿元 or 万元."""
    if not total.budget:
        return None
    word, unit = ("亿元", 10**10) if total.budget >= 10**10 else ("万元", 10**6)
    steps = _steps(total)
    return {
        "tooltip": {"trigger": "item", "formatter": f"{{b}}：{{c}} {word}"},
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 24, "containLabel": True},
        "xAxis": {"type": "category", "data": [name for name, *_ in steps],
                  "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value", "name": word},
        "series": [
            {
                "type": "bar",
                "stack": "money",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "tooltip": {"show": False},
                "data": [round(base / unit, 2) for _, base, _, _ in steps],
            },
            {
                "type": "bar",
                "stack": "money",
                "barMaxWidth": 44,
                "label": {"show": True, "position": "top"},
                "data": [
                    _bar(height / unit, why_address(key, period, part), is_gap="_of_" in key)
                    for _, _, height, key in steps
                ],
            },
        ],
    }  # fmt: skip


def _steps(total: FundTotal) -> tuple[tuple[str, int, int, str], ...]:
    """Name, where the bar begins, its height (分), the figure it leads to."""
    return (
        ("年度预算", 0, total.budget, "funds.budget"),
        (
            "未到位",
            min(total.arrived, total.budget),
            abs(total.budget - total.arrived),
            "funds.arrived_of_budget",
        ),
        ("到位", 0, total.arrived, "funds.arrived"),
        (
            "未拨付",
            min(total.released, total.arrived),
            abs(total.arrived - total.released),
            "funds.released_of_arrived",
        ),
        ("拨付", 0, total.released, "funds.released"),
        (
            "未支出",
            min(total.spent, total.released),
            abs(total.released - total.spent),
            "funds.spent_of_released",
        ),
        ("支出", 0, total.spent, "funds.spent"),
    )


def _bar(height: float, href: str, *, is_gap: bool) -> Option:
    bar: Option = {"value": round(height, 2), "href": href}
    return bar | {"itemStyle": {"color": "#d8cfbc"}} if is_gap else bar


def money_course_chart(
    total: FundTotal, months: Sequence[MoneyMonth], part: str = ""
) -> Option | None:
    """Arrived, released and spent to the end of each month, in per cent of the year's budget."""
    if not total.budget or not months:
        return None
    lines = (
        ("到位", "funds.arrived", [each.arrived for each in months]),
        ("拨付", "funds.released", [each.released for each in months]),
        ("支出", "funds.spent", [each.spent for each in months]),
    )
    return {
        "legend": {"data": [name for name, *_ in lines], "bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": MONTHS, "boundaryGap": False},
        "yAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {
                "name": name,
                "type": "line",
                **POINTS,
                "data": [
                    {
                        "value": percent(Fraction(value, total.budget)),
                        "href": why_address(key, each.period, part),
                    }
                    for each, value in zip(months, values, strict=True)
                ],
            }
            for name, key, values in lines
        ],
    }
