"""The text of a pack: the form's sentences, the counts from its lines, one table a chapter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from mingbai.oversight.actions.papers import after_paragraphs, make_table
from mingbai.oversight.actions.places import name_places
from mingbai.oversight.models import Meeting, PackLine
from mingbai.oversight.queries.meetings import MeetingStanding
from mingbai.oversight.queries.packs import COUNTS, JUDGED, lines_behind
from mingbai.paper.arranging import Body, arrange_body, named_figures
from mingbai.paper.form import CannotReadText, Form

Table = dict[str, Any]


def write_pack(
    standing: MeetingStanding,
    lines: Sequence[PackLine],
    *,
    judged_count: int,
    cutoff: date,
    named: int,
    form: Form,
    error: type[Exception],
) -> Body:
    """The body of a pack; ``error`` for a form that names what there is not."""
    counts = {key: len(lines_behind(lines, key)) for key in COUNTS}
    empty = {key for key, number in counts.items() if not number}
    words = _words(standing, cutoff, error)
    try:
        body = arrange_body(form, words=words, outlines={}, empty=empty)
    except (CannotReadText, KeyError) as found:
        raise error(f"调度会材料格式里有读不通的地方：{found}，请改正。") from found
    if unknown := sorted(set(named_figures(body)) - {*COUNTS, JUDGED}):
        raise error(f"调度会材料里没有名为 {'、'.join(unknown)} 的数字，请改成已有的数字。")
    figures = {key: f"{number}{COUNTS[key][1]}" for key, number in counts.items()}
    figures[JUDGED] = f"{judged_count}个"
    tables = {
        "lagging": _lagging(lines_behind(lines, "count.lagging")),
        "towns": _towns(lines, named),
        "silent": _silent(lines_behind(lines, "count.silent")),
        "money": _money(lines_behind(lines, "count.money")),
        "decisions": _decisions(lines_behind(lines, "count.decisions")),
        "agenda": _agenda([line for line in lines if line.part == PackLine.Part.ASK]),
    }
    parts = {key: [table] for key, table in tables.items() if table["rows"]}
    return {**after_paragraphs(body, parts), "figures": figures}


def _words(standing: MeetingStanding, cutoff: date, error: type[Exception]) -> dict[str, str]:
    meeting, day = standing.meeting, standing.day
    start = meeting.start_time
    clock = f"{start.hour}:{start.minute:02d}" if start else ""
    return name_places(error) | {
        "period.year": str(meeting.year),
        "period.cutoff": f"{cutoff.month}月{cutoff.day}日",
        "meeting.number": str(meeting.number),
        "meeting.kind": Meeting.Kind(meeting.kind).label,
        "meeting.date": f"{day.year}年{day.month}月{day.day}日{clock}",
        "meeting.place": standing.place,
        "meeting.chair": standing.chair,
        "words.agenda": f"议题：{meeting.agenda.rstrip('。')}。" if meeting.agenda else "",
    }


def _lagging(lines: Sequence[PackLine]) -> Table:
    rows = [
        [
            {"text": line.sub_item_name, "to": ["lag", line.sub_item]},
            line.office.short_name,
            line.facts["actual"] or "—",
            line.facts["gap"] or "—",
            _cause(line),
            _plan(line),
            line.facts["forecast"].partition("：")[0] or "—",
        ]
        for line in lines
    ]
    columns = ["子项", "牵头部门", "完成率", "比序时（百分点）", "原因", "赶超计划", "预测"]
    return make_table(
        "lagging", columns, rows, [70, 48, 46, 48, 90, 96, 66], right=(2, 3), centre=()
    )


def _cause(line: PackLine) -> str:
    facts = line.facts
    if not facts["cause"]:
        return "未说明"
    return f"{facts['cause']}：{facts['cause_words']}"


def _plan(line: PackLine) -> str:
    facts = line.facts
    told = [facts["plan"], facts["next"], facts["responsible"]]
    if facts["missed"]:
        told.append(f"{facts['missed']}个节点没做到")
    return "，".join(each for each in told if each)


def _towns(lines: Sequence[PackLine], named: int) -> Table:
    """A town a row: how much lags, which parts most, how much was not reported."""
    by_town: dict[str, list[PackLine]] = {}
    for line in lines:
        if line.town_id is not None:
            by_town.setdefault(line.town_id, []).append(line)
    counted = []
    for town, own in sorted(by_town.items()):
        slow = lines_behind(own, "count.town_lagging")
        red = lines_behind(own, "count.town_red")
        silent = lines_behind(own, "count.town_silent")
        counted.append((len(red), len(slow), town, own, slow, silent))
    rows = []
    for red_count, slow_count, town, own, slow, silent in sorted(
        counted, key=lambda each: (-each[0], -each[1], each[2])
    ):
        worst = sorted(slow, key=lambda line: line.severity != "red")[:named]
        rows.append(
            [
                {"text": own[0].office.short_name, "to": ["town", town]},
                str(slow_count),
                str(red_count),
                str(len(silent)),
                "、".join(_item(line) for line in worst) or "—",
            ]
        )
    columns = ["镇", "滞后项数", "红灯项数", "未报项数", "滞后较多的任务（完成率）"]
    return make_table("towns", columns, rows, [60, 46, 46, 46, 240], right=(1, 2, 3), centre=())


def _item(line: PackLine) -> str:
    return f"{line.sub_item_name}（{line.facts['actual'] or '—'}）"


def _silent(lines: Sequence[PackLine]) -> Table:
    by_office: dict[str, list[str]] = {}
    for line in lines:
        by_office.setdefault(line.office.short_name, []).append(line.sub_item_name)
    rows: list[list[Any]] = [
        [office, str(len(items)), "、".join(items)]
        for office, items in sorted(by_office.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    return make_table(
        "silent", ["单位", "未报项数", "未报的子项"], rows, [80, 50, 300], right=(1,), centre=()
    )


def _money(lines: Sequence[PackLine]) -> Table:
    rows = [
        [
            {"text": line.sub_item_name, "to": ["money", line.facts["programme"]]},
            line.office.short_name,
            *(line.facts[name] for name in ("budget", "arrived", "released", "spent")),
            line.facts["words"],
        ]
        for line in lines
    ]
    columns = ["子项", "牵头部门", "预算", "到位", "拨付", "支出", "差距"]
    return make_table(
        "money", columns, rows, [80, 50, 52, 52, 52, 52, 110], right=(2, 3, 4, 5), centre=()
    )


def _decisions(lines: Sequence[PackLine]) -> Table:
    rows = []
    for line in lines:
        due = date.fromisoformat(line.facts["due"])
        rows.append(
            [
                {"text": line.facts["text"], "to": ["decision", line.decision_id]},
                line.facts["meeting"],
                line.office.short_name,
                f"{due.month}月{due.day}日",
                line.facts["words"],
                line.facts["said"] or "—",
            ]
        )
    columns = ["议定事项", "会议", "责任单位", "时限", "状态", "最近一次说明"]
    return make_table("decisions", columns, rows, [110, 74, 54, 48, 54, 108], centre=(3, 4))


def _agenda(lines: Sequence[PackLine]) -> Table:
    turns: dict[int, list[PackLine]] = {}
    for line in lines:
        turns.setdefault(line.facts["order"], []).append(line)
    rows: list[list[Any]] = [
        [
            str(order),
            own[0].office.short_name,
            "".join(f"{place}.{line.facts['text']}。" for place, line in enumerate(own, start=1)),
        ]
        for order, own in sorted(turns.items())
    ]
    return make_table("agenda", ["次序", "单位", "要说明的事"], rows, [32, 76, 330], centre=(0,))
