"""Whether a set of rules would tell of every row that one of them cannot see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from mingbai.engine.checks.kinds import MissingKey
from mingbai.engine.checks.shapes import CheckSpec

#: Keys whose absence keeps a row out of a comparison and which MissingKey tells, once for all
#: rules. Kinds that compare by household tell themselves of rows without one.
_KEYS: Final = frozenset({"id_key", "account_key", "phone_key", "name_key"})


class Unwatched(NamedTuple):
    """Rules that read `column` of `table`, while no MissingKey tells which rows lack it."""

    table: str
    column: str
    rules: tuple[str, ...]


def find_unwatched(specs: Iterable[CheckSpec]) -> tuple[Unwatched, ...]:
    """What could switch a rule off in silence: keys that are compared and watched by no MissingKey
    of at least the same sub-items and months, and sub-items where rules pick rows by them.
    """
    wanted = list(specs)
    watchers = [spec for spec in wanted if isinstance(spec, MissingKey)]
    found: dict[tuple[str, str], list[str]] = {}
    for spec in wanted:
        if isinstance(spec, MissingKey):
            continue
        for table, columns in spec.needs().items():
            picked = {"sub_item"} if spec.sub_items and table == spec.table else set()
            for column in sorted(_KEYS.intersection(columns) | picked):
                if not _is_watched(spec, table, column, watchers):
                    found.setdefault((table, column), []).append(spec.rule)
    return tuple(Unwatched(*place, tuple(rules)) for place, rules in sorted(found.items()))


def _is_watched(spec: CheckSpec, table: str, column: str, watchers: list[MissingKey]) -> bool:
    fit = [
        each
        for each in watchers
        if (each.table, each.column) == (table, column) and _spans(each, spec, table)
    ]
    if any(not each.sub_items for each in fit):
        return True
    # A row without a sub-item stands in no sub-item's scope; nor does a line of another table.
    if column == "sub_item" or table != spec.table or not spec.sub_items:
        return False
    return set(spec.sub_items) <= {code for each in fit for code in each.sub_items}


def _spans(watcher: MissingKey, spec: CheckSpec, table: str) -> bool:
    """Whether the months watched hold those looked at. Another table is looked at in all months."""
    inside = table == spec.table
    since, until = (spec.from_period, spec.to_period) if inside else (None, None)
    starts = watcher.from_period is None or (since is not None and watcher.from_period <= since)
    ends = watcher.to_period is None or (until is not None and watcher.to_period >= until)
    return starts and ends
