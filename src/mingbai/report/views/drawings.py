"""The charts of the boards as data; each point carries ``href``, where it walks to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from mingbai.delivery.queries import Light
from mingbai.engine.forecast import months_at
from mingbai.report.queries.boards import Board, GridRow, TownSum
from mingbai.report.queries.courses import Course
from mingbai.report.views.addresses import course_address, programme_address, why_address
from mingbai.report.views.maps import short_town
from mingbai.report.views.scales import MONTHS, POINTS, Option, percent, visual

#: How many of the furthest behind a chart shows; the page's table lists them all.
MOST: Final = 15
_COLOURS: Final[Mapping[str, str]] = {
    "red": "#c2402d",
    "yellow": "#d9920f",
    "green": "#2f8557",
    "done": "#2f8557",
    "grey": "#9aa1ab",
}
WORDS: Final[Mapping[str, str]] = {
    "done": "已完成",
    "green": "按序时",
    "yellow": "略慢",
    "red": "滞后",
    "grey": "待报或不判断",
}


def behind_chart(behind: Sequence[Light], period: int, *, of_town: bool = False) -> Option | None:
    """The furthest behind: what was done as a bar, what was due as a mark.

    A town's own completion is explained on the programme's page, the county's by its figure.
    """
    shown = [each for each in behind[:MOST] if each.planned is not None]
    if not shown:
        return None
    shown.reverse()
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"data": ["实际完成", "序时应达"], "bottom": 0, "selectedMode": False},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 56, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": {
            "type": "category",
            "data": [each.sub_item.name for each in shown],
            "axisLabel": {"width": 150, "overflow": "truncate"},
        },
        "series": [
            {
                "name": "实际完成",
                "type": "bar",
                "barMaxWidth": 14,
                "data": [_behind_bar(each, period, of_town) for each in shown],
            },
            {
                "name": "序时应达",
                "type": "scatter",
                "symbol": "rect",
                "symbolSize": [3, 18],
                "itemStyle": {"color": "#1b2430"},
                "z": 3,
                "data": [
                    {
                        "value": percent(each.planned or 0),
                        "href": programme_address(each, period),
                    }
                    for each in shown
                ],
            },
        ],
    }


def _behind_bar(light: Light, period: int, of_town: bool) -> Option:
    figure = f"delivery.completion.{light.sub_item.code}"
    return {
        "value": percent(light.actual or 0),
        "itemStyle": {"color": _COLOURS[light.colour]},
        "href": programme_address(light, period) if of_town else why_address(figure, period),
        "tooltip": {"formatter": f"{light.sub_item.name}\n{light.words}"},
    }


def heat_chart(grid: Sequence[GridRow], towns: Sequence[TownSum], period: int) -> Option | None:
    """Sub-items by towns: how many 百分点 ahead of or behind the schedule."""
    if not grid or not towns:
        return None
    rows = list(reversed(grid))
    places = {town.code: place for place, town in enumerate(towns)}
    points: list[Option] = []
    for height, row in enumerate(rows):
        for code, cell in row.cells.items():
            if cell.gap is None:
                continue
            points.append(
                {
                    "value": [places[code], height, percent(cell.gap)],
                    "href": programme_address(row.light, period),
                    "tooltip": {
                        "formatter": f"{cell.row.name}　{row.light.sub_item.name}\n"
                        f"完成 {percent(cell.row.ratio or 0)}%，序时应达 "
                        f"{percent(row.light.planned or 0)}%"
                    },
                }
            )
    return {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 56, "containLabel": True},
        "xAxis": {
            "type": "category",
            "position": "top",
            "data": [short_town(town.name) for town in towns],
            "axisLabel": {"interval": 0},
        },
        "yAxis": {
            "type": "category",
            "data": [row.light.sub_item.name for row in rows],
            "axisLabel": {"width": 150, "overflow": "truncate", "interval": 0},
        },
        "visualMap": visual("领先", "落后"),
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True},
                "itemStyle": {"borderWidth": 2},
                "data": points,
            }
        ],
    }


def course_chart(course: Course, period: int, part: str = "") -> Option | None:
    """The year's S curve: mean planned and mean reported completion."""
    if not course.counted:
        return None
    return {
        "legend": {"data": ["计划", "实际"], "bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": MONTHS, "boundaryGap": False},
        "yAxis": {"type": "value", "min": 0, "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {
                "name": "计划",
                "type": "line",
                **POINTS,
                "symbolSize": 5,
                "smooth": True,
                "lineStyle": {"type": "dashed"},
                "data": _course_points(course.planned, period, part),
            },
            {
                "name": "实际",
                "type": "line",
                **POINTS,
                "areaStyle": {"opacity": 0.12},
                "data": _course_points(course.actual, period, part),
            },
        ],
    }


def _course_points(values: Sequence[Fraction], period: int, part: str) -> list[Option]:
    return [
        {"value": percent(each), "href": course_address(period, month, part)}
        for month, each in enumerate(values, start=1)
    ]


def forecast_chart(board: Board) -> Option | None:
    """When each will be done: the span that holds with eight chances in ten, and the due day."""
    told = [
        (light, found.told)
        for light in board.lights
        if (found := board.outlooks[light.sub_item.code]).told is not None
    ]
    told.sort(key=lambda pair: pair[1].chance_of_missing if pair[1] else 0)
    shown = [(light, each) for light, each in told if each is not None][-MOST:]
    if not shown:
        return None
    names = [light.sub_item.name for light, _ in shown]
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"bottom": 0, "selectedMode": False,
                   "data": ["八成把握", "预计完成", "计划完成"]},
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 56, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}月底"},
                  "minInterval": 1},
        "yAxis": {"type": "category", "data": names,
                  "axisLabel": {"width": 150, "overflow": "truncate"}},
        "series": [
            {"type": "bar", "stack": "span", "silent": True, "tooltip": {"show": False},
             "itemStyle": {"color": "transparent"},
             "data": [round(each.low, 2) for _, each in shown]},
            {"name": "八成把握", "type": "bar", "stack": "span", "barMaxWidth": 12,
             "itemStyle": {"color": "#b9cbdc", "borderRadius": 6},
             "data": [_band(light, each.low, each.high, board.period) for light, each in shown]},
            {"name": "预计完成", "type": "scatter", "symbolSize": 11, "z": 3,
             "data": [_when(light, each.expected, board.period) for light, each in shown]},
            {"name": "计划完成", "type": "scatter", "symbol": "rect", "symbolSize": [3, 18], "z": 4,
             "itemStyle": {"color": "#b3301c"},
             "data": [_when(light, months_at(board.year, light.sub_item.finish_date),
                            board.period)
                      for light, _ in shown]},
        ],
    }  # fmt: skip


def _when(light: Light, month: float, period: int) -> Option:
    return {"value": round(month, 2), "href": programme_address(light, period)}


def _band(light: Light, low: float, high: float, period: int) -> Option:
    return {
        "value": round(high - low, 2),
        "href": programme_address(light, period),
        "tooltip": {"formatter": f"{light.sub_item.name}\n八成把握在 {low:.1f} 至 {high:.1f} 月底"},
    }


def on_time_words(counts: Mapping[str, int]) -> str:
    """How the sub-items stand, in one line of text for who cannot see the colours."""
    return "，".join(f"{word}{counts[key]}个" for key, word in WORDS.items())
