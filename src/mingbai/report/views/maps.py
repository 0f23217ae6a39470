"""The towns on a board: the county's own boundaries where it has them, else one tile each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.urls import reverse

from mingbai.report.queries.boards import TownSum
from mingbai.report.views.scales import Option, percent, visual
from mingbai.rulebook.model import TileMap


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
        "visualMap": {**visual("按序时多", "落后多"), "min": 0, "max": 100},
        "series": [
            {
                "type": "heatmap",
                "label": {"show": True, "formatter": "{b}", "fontWeight": 600, "lineHeight": 18},
                "itemStyle": {"borderWidth": 4, "borderRadius": 8},
                "data": [_tile(town, placed[town.code], period) for town in shown],
            }
        ],
    }  # fmt: skip


def shape_chart(towns: Sequence[TownSum], drawn: Collection[str], period: int) -> Option | None:
    """The county's own map, coloured by the share of measures on time; ``drawn`` are the codes of
    towns that have a shape, by which the map names them."""
    shown = [town for town in towns if town.code in drawn]
    if len(shown) < 2:
        return None
    return {
        "tooltip": {"trigger": "item"},
        "visualMap": {**visual("按序时多", "落后多"), "min": 0, "max": 100},
        "series": [
            {
                "type": "map",
                "map": "towns",
                "selectedMode": False,
                "top": 8,
                "bottom": 48,
                "label": {"color": "#1b2430", "fontWeight": 600},
                "itemStyle": {"borderColor": "#ffffff", "borderWidth": 1.5},
                "emphasis": {"label": {"color": "#1b2430"}},
                "data": [_shape(town, period) for town in shown],
            }
        ],
    }


def _shape(town: TownSum, period: int) -> Option:
    """A town's colour, its words and where it leads; the shape itself is fetched once."""
    tile = _tile(town, (1, 1), period)
    return {
        "name": town.code,
        "value": tile["value"][2],
        "href": tile["href"],
        "tooltip": tile["tooltip"],
        "label": {"show": True, "formatter": tile["name"]},
    }


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


def short_town(name: str) -> str:
    """A town's name without its kind, where a chart has little room."""
    return name.removesuffix("镇") if len(name) <= 4 else "园区" if "园区" in name else name[:4]
