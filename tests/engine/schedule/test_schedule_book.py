"""The example in the book runs and says what the book says."""

from __future__ import annotations

import re
from pathlib import Path

BOOK = Path(__file__).parents[3] / "docs" / "book" / "schedule.md"


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", BOOK.read_text("utf-8"), re.DOTALL)
    exec(compile(example, str(BOOK), "exec"), {})
    # 20 days from 26 July, 60 more; the fit-out starts 40 in (22 October), takes 25, cures 7.
    assert capsys.readouterr().out.splitlines() == [
        "关键线路：招标—主体—装饰—验收",
        "预计2021-12-09完工，富余 -7 个工作日",
        "招标最迟应于7月15日开工，已迟 7 个工作日，请调整后续安排或申请延期。",
        "预计2022年01月完成，逾期可能性 94%",
        "本月比预期低 10 个百分点，预警：是",
    ]
