"""The charts of the boards as data; each point carries ``href``, where it walks to its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from django.urls import reverse

from mingbai.delivery.queries import Light
from mingbai.engine.forecast import months_at
from mingbai.funds.queries import FundTotal
from mingbai.report.queries.boards import Board, Course, GridRow, MoneyMonth, TownSum
from mingbai.rulebook.model import TileMap

Option = dict[str, Any]

#: How many of the furthest behind a chart shows; the page's table lists them all.
MOST: Final = 15
_MONTHS: Final = [f"{month}月" for month in range(1, 13)]
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
#: From far behind to ahead, for the two maps; both ends are also told by their words.
_SCALE: Final = ["#b3301c", "#e0a08f", "#f1ebdc", "#a9cfb5", "#2f8557"]


def percent(value: Fraction | Decimal | float) -> float:
    """A ratio as per cent with one decimal, for drawing; tables hold the exact one."""
    exact = Decimal(str(round(float(value) * 100, 6)))
    return float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def programme_address(light: Light, period: int) -> str:
    """The programme's page for the month, at the sub-item."""
    address = reverse("delivery:programme", args=[light.sub_item.programme.code])
    return f"{address}?year={period // 100}&month={period % 100}"


def why_address(key: str, period: int) -> str:
    """Where the figure of that key comes from."""
    return reverse("report:why_now", args=[period // 100, period % 100, key])


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
                "data": [percent(each.planned or 0) for each in shown],
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


def waterfall_chart(total: FundTotal, period: int) -> Option | None:
    """计划, 到位, 拨付, 支出 with what is still missing between each, in 亿元 or 万元."""
    if not total.budget:
        return None
    word, unit = ("亿元", 10**10) if total.budget >= 10**10 else ("万元", 10**6)
    steps = (
        ("年度预算", 0, total.budget, "funds.budget"),
        ("未到位", min(total.arrived, total.budget), abs(total.budget - total.arrived), ""),
        ("到位", 0, total.arrived, "funds.arrived"),
        ("未拨付", min(total.released, total.arrived), abs(total.arrived - total.released), ""),
        ("拨付", 0, total.released, "funds.released"),
        ("未支出", min(total.spent, total.released), abs(total.released - total.spent), ""),
        ("支出", 0, total.spent, "funds.spent"),
    )
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
                    {
                        "value": round(height / unit, 2),
                        **({"href": why_address(key, period)} if key else
                           {"itemStyle": {"color": "#d8cfbc"}}),
                    }
                    for _, _, height, key in steps
                ],
            },
        ],
    }  # fmt: skip


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
        "visualMap": _visual("领先", "落后"),
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True},
                "itemStyle": {"borderWidth": 2},
                "data": points,
            }
        ],
    }


def _visual(more: str, less: str) -> Option:
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


def map_chart(towns: Sequence[TownSum], tiles: TileMap | None, period: int) -> Option | None:
    """One tile a town, by where they lie to each other: the share of its measures on time."""
    placed = {} if tiles is None else tiles.tiles
    shown = [town for town in towns if town.code in placed]
    if len(shown) < 2:
        return None
    width = max(placed[town.code][0] for town in shown)
    height = max(placed[town.code][1] for town in shown)
    return {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 48},
        "xAxis": {"type": "category", "show": False, "data": list(range(1, width + 1))},
        "yAxis": {"type": "category", "show": False, "inverse": True,
                  "data": list(range(1, height + 1))},
        "visualMap": {**_visual("按序时多", "落后多"), "min": 0, "max": 100},
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True, "formatter": "{b}", "fontWeight": 600, "lineHeight": 18},
                "itemStyle": {"borderWidth": 4, "borderRadius": 8},
                "data": [_tile(town, placed[town.code], period) for town in shown],
            }
        ],
    }  # fmt: skip


def _tile(town: TownSum, place: tuple[int, int], period: int) -> Option:
    ratio = town.on_time_ratio
    words = "尚无可判断的指标" if ratio is None else (
        f"{town.judged_count}项指标中{town.on_time_count}项按序时"
    )  # fmt: skip
    return {
        "name": f"{short_town(town.name)}\n{'—' if ratio is None else f'{percent(ratio):g}%'}",
        "value": [place[0] - 1, place[1] - 1, "-" if ratio is None else percent(ratio)],
        "href": f"{reverse('report:town_board', args=[town.code])}"
        f"?year={period // 100}&month={period % 100}",
        "tooltip": {"formatter": f"{town.name}\n{words}"},
    }


def course_chart(course: Course) -> Option | None:
    """The year's S curve: mean planned and mean reported completion."""
    if not course.counted:
        return None
    return {
        "legend": {"data": ["计划", "实际"], "bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": _MONTHS, "boundaryGap": False},
        "yAxis": {"type": "value", "min": 0, "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {
                "name": "计划",
                "type": "line",
                "symbol": "none",
                "smooth": True,
                "lineStyle": {"type": "dashed"},
                "data": [percent(each) for each in course.planned],
            },
            {
                "name": "实际",
                "type": "line",
                "areaStyle": {"opacity": 0.12},
                "data": [percent(each) for each in course.actual],
            },
        ],
    }


def money_course_chart(total: FundTotal, months: Sequence[MoneyMonth]) -> Option | None:
    """Arrived, released and spent to the end of each month, in per cent of the year's budget."""
    if not total.budget or not months:
        return None
    lines = (
        ("到位", [each.arrived for each in months]),
        ("拨付", [each.released for each in months]),
        ("支出", [each.spent for each in months]),
    )
    return {
        "legend": {"data": [name for name, _ in lines], "bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": _MONTHS, "boundaryGap": False},
        "yAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {
                "name": name,
                "type": "line",
                "data": [percent(Fraction(value, total.budget)) for value in values],
            }
            for name, values in lines
        ],
    }


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
             "data": [round(each.expected, 2) for _, each in shown]},
            {"name": "计划完成", "type": "scatter", "symbol": "rect", "symbolSize": [3, 18], "z": 4,
             "itemStyle": {"color": "#b3301c"},
             "data": [round(months_at(board.year, light.sub_item.finish_date), 2)
                      for light, _ in shown]},
        ],
    }  # fmt: skip


def _band(light: Light, low: float, high: float, period: int) -> Option:
    return {
        "value": round(high - low, 2),
        "href": programme_address(light, period),
        "tooltip": {"formatter": f"{light.sub_item.name}\n八成把握在 {low:.1f} 至 {high:.1f} 月底"},
    }


def short_town(name: str) -> str:
    """A town's name without its kind, where a chart has little room."""
    return name.removesuffix("镇") if len(name) <= 4 else "园区" if "园区" in name else name[:4]


def on_time_words(counts: Mapping[str, int]) -> str:
    """How the sub-items stand, in one line of text for who cannot see the colours."""
    return "，".join(f"{word}{counts[key]}个" for key, word in WORDS.items())
