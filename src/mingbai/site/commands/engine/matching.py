"""``engine match``: who is who between two rosters, or within one, without trusting the number."""

from __future__ import annotations

import argparse
import datetime as dt
import secrets
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.match import VERDICTS, MatchResult, match, plan_for
from mingbai.engine.money import show_money
from mingbai.engine.whole import write_whole
from mingbai.intake.masking import mask_cell
from mingbai.paper.tables import DEMONSTRATION_MARK, ExportColumn, write_export
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import open_book
from mingbai.site.commands.engine.outputs import check_suffix, print_table
from mingbai.site.commands.engine.records import read_records, shared_columns
from mingbai.site.commands.progress import Bars

NOTHING, FOUND = 0, 1
_PROMISED: Final = (0.9, 0.99, 0.999)
_COLUMNS: Final = (
    ExportColumn("序号", "number", 8),
    ExportColumn("可能性", "number", 10),
    ExportColumn("判断和理由", "text", 80),
    ExportColumn("涉及金额（元）", "money", 14),
    ExportColumn("甲表", "text", 30),
    ExportColumn("甲行", "number", 8),
    ExportColumn("甲姓名", "text", 12),
    ExportColumn("甲证件号", "text", 22),
    ExportColumn("乙表", "text", 30),
    ExportColumn("乙行", "number", 8),
    ExportColumn("乙姓名", "text", 12),
    ExportColumn("乙证件号", "text", 22),
)


def match_people(args: argparse.Namespace) -> int:
    """Read one or two rosters, match, write and say."""
    check_suffix(args.out)
    if not 0 < args.threshold < 1:
        raise CannotRun("--threshold 是可能性，应在 0 和 1 之间，例如 0.5。")
    bars = Bars()
    with bars.stage("读入"):
        left, right, demonstration = _read(args)
    with bars.stage("配对"), tempfile.TemporaryDirectory(prefix="mingbai-match-") as spill:
        plan = replace(plan_for(left, right), threshold=args.threshold)
        result = match(
            left, right, plan=replace(plan, floor=min(plan.floor, args.threshold)),
            machine=args.machine, threads=max(args.threads, 1), memory=args.memory,
            spill=Path(spill),
        )  # fmt: skip
    if demonstration:
        print(f"（{DEMONSTRATION_MARK}，人员均为合成）")
    if args.explain is not None:
        _explain(result, args.explain)
        return FOUND
    if args.out:
        with bars.stage("写出"):
            _write(result, args.out, demonstration=demonstration)
    _say(result, top=max(args.top, 0))
    if args.out:
        print(f"\n已写出：{args.out}")
    return FOUND if result.pairs.num_rows else NOTHING


def _read(args: argparse.Namespace) -> tuple[pa.Table, pa.Table | None, bool]:
    asked: dict[str, Any] = {
        "book": open_book(args.year),
        "secret": secrets.token_bytes(32),
        "as_of": dt.date.today(),  # noqa: DTZ011 - nobody on a list is born after today
        "columns": [each.strip() for each in (args.columns or "").split(",") if each.strip()],
    }
    left, synthetic = read_records([args.left], **asked)
    right = None
    if args.right is not None:
        right, also = read_records([args.right], **asked)
        synthetic |= also
    names = shared_columns(left, right)
    if not asked["columns"] and not {"name", "id_number"} & set(names):
        raise CannotRun("两份名册没有共同的姓名或身份证号列，无法配对。请核对表头。")
    told = any("amount" in side.column_names for side in (left, right) if side is not None)

    def keep(side: pa.Table) -> pa.Table:
        if told and "amount" not in side.column_names:  # the other side's money is at stake alone
            side = side.append_column("amount", pa.nulls(len(side), pa.int64()))
        also = ["table", "line", *(["amount"] if told else [])]
        return side.select([*(name for name in names if name not in also), *also])

    return keep(left), None if right is None else keep(right), synthetic


