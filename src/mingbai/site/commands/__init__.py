"""The command line: one file a command, found by name in ``COMMANDS``; help in Chinese."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol

#: name -> (module, one line of help). Modules load only when their command runs.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "建立演示县，跑完整条线并打开网站"),
    "serve": ("serve", "启动网站和后台任务"),
    "setup": ("setup", "建库升级，载入区划、单位和年度清单"),
    "account": ("account", "开设账号，或重设一个账号的密码"),
    "receive": ("receive", "接收一个文件夹的报表，逐行检查并登记"),
    "compare": ("compare", "比对全部名册，报告本月新查出、消除和没核的疑点"),
    "remind": ("remind", "提醒各单位快到期和逾期的事项，发出待发的消息"),
    "compile": ("compile", "编制半年小结（docx 和网页）"),
    "why": ("why", "追问小结中的一个数：怎么算的，来自哪些行"),
    "figures": ("figures", "列出最新小结的全部数字"),
    "verify-ledger": ("verify_ledger", "核验台账是否被改动、删除、插入、调换或截断"),
    "rotate-keys": ("rotate_keys", "启用新一版加密密钥（旧版仍可解密）"),
    "county": ("county", "只生成演示县的报表文件夹，不入库"),
    "engine": ("engine", "单独使用引擎：检查、配对、两个单位之间的保密比对"),
    "rulebook": ("rulebook", "朗读规则书：一年的项目、标准和依据"),
    "manage": ("manage", "运行框架自带的维护命令"),
    "test": ("test", "安装测试所需并运行全部检查"),
}


class Command(Protocol):
    """What each command module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


class ChineseParser(argparse.ArgumentParser):
    """argparse with Chinese headings and messages."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["add_help"] = False
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", "用法：", 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        for english, chinese in (
            ("the following arguments are required:", "缺少参数："),
            ("unrecognized arguments:", "不认识的参数："),
            ("expected one argument", "后面要跟一个值"),
            ("invalid choice:", "不在可选范围内："),
            ("choose from", "可选："),
            ("argument ", "参数 "),
            ("invalid int value:", "不是整数："),
        ):
            message = message.replace(english, chinese)
        self.exit(2, f"{self.format_usage()}{message}\n用 ./mingbai --help 查看说明。\n")


def _overview() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{help_}" for name, (_, help_) in COMMANDS.items()]
    return (
        "明白账：一次录入，处处可查；每个数都能追到行。\n\n"
        "用法：./mingbai 命令 [选项]\n\n命令：\n"
        + "\n".join(lines)
        + "\n\n./mingbai 命令 --help 查看一个命令的说明。"
    )


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code; Ctrl-C ends quietly with 130."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    name = argv[0]
    if name not in COMMANDS:
        print(f"没有“{name}”这个命令。\n\n{_overview()}", file=sys.stderr)
        return 2
    module_name, help_ = COMMANDS[name]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")
    command: Command = importlib.import_module(f"mingbai.site.commands.{module_name}")
    if name == "manage" and not set(argv[1:2]) & {"-h", "--help"}:
        return command.run(argparse.Namespace(rest=list(argv[1:])))
    parser = ChineseParser(prog=f"./mingbai {name}", description=help_)
    command.add_arguments(parser)
    args = parser.parse_args(argv[1:])
    try:
        return command.run(args)
    except KeyboardInterrupt:
        print("\n已中断。已完成的部分都已保存，可重新运行本命令继续。", file=sys.stderr)
        return 130
    except Exception as error:
        # Named, not imported: the framework loads only with the commands that need it.
        if type(error).__module__ != "django.db.utils":
            raise
        print(
            "数据库不能用：可能还没有建库或没有升级。请先运行 ./mingbai setup"
            f"（要看演示，运行 ./mingbai demo）。（{type(error).__name__}）",
            file=sys.stderr,
        )
        return 1
