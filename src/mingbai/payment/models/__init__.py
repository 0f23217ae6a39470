"""Payment batches, their lines, their steps, and each batch's totals by town."""

from mingbai.payment.models.batch import (
    BatchShare,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    ScopeByShare,
)

__all__ = ["BatchShare", "BatchStep", "PaymentBatch", "PaymentLine", "ScopeByShare"]
