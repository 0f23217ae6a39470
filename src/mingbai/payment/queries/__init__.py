"""What payment tells: batches and their state, lines, what was paid by a day."""

from __future__ import annotations

from mingbai.payment.queries.batches import (
    batch_seen,
    batches_seen,
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
from mingbai.payment.queries.difference import CausePart, Difference, explain_difference
from mingbai.payment.queries.digest import batch_digest
from mingbai.payment.queries.recoveries import (
    open_set_offs,
    recoveries_seen,
    recovery_seen,
    recovery_steps,
)
from mingbai.payment.queries.room import Room, decisions_in_force, find_room, fundings_seen
from mingbai.payment.queries.source import Source, read_source

__all__ = [
    "CausePart",
    "Difference",
    "Room",
    "Source",
    "batch_digest",
    "batch_seen",
    "batches_seen",
    "decisions_in_force",
    "explain_difference",
    "find_room",
    "fundings_seen",
    "lines_of_person",
    "lines_seen",
    "months_drawn",
    "open_set_offs",
    "paid_shares",
    "payable_names",
    "read_source",
    "recoveries_seen",
    "recovery_seen",
    "recovery_steps",
    "settled_lines",
    "shares_seen",
    "steps_of",
    "totals_of_person",
]
