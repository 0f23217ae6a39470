"""``./mingbai engine …``: the engine without the rest, on files as they are.

Exit codes: 0 nothing was found (or what was asked for is made), 1 something was found, 2 the input
cannot be used and nothing was written.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from mingbai.site.commands.engine import arguments

#: name -> (what adds its arguments, module and function that do the work, one line of help).
PARTS: Final[Mapping[str, tuple[Callable[[argparse.ArgumentParser], None], str, str, str]]] = {
    "generate": (arguments.add_generate, "generating", "generate",
                 "生成任意大小的演示县：花名册、名单、规则和应查出的疑点"),
    "check": (arguments.add_check, "checking", "run_checks", "按规则检查花名册，列出疑点"),
    "match": (arguments.add_match, "matching", "match_people",
              "不靠身份证号，找出两份名册（或一份之内）的同一人"),
    "secret": (arguments.add_secret, "comparing", "make_secret", "生成两个单位比对用的密钥文件"),
    "tokens": (arguments.add_tokens, "comparing", "make_tokens",
               "把名册变成令牌，交给对方比对而不交出名册"),
    "intersect": (arguments.add_intersect, "comparing", "intersect",
                  "用双方的令牌找出本方名册中对方也有的行"),
}  # fmt: skip

_CODES: Final = (
    "结束代码：0 没有疑点或已做完；1 有疑点（有重合、有配对）；"
    "2 给的文件或参数不能用，没有写出任何文件。"
)
BAD_INPUT: Final = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _CODES
    chosen = parser.add_subparsers(
        title="做什么", metavar="做什么", dest="part", required=True, prog="./mingbai engine"
    )
    for name, (add, _, _, help_) in PARTS.items():
        add(chosen.add_parser(name, help=help_, description=help_, epilog=_CODES))


def run(args: argparse.Namespace) -> int:
    from duckdb import Error as DuckdbError

    from mingbai.engine.checks import CannotCheck, CannotLoadSpecs
    from mingbai.engine.match import CannotMatch
    from mingbai.engine.tokens import CannotCompare
    from mingbai.site.commands.engine.faults import CannotRun

    _, module, function, _ = PARTS[args.part]
    part = importlib.import_module(f"mingbai.site.commands.engine.{module}")
    try:
        return int(getattr(part, function)(args))
    except (CannotRun, CannotLoadSpecs, CannotCompare) as error:
        said = str(error)
    except CannotCheck as error:
        said = str(error)
        if said.isascii():
            said = f"规则与表对不上：{error}。请核对规则文件。"
    except CannotMatch as error:
        said = f"无法配对：{error}。请核对两份名册的列和行。"
    except DuckdbError as error:
        # Its message may hold values: the kind of error is enough to know what to do.
        said = (
            f"计算没有完成（{type(error).__name__}）。多半是内存或临时磁盘不够："
            "请用 --memory 给更多内存，或清理磁盘后重试。"
        )
    except OSError as error:
        said = _say_os(error)
    print(said, file=sys.stderr)
    return BAD_INPUT


def _say_os(error: OSError) -> str:
    name = os.path.basename(str(error.filename or "")).strip(".")
    if error.errno == errno.ENOSPC:
        return "磁盘空间不够，没有写出文件。请清理磁盘，或用 --out 换一个位置。"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"没有权限读写 {name}。请核对文件夹权限，或换一个位置。"
    return f"读写 {name} 时出错（{type(error).__name__}）。请核对路径。"
