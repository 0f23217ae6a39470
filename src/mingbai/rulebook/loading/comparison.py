"""Read ``comparison.yaml``: the day of the month by which everything is compared."""

from __future__ import annotations

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.comparison import MonthlyComparison
from mingbai.rulebook.shelf import Shelf

FILE = "comparison.yaml"


def read_monthly(shelf: Shelf, *, county: str) -> tuple[MonthlyComparison, ...]:
    """The rule by span; the county's stands instead of the common one."""
    folders = [each for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    levels = [
        close_spans(_read(shelf, f"{folder}/{FILE}"), key=lambda each: None) for folder in folders
    ]
    return overlay(levels, key=lambda each: None)


def _read(shelf: Shelf, name: str) -> list[tuple[MonthlyComparison, str, str]]:
    page = Node(shelf.read_yaml(name), file=name)
    found = []
    for node in page.nodes("monthly"):
        day = node.integer("day", least=1)
        if day > 31:
            node.fail("day", "一个月最多 31 天，请改日子")
        first, last = span_of(node)
        value_is, source = source_of(node)
        found.append((MonthlyComparison(day, first, last, value_is, source), node.file, node.path))
        node.finish()
    page.finish()
    return found
