"""``./mingbai county FOLDER``: write the demonstration county's workbooks, nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="写到哪个文件夹（须为空或不存在）")
    parser.add_argument("--size", choices=("small", "quarter", "half", "full"), default="small",
                        help="规模，默认 small（约百分之一）")  # fmt: skip
    parser.add_argument("--seed", type=int, default=2021, help="随机种子，同种子同结果")
    parser.add_argument("--half", type=int, choices=(1, 2), default=1,
                        help="1 上半年（默认），2 全年；全年的前六个月与上半年相同")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from mingbai.site.commands.progress import Bars
    from mingbai.site.demo import make_county

    if args.folder.exists() and any(args.folder.iterdir()):
        print(f"文件夹 {args.folder} 不是空的，未生成。请换一个空文件夹。")
        return 1
    bars = Bars()
    with bars.stage("county"):
        truth = make_county(
            folder=args.folder,
            size=args.size,
            seed=args.seed,
            half=args.half,
            progress=bars.progress,
        )
    print(f"已生成 {len(truth.files)} 个文件：{args.folder}")
    print(f"真值表（埋入的问题和应得的总数）：{truth.truth_folder}")
    return 0
