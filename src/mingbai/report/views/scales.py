"""What the charts share: per cent with one decimal, the colours from behind to ahead."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

Option = dict[str, Any]

MONTHS: Final = [f"{month}月" for month in range(1, 13)]
#: Points of a curve large enough to be met by a finger, all of them shown.
POINTS: Final[Option] = {"symbol": "circle", "symbolSize": 8, "showAllSymbol": True}

#: From far behind to ahead, for the two maps; both ends are also told by their words.
_SCALE: Final = ["#b3301c", "#e0a08f", "#f1ebdc", "#a9cfb5", "#2f8557"]


def percent(value: Fraction | Decimal | float) -> float:
    """A ratio as per cent with one decimal, for drawing; tables hold the exact one."""
    exact = Decimal(str(round(float(value) * 100, 6)))
    return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def visual(more: str, less: str) -> Option:
    """The key of a map of colours, from less to more."""
    return {
        "min": -30,
        "max": 30,
        "text": [more, less],
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "calculable": False,
        "inRange": {"color": list(_SCALE)},
    }
