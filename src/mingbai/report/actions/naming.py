"""Words of a circular: places as texts name them, and the tables below the paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mingbai.delivery.queries.lags import LagRow
from mingbai.delivery.queries.lights import in_points
from mingbai.engine.schedule import round_half_up
from mingbai.report.queries.scoring import Scored
from mingbai.rulebook.model import Weights

_DIGITS: Final = "零一二三四五六七八九"

#: A table of the body: JSON; a cell is text, or text with the office whose score it is.
Table = dict[str, Any]


def name_place(number: int) -> str:
    """「第三名」; beyond ninety-nine in figures."""
    if number > 99:
        return f"第{number}名"
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return f"第{head}{_DIGITS[ones] if ones or not tens else ''}名"


def name_places(scored: Sequence[Scored], weights: Weights) -> str:
    """「第一名甲，第二名乙，第三名丙、丁；排在后面的有第七名戊、第八名己」, ties named together."""
    groups: dict[int, list[str]] = {}
    for each in scored:
        groups.setdefault(each.place, []).append(each.office.short_name)
    places = list(groups)
    top = [place for place in places if place <= weights.top]
    named = 0
    bottom: list[int] = []
    for place in reversed(places):
        if place in top or named >= weights.bottom:
            break
        bottom.append(place)
        named += len(groups[place])
    text = "；".join(f"{name_place(place)}{'、'.join(groups[place])}" for place in top)
    if bottom:
        tail = "；".join(
            f"{name_place(place)}{'、'.join(groups[place])}" for place in reversed(bottom)
        )
        text += f"。排在后面的是：{tail}"
    return text


def score_table(key: str, scored: Sequence[Scored], head: str) -> Table:
    """Place, unit, score, and the points of each part."""
    names: dict[str, str] = {}
    for each in scored:
        names.update({part["code"]: part["name"] for part in each.parts})
    rows = []
    for each in scored:
        points = {part["code"]: part["points"] for part in each.parts}
        rows.append(
            [
                str(each.place),
                {"text": each.office.short_name, "office": each.office.pk},
                {"text": str(each.score), "office": each.office.pk},
                *(points.get(code, "—") for code in names),
            ]
        )
    columns = ["名次", head, "得分", *names.values()]
    return _table(key, columns, rows, [2, 4, 3, *(3 for _ in names)])


def slow_table(rows: Sequence[LagRow], most: int) -> Table:
    """Sub-items that lag or have towns that do, with lead department and the slowest towns.

    ``most`` towns are named at the slow end, and all that tie with the last of them.
    """
    slow: dict[str, list[LagRow]] = {}
    whole = {row.judged.sub_item.code: row for row in rows if row.judged.town is None}
    for row in rows:
        if row.state == "lagging":
            slow.setdefault(row.judged.sub_item.code, [])
            if row.judged.town is not None:
                slow[row.judged.sub_item.code].append(row)
    listed = []
    for code, towns in slow.items():
        row = whole[code]
        towns.sort(key=lambda each: (each.judged.actual or 0, each.judged.town or ""))
        names = _slowest(towns, most)
        listed.append(
            [
                row.judged.sub_item.name,
                row.judged.office.short_name,
                _ratio(row),
                in_points(row.judged.gap) if row.judged.gap is not None else "—",
                names or "—",
            ]
        )
    columns = ["子项", "牵头部门", "全县完成率", "比序时（百分点）", "较慢的镇"]
    return _table("slow", columns, listed, [5, 3, 3, 3, 8], right=(2, 3))


def _slowest(towns: Sequence[LagRow], most: int) -> str:
    """Towns from the slowest on, and of how many; who ties with the last is named too."""
    named = [
        each
        for number, each in enumerate(towns)
        if number < most or each.judged.actual == towns[most - 1].judged.actual
    ]
    text = "、".join(f"{each.judged.town_name}（{_ratio(each)}）" for each in named)
    return f"{text}等 {len(towns)} 个镇" if len(named) < len(towns) else text


def silent_table(rows: Sequence[LagRow]) -> Table:
    """Offices that did not report, with what is missing."""
    missing: dict[str, list[str]] = {}
    for row in rows:
        if row.state == "silent":
            missing.setdefault(row.judged.office.short_name, []).append(row.judged.sub_item.name)
    listed: list[list[Any]] = [
        [office, f"{len(items)}", "、".join(dict.fromkeys(items))]
        for office, items in sorted(missing.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    return _table("silent", ["单位", "未报项数", "未报的子项"], listed, [3, 2, 9], right=(1,))


def _ratio(row: LagRow) -> str:
    if row.state == "silent":
        return "未报"
    if row.state == "unchecked":
        return "待确认"
    if row.judged.actual is None:
        return "—"
    return f"{round_half_up(row.judged.actual * 100, 1)}%"


def _table(
    key: str,
    columns: list[str],
    rows: list[list[Any]],
    widths: list[int],
    right: tuple[int, ...] | None = None,
) -> Table:
    numbers = [0, *range(2, len(columns))] if right is None else list(right)
    return {
        "kind": "table",
        "key": key,
        "columns": columns,
        "rows": rows,
        "widths": widths,
        "right": numbers,
    }
