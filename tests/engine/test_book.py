"""The example in the book runs and says what the book says."""

from __future__ import annotations

import re
from pathlib import Path

BOOK = Path(__file__).parents[2] / "docs" / "book" / "engine.md"


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", BOOK.read_text("utf-8"), re.DOTALL)
    exec(compile(example, str(BOOK), "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("第6行 id_number：身份证号显示为科学计数法")
    assert lines[1].startswith("第5行：")
    assert "2 次" in lines[1]
    assert lines[1].endswith("（涉及300.00元）")
    assert lines[2].startswith("第6行：身份证号缺失或有误")
