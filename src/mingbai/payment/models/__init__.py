"""Payment batches with their lines and steps, declarations, funding decisions, recoveries."""

from mingbai.payment.models.batch import (
    BatchShare,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    ScopeByShare,
)
from mingbai.payment.models.declaration import BatchDeclaration
from mingbai.payment.models.funding import FundingApproval, FundingDecision
from mingbai.payment.models.recovery import Recovery, RecoveryStep

__all__ = [
    "BatchDeclaration",
    "BatchShare",
    "BatchStep",
    "FundingApproval",
    "FundingDecision",
    "PaymentBatch",
    "PaymentLine",
    "Recovery",
    "RecoveryStep",
    "ScopeByShare",
]