def _say(result: MatchResult, *, top: int) -> None:
    sides = f"{result.left.num_rows:,} 行"
    if result.right is not result.left:
        sides += f" 与 {result.right.num_rows:,} 行"
    compared = "、".join(each.label for each in result.model.plan.comparisons)
    print(f"{sides}，按{compared}配对。")
    counts = Counter(result.pairs.column("verdict").to_pylist())
    if not counts:
        print("没有找到可能是同一人的两行。")
        return
    rows = [(VERDICTS[verdict], f"{count:,}") for verdict, count in counts.most_common()]
    print_table(("判断", "对数"), rows, right=(1,), width=100)
    promises = result.model.promises
    for precision in _PROMISED:
        lowest = promises.threshold_for(precision)
        promise = promises.at(lowest)
        if promise.pairs:
            print(
                f"要 {precision:.1%} 准，取可能性 {lowest:.3f} 以上：{promise.pairs:,} 对，"
                f"预计找全 {promise.recall:.1%}。"
            )
    queue = result.queue.num_rows
    if queue and top:
        print(f"\n需要人看的 {queue:,} 对，最值得先看的 {min(top, queue)} 对：")
        print_table(("序号", "涉及金额（元）", "甲", "乙", "判断和理由"),
                    [_line(row, result) for row in _queue(result, top)], right=(0, 1),
                    width=shutil.get_terminal_size((160, 24)).columns)  # fmt: skip


def _queue(result: MatchResult, top: int | None = None) -> Iterator[dict[str, Any]]:
    """Cases in the order of the queue, with places, masked people and the reason."""
    rows = result.queue.num_rows if top is None else min(top, result.queue.num_rows)
    for case in result.queue.slice(0, rows).to_pylist():
        yield {
            **case,
            "said": result.tell(case["rank"]),
            "left": _person(result.left, case["left"]),
            "right": _person(result.right, case["right"]),
        }


def _person(table: pa.Table, row: int) -> dict[str, Any]:
    found = table.slice(row, 1).to_pylist()[0]
    return {
        "table": found["table"],
        "line": found["line"],
        "name": mask_cell(found.get("name") or "", "name"),
        "id_number": mask_cell(found.get("id_number") or "", "id_number"),
    }


def _line(case: Mapping[str, Any], result: MatchResult) -> tuple[str, ...]:
    money = show_money(case["stake"]) if "amount" in result.left.column_names else ""
    places = [
        f"{each['table']} 第{each['line']}行 {each['name']}"
        for each in (case["left"], case["right"])
    ]
    return (str(case["rank"]), money, *places, case["said"])


def _explain(result: MatchResult, rank: int) -> None:
    if not 1 <= rank <= result.queue.num_rows:
        raise CannotRun(f"需要人看的有 {result.queue.num_rows} 对，没有第 {rank} 对。")
    case = list(_queue(result, rank))[-1]
    print(f"第 {rank} 对：{case['said']}")
    for word, side in (("甲", case["left"]), ("乙", case["right"])):
        print(f"  {word}：{side['table']} 第{side['line']}行 {side['name']} {side['id_number']}")


def _write(result: MatchResult, out: Path, *, demonstration: bool) -> None:
    if out.suffix.lower() == ".parquet":
        table = result.pairs
        for side, rows in (("left", result.left), ("right", result.right)):
            for name in ("table", "line"):
                taken = rows.column(name).take(table.column(side))
                table = table.append_column(f"{side}_{name}", taken)
        mark = {b"mingbai.demonstration": b"1" if demonstration else b"0"}
        with write_whole(out) as sink:
            pq.write_table(table.replace_schema_metadata(mark), sink, compression="zstd")
        return
    content = write_export(
        title="疑似同一人清单",
        columns=_COLUMNS,
        rows=_export_rows(result),
        notes=["按值得看的程度排列；可能性由数据自身学得，须照证件核实；姓名和证件号已遮盖。"],
        demonstration=demonstration,
    )
    with write_whole(out) as sink:
        sink.write(content)


def _export_rows(result: MatchResult) -> Iterator[tuple[Any, ...]]:
    money = "amount" in result.left.column_names
    for case in _queue(result):
        people = (
            each[name]
            for each in (case["left"], case["right"])
            for name in ("table", "line", "name", "id_number")
        )
        stake = case["stake"] if money else None
        yield (case["rank"], round(case["probability"], 4), case["said"], stake, *people)
