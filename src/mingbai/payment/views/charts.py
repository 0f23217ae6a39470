"""Chart options, as data: how one month's total becomes the next one's."""

from __future__ import annotations

import math
from typing import Any, Final

from mingbai.payment.queries import Difference

#: Unit -> 分 in one of it, for drawing; the page's table holds the exact values.
_UNITS: Final = {"元": 100, "万元": 1_000_000}
#: ECharts' word for no bar.
_NONE: Final = "-"


def waterfall(difference: Difference) -> dict[str, Any] | None:
    """Bars from the last month's total, cause by cause, to this month's; ``None`` without one.

    Each bar of a cause floats on an unseen one; rises and falls are series of their own.
    """
    if difference.before_period is None:
        return None
    level = difference.before_amount
    levels = [level]
    unit = "万元" if max(level, difference.now_amount) >= 100 * _UNITS["万元"] else "元"

    def drawn(amount: int) -> float:
        return round(amount / _UNITS[unit], 2)

    bars: list[tuple[str, Any, Any, Any, Any]] = [("上期", 0, drawn(level), _NONE, _NONE)]
    for part in difference.parts:
        floor = drawn(min(level, level + part.amount))
        rise = drawn(part.amount) if part.amount > 0 else _NONE
        fall = drawn(-part.amount) if part.amount < 0 else _NONE
        bars.append((part.words, floor, _NONE, rise, fall))
        level += part.amount
        levels.append(level)
    bars.append(("本期", 0, drawn(difference.now_amount), _NONE, _NONE))
    # Small changes of a large total would not be seen from zero.
    low = max(0, min(levels) - 2 * (max(levels) - min(levels)))
    names, floors, totals, rises, falls = (list(column) for column in zip(*bars, strict=True))
    return {
        "legend": {"data": ["合计", "增加", "减少"], "bottom": 0},
        "grid": {"left": 64, "right": 16, "top": 32, "bottom": 80},
        "xAxis": {"type": "category", "data": names, "axisLabel": {"interval": 0, "rotate": 20}},
        "yAxis": {"type": "value", "name": unit, "min": math.floor(drawn(low))},
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
