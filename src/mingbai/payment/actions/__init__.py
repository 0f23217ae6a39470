"""What payment does: draw, approve, confirm and void batches."""

from __future__ import annotations

from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.draw import (
    CannotDrawBatch,
    draw_all,
    draw_arrears,
    draw_batch,
    settle_up,
)
from mingbai.payment.actions.steps import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotVoidBatch,
    approve_batch,
    confirm_batch,
    void_batch,
)
from mingbai.payment.actions.writing import Declared

__all__ = [
    "CAUSES",
    "CannotApproveBatch",
    "CannotConfirmBatch",
    "CannotDrawBatch",
    "CannotVoidBatch",
    "Declared",
    "approve_batch",
    "confirm_batch",
    "draw_all",
    "draw_arrears",
    "draw_batch",
    "settle_up",
    "void_batch",
]
