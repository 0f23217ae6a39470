"""What payment does: draw, approve, confirm and void batches."""

from __future__ import annotations

from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.doubting import DOUBTS, Doubt, find_doubts
from mingbai.payment.actions.draw import (
    CannotDrawBatch,
    draw_all,
    draw_arrears,
    draw_batch,
    settle_up,
)
from mingbai.payment.actions.funding import (
    CannotDecideFunding,
    approve_funding,
    register_funding,
)
from mingbai.payment.actions.recover import (
    CannotRecover,
    Terms,
    decide_recovery,
    propose_recovery,
    record_repayment,
    waive_recovery,
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
    "DOUBTS",
    "CannotApproveBatch",
    "CannotConfirmBatch",
    "CannotDecideFunding",
    "CannotDrawBatch",
    "CannotRecover",
    "CannotVoidBatch",
    "Declared",
    "Doubt",
    "Terms",
    "approve_batch",
    "approve_funding",
    "confirm_batch",
    "decide_recovery",
    "draw_all",
    "draw_arrears",
    "draw_batch",
    "find_doubts",
    "propose_recovery",
    "record_repayment",
    "register_funding",
    "settle_up",
    "void_batch",
    "waive_recovery",
]
