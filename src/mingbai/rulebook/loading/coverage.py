"""Read ``coverage.yaml``: which rolls and registers tell who is insured and who should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans
from mingbai.rulebook.model import Roster, SubItem
from mingbai.rulebook.model.coverage import Coverage
from mingbai.rulebook.shelf import Shelf

FILE = "common/coverage.yaml"


def read_coverages(
    shelf: Shelf,
    *,
    year: int,
    rosters: Mapping[str, Roster],
    sub_item: Callable[[str], SubItem | None],
) -> tuple[Coverage, ...]:
    """Read what is in force in the year for sub-items of its list; a book may have none.

    ``sub_item`` finds a sub-item of the year's list, or None. Raises CannotLoadBook for a roster
    or measure that nobody knows.
    """
    if not shelf.exists(FILE):
        return ()
    node = Node(shelf.read_yaml(FILE), file=FILE)
    found: list[tuple[Coverage, str, str]] = []
    for each in node.nodes("coverages"):
        start, end = span_of(each)
        value_is, source = source_of(each)
        code = each.text("sub_item")
        coverage = Coverage(
            sub_item=code,
            roster=_roster(each, "roster", each.code("roster"), rosters, ("insured",)),
            register=_roster(each, "register", each.code("register"), rosters, ("register",)),
            elsewhere=_rosters(each, "elsewhere", rosters),
            gone=_rosters(each, "gone", rosters),
            measure=each.code("measure"),
            rate=each.code("rate"),
            from_date=start,
            to_date=end,
            value_is=value_is,
            source=source,
        )
        item = sub_item(code)
        if item is not None:
            _refuse_unknown_measures(each, coverage, item)
        each.finish()
        found.append((coverage, each.file, each.path))
    node.finish()
    closed = close_spans(found, key=lambda each: each.sub_item)
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(
        each
        for each in closed
        if sub_item(each.sub_item) is not None
        and each.from_date <= last
        and (each.to_date is None or each.to_date >= first)
    )


def _rosters(node: Node, key: str, rosters: Mapping[str, Roster]) -> tuple[str, ...]:
    return tuple(
        _roster(node, key, code, rosters, ("register", "list")) for code in node.texts(key)
    )


def _roster(
    node: Node, key: str, code: str, rosters: Mapping[str, Roster], kinds: tuple[str, ...]
) -> str:
    if code not in rosters or rosters[code].kind not in kinds:
        node.fail(key, f"没有可用在这里的通用花名册“{code}”，请改正代码")
    return code


def _refuse_unknown_measures(node: Node, coverage: Coverage, item: SubItem) -> None:
    codes = {measure.code for measure in item.measures}
    for key, code in (("measure", coverage.measure), ("rate", coverage.rate)):
        if code not in codes:
            node.fail(key, f"{item.code} 没有指标“{code}”，请改正代码")
