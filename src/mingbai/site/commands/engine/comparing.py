"""``engine secret``, ``tokens``, ``intersect``: two departments learn whom they have in common."""

from __future__ import annotations

import argparse
import datetime as dt
import secrets
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine import tokens
from mingbai.engine.whole import write_whole
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import Inputs, read_inputs
from mingbai.site.commands.engine.outputs import check_suffix, print_table
from mingbai.site.commands.progress import Bars

NOTHING, FOUND = 0, 1
_LEFT_SHOWN = 10


def make_secret(args: argparse.Namespace) -> int:
    """Write a new shared secret of 256 bits."""
    tokens.write_secret(args.out, secrets.token_bytes(32))
    print(f"已生成密钥文件 {args.out}（256 位，仅本人可读）。")
    print("请当面或用机要渠道交给对方一份，不要用微信、邮件传送，也不要与令牌文件放在一起。")
    print("比对做完后请双方销毁密钥：谁拿到密钥，谁就能从令牌文件里试出身份证号。")
    return NOTHING


def make_tokens(args: argparse.Namespace) -> int:
    """Turn rosters into tokens to hand over and a map to keep."""
    check_suffix(args.out, (".parquet",))
    kept = args.map or args.out.with_suffix(".map")
    if kept.resolve() == args.out.resolve():
        raise CannotRun("令牌文件和行号对照文件不能是同一个文件。")
    tokens.check_purpose(args.purpose)
    secret, bars = tokens.read_secret(args.secret_file), Bars()
    today = dt.date.today()  # noqa: DTZ011 - nobody on a list is born after today
    with bars.stage("读入"):
        # The keys that rows carry for checks are not used here: a secret of this run will do.
        inputs = read_inputs(
            args.given, secret=secrets.token_bytes(32), as_of=today, year=args.year,
            progress=bars.progress,
        )  # fmt: skip
    with bars.stage("生成令牌"):
        made = tokens.make_tokens(
            _rows(inputs, args.by),
            secret=secret,
            purpose=args.purpose,
            as_of=today,
            by=args.by,
            pad_to=args.pad_to,
            draw=secrets.token_bytes,
        )
        # The map first: tokens that have left without their map could never be read.
        tokens.write_map(kept, made.row_map)
        tokens.write_tokens(args.out, made.tokens)
    count, lines = made.tokens.table.num_rows - made.padding, made.row_map.table.num_rows
    print(f"{lines:,} 行中有 {count:,} 个不同的{tokens.KINDS[args.by]}，已生成令牌。")
    if left := made.left_out.num_rows:
        print(f"另有 {left:,} 行没有可用的{tokens.KINDS[args.by]}，没有参加比对，请更正：")
        for row in made.left_out.slice(0, _LEFT_SHOWN).to_pylist():
            print(f"  {row['table']} 第{row['line']}行")
        if left > _LEFT_SHOWN:
            print("  ……")
    if made.padding:
        print(f"掺入 {made.padding:,} 个假令牌，共 {made.tokens.table.num_rows:,} 个。")
    print(f"交给对方：{args.out}\n自己留着：{kept}（令牌与行号的对照，不要外传）")
    return NOTHING


def _rows(inputs: Inputs, by: str) -> pa.Table:
    """Identifier, line and sheet of every row of every clear table."""
    parts = [sheet.rows for sheet in inputs.clear if by in sheet.rows.column_names]
    parts += list(_clear_parquet(inputs, by))
    if not parts:
        word = tokens.KINDS[by]
        raise CannotRun(f"给出的表里没有“{word}”一列，无法生成令牌。请给出含有{word}的名册。")
    return pa.concat_tables([part.select([by, "line", "table"]) for part in parts])


def _clear_parquet(inputs: Inputs, by: str) -> Iterator[pa.Table]:
    """Parquet that holds keys for checks and the identifier beside them."""
    for name, given in inputs.tables.items():
        if isinstance(given, Path) and {by, "line"} <= inputs.columns(name):
            table = pq.read_table(given, columns=[by, "line"])
            label = pa.array([name], pa.string()).take(pa.array([0] * len(table), pa.int32()))
            yield table.append_column("table", label)


def intersect(args: argparse.Namespace) -> int:
    """Tell which of one's own lines the other side has too."""
    check_suffix(args.out)
    mine, theirs = tokens.read_tokens(args.mine), tokens.read_tokens(args.theirs)
    met = tokens.intersect(mine, theirs, tokens.read_map(args.map or args.mine.with_suffix(".map")))
    print(f"用途：{mine.label.purpose}（按{tokens.KINDS[mine.label.by]}逐位相同比对）")
    print(f"本方令牌 {met.mine:,} 个，对方令牌 {met.theirs:,} 个（可能含假令牌）。")
    if not met.people:
        print("没有重合。密钥和用途已核对一致，这是比对的结果。")
    else:
        print(f"重合 {met.people:,} 人，本方名册中 {met.rows.num_rows:,} 行：")
        first = met.rows.slice(0, max(args.top, 0)).to_pylist()
        print_table(
            ("表", "行"), [(row["table"], str(row["line"])) for row in first], right=(1,), width=100
        )
    if args.out:
        _write(met.rows, args.out, purpose=mine.label.purpose)
        print(f"\n已写出：{args.out}")
    return FOUND if met.people else NOTHING


def _write(rows: pa.Table, out: Path, *, purpose: str) -> None:
    if out.suffix.lower() == ".parquet":
        with write_whole(out) as sink:
            pq.write_table(rows, sink)
        return
    content = write_export(
        title="名册重合行",
        columns=[ExportColumn("表", "text", 50), ExportColumn("行", "number", 10)],
        rows=([row["table"], row["line"]] for row in rows.to_pylist()),
        notes=[f"用途：{purpose}", "只列本方名册中的位置；重合只说明号码相同，须核实后处理。"],
    )
    with write_whole(out) as sink:
        sink.write(content)
