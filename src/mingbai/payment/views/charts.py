"""Chart options, as data: how one month's total becomes the next one's."""

from __future__ import annotations

from typing import Any, Final

from mingbai.payment.queries import Difference

#: 分 in one 万元, for drawing; the page's table holds the exact values.
_FEN_IN_WAN: Final = 1_000_000
#: ECharts' word for no bar.
_NONE: Final = "-"


def waterfall(difference: Difference) -> dict[str, Any] | None:
    """Bars from the last month's total, cause by cause, to this month's; ``None`` without one.

    Each bar of a cause floats on an unseen one; rises and falls are series of their own.
    """
    if difference.before_period is None:
        return None
    level = difference.before_amount
    bars: list[tuple[str, Any, Any, Any, Any]] = [("上期", 0, _wan(level), _NONE, _NONE)]
    for part in difference.parts:
        floor = _wan(min(level, level + part.amount))
        rise = _wan(part.amount) if part.amount > 0 else _NONE
        fall = _wan(-part.amount) if part.amount < 0 else _NONE
        bars.append((part.words, floor, _NONE, rise, fall))
        level += part.amount
    bars.append(("本期", 0, _wan(difference.now_amount), _NONE, _NONE))
    names, floors, totals, rises, falls = (list(column) for column in zip(*bars, strict=True))
    return {
        "legend": {"data": ["合计", "增加", "减少"], "bottom": 0},
        "grid": {"left": 64, "right": 16, "top": 32, "bottom": 80},
        "xAxis": {"type": "category", "data": names, "axisLabel": {"interval": 0, "rotate": 20}},
        "yAxis": {"type": "value", "name": "万元"},
        "series": [
            {**_bar("", floors), "itemStyle": {"opacity": 0}, "silent": True, "label": {}},
            _bar("合计", totals),
            _bar("增加", rises),
            _bar("减少", falls),
        ],
    }


def _bar(name: str, values: list[Any]) -> dict[str, Any]:
    label = {"show": True, "position": "top"}
    bar = {"name": name, "type": "bar", "stack": "all", "barMaxWidth": 36}
    return {**bar, "label": label, "data": values}


def _wan(amount: int) -> float:
    return round(amount / _FEN_IN_WAN, 2)
