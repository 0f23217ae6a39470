"""Who handles which finding: the common page, overlaid by the county's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mingbai.engine.checks import NAMES
from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.channels import Counted, Starts, Term
from mingbai.rulebook.model.handling import Desk, Handling
from mingbai.rulebook.shelf import Shelf

FILE = "handling.yaml"
#: The entry for findings that no other names.
OTHER = "other"


def read_handling(shelf: Shelf, *, county: str) -> tuple[Handling, ...]:
    """One entry a kind of finding and span; the county's stand instead of common ones."""
    folders = [each for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    levels = [
        close_spans(_read(shelf, f"{folder}/{FILE}"), key=lambda each: each.code)
        for folder in folders
    ]
    laid = overlay(levels, key=lambda each: each.code)
    if laid and not any(each.code == OTHER for each in laid):
        raise CannotLoadBook(
            file=f"{folders[0]}/{FILE}",
            key="handling",
            problem=f"要有一条“{OTHER}”，管没有单独写明的疑点",
        )
    return laid


def handling_on(handling: Iterable[Handling], code: str, day: date) -> Handling:
    """The entry for a finding's code on a day; raises KeyError where the book has none at all."""
    in_force = {
        each.code: each
        for each in handling
        if each.from_date <= day and (each.to_date is None or day <= each.to_date)
    }
    return in_force[code if code in in_force else OTHER]


def _read(shelf: Shelf, name: str) -> list[tuple[Handling, str, str]]:
    page = Node(shelf.read_yaml(name), file=name)
    found = []
    for node in page.nodes("handling"):
        for each in _entries(node):
            found.append((each, node.file, node.path))
        node.finish()
    page.finish()
    return found


def _entries(node: Node) -> list[Handling]:
    """One entry of the page is about several kinds of findings."""
    codes = node.texts("findings", required=True)
    for code in codes:
        if code != OTHER and code not in NAMES:
            node.fail("findings", f"没有“{code}”这种疑点，请改正代码")
    desk, ask = node.choice("desk", Desk), node.text("ask")
    term = Term(
        days=node.integer("days", least=1),
        counted=node.choice("counted", Counted),
        starts=node.choice("starts", Starts),
        extends=node.flag("extends", False),
    )
    first, last = span_of(node)
    value_is, source = source_of(node)
    return [Handling(code, desk, ask, term, first, last, value_is, source) for code in codes]
