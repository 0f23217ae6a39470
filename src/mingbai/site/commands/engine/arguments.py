"""What each part of ``./mingbai engine`` may be told; light, so that help comes at once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

MACHINES: Final = ("duckdb", "plain", "spark")
_FILE: Final[dict[str, Any]] = {"type": Path, "metavar": "文件"}
_YEAR: Final = "表格里没写年份时按哪一年，默认 2021"


def add_generate(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine generate``."""
    add = parser.add_argument
    add("--rows", type=int, default=100_000, help="花名册一共多少行，默认 100000")
    add("--seed", type=int, default=2021, help="随机种子，同种子同结果，默认 2021")
    add("--out", type=Path, required=True, metavar="文件夹",
        help="写到这个新文件夹：人口、花名册、各部门名单、规则、应查出的疑点")  # fmt: skip


def add_check(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine check``."""
    add = parser.add_argument
    add("given", nargs="*", metavar="文件或文件夹",
        help="花名册和名单：xlsx、xls、csv、Parquet，或装有它们的文件夹；"
        "写成 deaths=文件 可指明是哪张表")  # fmt: skip
    add("--rules", **_FILE,
        help="规则文件（YAML）；不写则用文件夹里的 rules.yaml，再没有则用通用规则")  # fmt: skip
    add("--out", **_FILE,
        help="把疑点写到文件：.parquet（含全部证据）或 .xlsx（姓名证件号已遮盖）")  # fmt: skip
    add("--top", type=int, default=20, help="屏幕上列出最值得先看的几条，默认 20")
    add("--year", type=int, default=2021, help=_YEAR)
    _add_machine(parser)
    add("--explain", metavar="规则",
        help="不检查，只说明这条规则：查什么、参数、怎么说、在各处怎么算")  # fmt: skip
    add("--findings", **_FILE,
        help="与 --explain 合用：从这个疑点文件（.parquet）里举一条，列出证据")  # fmt: skip
    add("--number", type=int, default=1, metavar="序号",
        help="与 --findings 合用：举这条规则的第几条疑点，默认第 1 条")  # fmt: skip


def _add_machine(parser: argparse.ArgumentParser, machines: Sequence[str] = MACHINES) -> None:
    add = parser.add_argument
    spark = "、spark（集群）" if "spark" in machines else ""
    add("--machine", choices=machines, default=machines[0],
        help="在哪里算：duckdb（默认，本机，内存不够时借用磁盘）、"
        f"plain（逐行，最慢，用来核对）{spark}")  # fmt: skip
    add("--threads", type=int, default=2, help="用几个线程，默认 2")
    add("--memory", default="1GB", help="内存上限，例如 512MB、4GB，默认 1GB")


def add_match(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine match``."""
    add = parser.add_argument
    add("left", metavar="甲名册", help="xlsx、xls、csv、Parquet，或装有它们的文件夹")
    add("right", nargs="?", metavar="乙名册", help="另一份名册；不写则在甲名册里找同一人")
    add("--out", **_FILE,
        help="写到文件：.parquet（全部配对）或 .xlsx（需要人看的，已遮盖）")  # fmt: skip
    add("--threshold", type=float, default=0.5, metavar="可能性",
        help="可能性到多少算同一人，默认 0.5")  # fmt: skip
    add("--columns", metavar="列,列",
        help="Parquet 按哪些列配对，用逗号隔开；不写则用姓名、证件号、电话等")  # fmt: skip
    add("--top", type=int, default=20, help="屏幕上列出最值得先看的几对，默认 20")
    add("--explain", type=int, metavar="序号", help="只说明需要人看的第几对：为什么像，为什么不像")
    add("--year", type=int, default=2021, help=_YEAR)
    _add_machine(parser, MACHINES[:2])


def add_secret(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine secret``."""
    parser.add_argument("--out", required=True, **_FILE,
                        help="密钥写到这个文件（仅本人可读；已有的文件不会被覆盖）")  # fmt: skip


def add_tokens(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine tokens``; the secret itself is never one."""
    add = parser.add_argument
    add("given", nargs="+", metavar="文件或文件夹", help="本方名册：xlsx、xls、csv、Parquet")
    add("--secret-file", required=True, **_FILE, help="双方共有的密钥文件（用 engine secret 生成）")
    add("--purpose", required=True, metavar="文字",
        help="这次比对的用途，双方一字不差，如“2021年6月低保与车辆登记比对”")  # fmt: skip
    add("--out", required=True, **_FILE,
        help="令牌文件（.parquet），交给对方；行号对照写在同名 .map 文件里，自己留着")  # fmt: skip
    add("--map", **_FILE, help="行号对照文件写到别处")
    add("--by", choices=("id_number", "account", "phone"), default="id_number",
        help="按什么比对：id_number 身份证号（默认）、account 账号、phone 电话")  # fmt: skip
    add("--pad-to", type=int, metavar="个数",
        help="掺入假令牌补足到这个数，使对方看不出名册的实际人数")  # fmt: skip
    add("--year", type=int, default=2021, help=_YEAR)


def add_intersect(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``engine intersect``."""
    add = parser.add_argument
    add("mine", type=Path, metavar="本方令牌文件", help="本方用 engine tokens 生成的")
    add("theirs", type=Path, metavar="对方令牌文件", help="对方交来的")
    add("--map", **_FILE, help="本方的行号对照文件；不写则找本方令牌文件的同名 .map")
    add("--out", **_FILE, help="把重合的行（表和行号）写到文件：.parquet 或 .xlsx")
    add("--top", type=int, default=20, help="屏幕上列出几行，默认 20")
