"""``engine generate``: a made-up county of any size, with the findings that must come out."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Final

from mingbai.engine.generate import FEWEST_ROWS, MOST_ROWS, make_county
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.progress import Bars

DONE: Final = 0
#: Room that a roster row and its person take on disk, with some to spare.
_BYTES_A_ROW: Final = 160
_STAGES: Final = {"people": "人口", "rosters": "花名册", "lists": "名单", "truth": "答案"}


def generate(args: argparse.Namespace) -> int:
    """Write a county to a folder; the folder appears whole or not at all."""
    if not FEWEST_ROWS <= args.rows <= MOST_ROWS:
        raise CannotRun(f"--rows 应在 {FEWEST_ROWS:,} 至 {MOST_ROWS:,} 之间，现为 {args.rows:,}。")
    folder: Path = args.out
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotRun(f"{folder} 已经存在且不是空文件夹，没有改动。请换一个名字。")
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise CannotRun(f"没有文件夹 {parent}。请先建立，或换一个位置。")
    needed, free = args.rows * _BYTES_A_ROW, shutil.disk_usage(parent).free
    if free < needed:
        raise CannotRun(
            f"磁盘空间不够：约需 {needed >> 20:,} MB，只剩 {free >> 20:,} MB。"
            "请减少 --rows，或用 --out 换一个位置。"
        )
    draft = parent / f".{folder.name}.{os.getpid()}.tmp"
    bars = Bars()
    try:
        with bars.stage("生成"):
            county = make_county(
                draft,
                rows=args.rows,
                seed=args.seed,
                progress=lambda _, done, total: bars.progress(done, total),
            )
        if folder.exists():
            folder.rmdir()  # empty, as seen above; rename wants the name free on every system
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    print(f"已生成演示县：{folder}（演示数据，人员均为合成）")
    print(
        f"人口 {county.people:,} 人，花名册 {county.rows:,} 行，应查出疑点 {county.findings:,} 条。"
    )
    for name, count in county.lists.items():
        print(f"  {name}：{count:,} 行")
    print(f"\n检查：./mingbai engine check {folder}")
    return DONE
