"""What payment does: draw, approve, confirm and void batches."""

from __future__ import annotations

from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.draw import CannotDrawBatch, Declared, draw_all, draw_batch
from mingbai.payment.actions.steps import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotVoidBatch,
    approve_batch,
    confirm_batch,
    void_batch,
)

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
    "draw_batch",
    "void_batch",
]
