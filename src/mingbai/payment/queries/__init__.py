"""What payment tells: batches and their state, lines, what was paid by a day."""

from __future__ import annotations

from mingbai.payment.queries.batches import (
    batch_seen,
    batches_seen,
    difference_from_last_month,
    lines_of_person,
    lines_seen,
    months_drawn,
    paid_shares,
    payable_names,
    settled_lines,
    shares_seen,
    steps_of,
    totals_of_person,
)
from mingbai.payment.queries.digest import batch_digest
from mingbai.payment.queries.source import Source, read_source

__all__ = [
    "Source",
    "batch_digest",
    "batch_seen",
    "batches_seen",
    "difference_from_last_month",
    "lines_of_person",
    "lines_seen",
    "months_drawn",
    "paid_shares",
    "payable_names",
    "read_source",
    "settled_lines",
    "shares_seen",
    "steps_of",
    "totals_of_person",
]
