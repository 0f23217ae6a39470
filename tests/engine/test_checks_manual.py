"""The manual of the checks is what their spec tables print."""

from __future__ import annotations

import dataclasses

from tests.engine.manual import PAGE, print_manual
from tests.engine.spectables import load_books


def test_the_page_is_what_the_tables_print():
    """Print it again by `python -m tests.engine.manual`."""
    assert PAGE.read_text("utf-8") == print_manual(load_books())


def test_a_changed_table_changes_the_page():
    """Control: the comparison above would notice."""
    first, *rest = load_books()
    case, *cases = first.tables
    other = dataclasses.replace(case, findings=case.findings[:-1])
    changed = dataclasses.replace(first, tables=(other, *cases))
    assert print_manual((changed, *rest)) != print_manual((first, *rest))
