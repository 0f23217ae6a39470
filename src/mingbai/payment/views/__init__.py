"""Pages of payment: batches, one batch with its lines and steps, what one person was paid."""

from mingbai.payment.views.drawing import batch, batches, draw
from mingbai.payment.views.paid import person
from mingbai.payment.views.steps import approve, confirm, void

__all__ = ["approve", "batch", "batches", "confirm", "draw", "person", "void"]
