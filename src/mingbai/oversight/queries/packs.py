"""Reading packs: which this asker may see, their lines, and the lines behind a count."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import DispatchPack, PackLine

_Part = PackLine.Part


def _lag(line: PackLine) -> bool:
    return line.part == _Part.LAG and line.town_id is None


def _town_lag(line: PackLine) -> bool:
    return line.part == _Part.LAG and line.town_id is not None


#: Key of a count in the text -> what it counts, its unit, and which lines those are.
COUNTS: Final[Mapping[str, tuple[str, str, Callable[[PackLine], bool]]]] = {
    "count.lagging": ("滞后的子项", "个", _lag),
    "count.red": ("红灯滞后的子项", "个", lambda line: _lag(line) and line.severity == "red"),
    "count.at_risk": (
        "难以按期完成的子项", "个", lambda line: _lag(line) and line.facts["at_risk"],
    ),
    "count.unanswered": (
        "没有赶超计划的子项", "个", lambda line: _lag(line) and line.facts["unanswered"],
    ),
    "count.town_lagging": ("镇里滞后的任务", "项", _town_lag),
    "count.town_red": (
        "镇里红灯滞后的任务", "项", lambda line: _town_lag(line) and line.severity == "red",
    ),
    "count.silent": (
        "没有报送的子项", "个", lambda line: line.part == _Part.SILENT and line.town_id is None,
    ),
    "count.town_silent": (
        "镇里没有报送的任务", "项",
        lambda line: line.part == _Part.SILENT and line.town_id is not None,
    ),
    "count.money": ("资金有差距的子项", "个", lambda line: line.part == _Part.MONEY),
    "count.decisions": ("尚未办结的议定事项", "件", lambda line: line.part == _Part.DECISION),
    "count.overdue": (
        "逾期的议定事项", "件",
        lambda line: line.part == _Part.DECISION and line.facts["state"] == "overdue",
    ),
    "count.reported": (
        "等待核实的议定事项", "件",
        lambda line: line.part == _Part.DECISION and line.facts["state"] == "reported",
    ),
    "count.asked": (
        "发言的单位", "个单位", lambda line: line.part == _Part.ASK and line.facts["first"],
    ),
}  # fmt: skip
#: A count of what is judged has no rows in a pack: it lists what is to be talked about.
JUDGED: Final = "count.judged"


def packs_seen(*, to: Asker, meeting: int | None = None) -> ScopedQuerySet[DispatchPack]:
    """The packs this asker may see, the newest turn first; below the county only those issued."""
    found = DispatchPack.objects.seen_by(to).select_related(
        "meeting", "compiled_by", "issue", "issue__issued_by", "file"
    )
    if not to.sees_all:
        found = found.filter(issue__isnull=False)
    if meeting is not None:
        found = found.filter(meeting=meeting)
    return found.order_by("meeting_id", "-turn")


def pack_lines(pack: DispatchPack, *, to: Asker) -> tuple[PackLine, ...]:
    """All lines of a pack, in its order; one query."""
    found = PackLine.objects.seen_by(to).filter(pack=pack)
    return tuple(found.select_related("office", "town").order_by("position"))


def lines_behind(lines: Sequence[PackLine], key: str) -> tuple[PackLine, ...]:
    """The lines a count of the text counts. Errors: ``KeyError`` for an unknown count."""
    counts = COUNTS[key][2]
    return tuple(line for line in lines if counts(line))


def pack_blocks(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A text for the web: runs become (words, key of the count or nothing), cells (words, where
    they lead or nothing)."""
    figures = body["figures"]
    blocks = []
    for block in body["blocks"]:
        if block["kind"] == "paragraph":
            runs = [
                (run, "") if isinstance(run, str) else (figures[run["figure"]], run["figure"])
                for run in block["runs"]
            ]
            blocks.append({**block, "runs": runs})
        elif block["kind"] == "table":
            rows = [[_cell(cell) for cell in row] for row in block["rows"]]
            blocks.append({**block, "rows": rows})
        else:
            blocks.append(dict(block))
    return blocks


def _cell(cell: str | Mapping[str, Any]) -> tuple[str, Any]:
    return (cell, None) if isinstance(cell, str) else (cell["text"], cell["to"])


def suggested_decisions(meeting: int, *, to: Asker) -> list[dict[str, Any]]:
    """What minutes may begin with: each red lag of the pack that was handed out, to its office."""
    pack = packs_seen(to=to, meeting=meeting).first()
    if pack is None:
        return []
    return [
        {
            "text": f"{line.sub_item_name}赶上序时进度",
            "office": str(line.office_id),
            "responsible": line.facts["responsible"],
            "programme": line.sub_item.partition(".")[0],
        }
        for line in lines_behind(pack_lines(pack, to=to), "count.red")
    ]
