"""The example in the book runs and says what the book says."""

from __future__ import annotations

import re
from pathlib import Path

BOOK = Path(__file__).parents[3] / "docs" / "book" / "matching.md"


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", BOOK.read_text("utf-8"), re.DOTALL)
    exec(compile(example, str(BOOK), "exec"), {})
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"按 0.5 取：预计准确率 (1\.000|0\.99\d)，预计查全率 (1\.000|0\.99\d)", first
    )
    assert re.match(r"(同一人有两个身份证号|两人共用一个身份证号)（可能性 \d+\.\d%）：", second)
    assert second.endswith("。")
