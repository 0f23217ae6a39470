"""Pages of payment: batches, one batch with its lines and steps, what one person was paid."""

from mingbai.payment.views.answering import bank_return, read_return
from mingbai.payment.views.claims import decide, recoveries, recovery, repay, waive
from mingbai.payment.views.decisions import countersign, funding, register
from mingbai.payment.views.drawing import batches, draw
from mingbai.payment.views.fixing import (
    correction,
    corrections,
    decide_fix,
    evidence,
    follow_up,
    propose_fix,
)
from mingbai.payment.views.handcard import (
    card,
    card_file,
    household_card,
)
from mingbai.payment.views.ledgers import accounts
from mingbai.payment.views.one_batch import batch
from mingbai.payment.views.paid import person
from mingbai.payment.views.rolls import roll, roll_file
from mingbai.payment.views.sending import bank, cancel_file, hand_over, write_file
from mingbai.payment.views.settling import arrears, owing, propose
from mingbai.payment.views.steps import approve, confirm, void

__all__ = [
    "accounts",
    "approve",
    "arrears",
    "bank",
    "bank_return",
    "batch",
    "batches",
    "cancel_file",
    "card",
    "card_file",
    "confirm",
    "correction",
    "corrections",
    "countersign",
    "decide",
    "decide_fix",
    "draw",
    "evidence",
    "follow_up",
    "funding",
    "hand_over",
    "household_card",
    "owing",
    "person",
    "propose",
    "propose_fix",
    "read_return",
    "recoveries",
    "recovery",
    "register",
    "repay",
    "roll",
    "roll_file",
    "void",
    "waive",
    "write_file",
]
