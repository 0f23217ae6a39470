"""Progress bars and stage clocks for the command line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

#: stage -> what the person reads.
NAMES = {
    "install": "载入区划、单位和清单",
    "county": "生成演示县报表",
    "receive": "接收并逐行判定",
    "enter": "登记资金、进度、信息",
    "compare": "比对",
    "enrol": "登记受益对象",
    "insure": "统计参保",
    "confirm": "核定进度报表",
    "pay": "发放批次",
    "meet": "召开会议",
    "compile": "编制小结",
    "promise": "签订责任书、培训签到",
    "story": "申请、公示、变动、送银行",
}


class Bars:
    """One bar a stage, and how long each took."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._bar: tqdm[Any] | None = None
        self._quiet = quiet

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show a bar while a stage runs."""
        started = time.monotonic()
        bar: tqdm[Any] = tqdm(
            desc=NAMES.get(name, name),
            total=1,
            bar_format="{desc}：{bar} {n_fmt}/{total_fmt}  {elapsed}",
            file=sys.stderr,
            disable=True if self._quiet else None,  # silent where nobody watches a terminal
            mininterval=0.3,
            leave=True,
            ncols=78,
        )
        self._bar = bar
        try:
            yield
            bar.update((bar.total or 1) - bar.n)
        finally:
            bar.close()
            self._bar = None
            self.seconds[name] = time.monotonic() - started
            if not self._quiet and not sys.stderr.isatty():
                print(f"{NAMES.get(name, name)}：{self.seconds[name]:.0f} 秒", file=sys.stderr)

    def progress(self, done: int, total: int, _: str = "") -> None:
        """Move the current stage's bar."""
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)


Progress = Callable[[int, int, str], None]
