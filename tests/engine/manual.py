"""Prints the manual of the checks from their spec tables: `python -m tests.engine.manual`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.engine.spectables import (
    FINDING_LABELS,
    FOLDER,
    Found,
    KindBook,
    SpecTable,
    load_books,
)

from mingbai.engine.checks import ROSTER, message
from mingbai.engine.checks.loading import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "book" / "checks.md"

#: What stands before the kinds.
HEAD = (FOLDER / "head.md").read_text("utf-8")


def print_manual(books: tuple[KindBook, ...]) -> str:
    """The whole page."""
    parts = [HEAD, "## 各类检查\n", "\n".join(_contents(books)) + "\n"]
    parts += ["\n".join(_print_kind(book)) + "\n" for book in books]
    return "\n".join(parts)


def _contents(books: tuple[KindBook, ...]) -> Iterator[str]:
    yield "| 检查 | 写作 | 结论 |"
    yield "|---|---|---|"
    for book in books:
        names = "、".join(KINDS[book.kind].NAMES.values())
        yield f"| {book.title} | `{book.kind}` | {names} |"


def _print_kind(book: KindBook) -> Iterator[str]:
    kind = KINDS[book.kind]
    yield f"## {book.title}（`{book.kind}`）\n"
    yield f"{book.purpose}\n"
    if book.settings:
        yield "| 参数 | 意思 |"
        yield "|---|---|"
        yield from (f"| `{name}` | {said} |" for name, said in book.settings.items())
        yield ""
    yield f"**缺项**：{book.missing}\n"
    yield "| 结论 | 名称 | 怎么说 |"
    yield "|---|---|---|"
    for code, said in kind.MESSAGES.items():
        yield f"| `{code}` | {kind.NAMES[code]} | {said} |"
    yield ""
    for number, case in enumerate(book.tables, start=1):
        yield from _print_case(number, case)
    if book.refused:
        spelled = "；".join(f"`{_spell(settings)}`" for settings in book.refused)
        yield f"不接受的写法：{spelled}。\n"


def _print_case(number: int, case: SpecTable) -> Iterator[str]:
    yield f"### 例 {number}　{case.title}\n"
    grain = "、".join(f"`{column}`" for column in case.grain) or "全表"
    yield f"规则：`{_spell({'kind': case.kind, **case.settings})}`；判断范围：{grain}\n"
    for name, grid in case.grids.items():
        if len(case.grids) > 1:
            yield f"`{name}`\n"
        yield from _print_grid(("行", *grid[0]), _numbered(grid[1:]))
    if not case.findings:
        yield "没有结论。\n"
        return
    yield from _print_grid((*FINDING_LABELS[:-1], "怎么说"), map(_spell_found, case.findings))


def _numbered(lines: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    for number, line in enumerate(lines, start=2):
        yield str(number), *line


def _print_grid(head: tuple[str, ...], lines: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for line in (head, ("---",) * len(head), *lines):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
    yield ""


def _spell_found(found: Found) -> tuple[str, ...]:
    said = message(found.code, dict(found.facts))
    lines = [_spell_lines(found.doubted), _spell_lines(found.beside)]
    return f"`{found.code}`", found.person or "-", found.cause or "-", *lines, said


def _spell_lines(lines: tuple[tuple[str, int], ...]) -> str:
    spelled = [str(line) if table == ROSTER else f"{table}:{line}" for table, line in lines]
    return "、".join(spelled) or "-"


def _spell(settings: Mapping[str, Any]) -> str:
    """Settings as a rule would be written in YAML, on one line."""
    pairs = (f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items())
    return "{" + ", ".join(pairs) + "}"


if __name__ == "__main__":
    PAGE.write_text(print_manual(load_books()), "utf-8")
