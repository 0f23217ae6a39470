"""Tables with the parts that comparisons read, and how often each whole value stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from mingbai.engine.match.planning import Plan
from mingbai.engine.match.shapes import CannotMatch, Parts


def prepare_table(table: pa.Table, plan: Plan) -> pa.Table:
    """`row` (0, 1, …) and every part of every comparison.

    Raises CannotMatch naming the columns that are not there.
    """
    require_columns(table, plan)
    columns: dict[str, pa.Array] = {"row": pa.array(np.arange(len(table), dtype=np.int32))}
    for each in plan.comparisons:
        parts = each.prepare(table)
        for name, kind in each.PARTS.items():
            columns[each.part(name)] = parts[name].cast(kind)
    return pa.table(columns)


def require_columns(table: pa.Table, plan: Plan) -> None:
    """Raise CannotMatch naming the columns that the plan reads and the table has not."""
    missing = [name for name in plan.reads() if name not in table.column_names]
    if missing:
        raise CannotMatch(f"the table has no column {', '.join(missing)}")


def prepare_plain(records: Sequence[Mapping[str, Any]], plan: Plan) -> list[tuple[Parts, ...]]:
    """The same, a record at a time: the parts of each comparison."""
    return [tuple(each.prepare_plain(record) for each in plan.comparisons) for record in records]
