"""Pages of payment: batches, one batch with its lines and steps, what one person was paid."""

from mingbai.payment.views.claims import decide, recoveries, recovery, repay, waive
from mingbai.payment.views.decisions import countersign, funding, register
from mingbai.payment.views.drawing import batches, draw
from mingbai.payment.views.one_batch import batch
from mingbai.payment.views.owing import arrears, owing, propose
from mingbai.payment.views.paid import person
from mingbai.payment.views.steps import approve, confirm, void

__all__ = [
    "approve",
    "arrears",
    "batch",
    "batches",
    "confirm",
    "countersign",
    "decide",
    "draw",
    "funding",
    "owing",
    "person",
    "propose",
    "recoveries",
    "recovery",
    "register",
    "repay",
    "void",
    "waive",
]
