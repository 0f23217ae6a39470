"""Payment batches with their lines and steps, declarations, funding decisions, recoveries."""

from mingbai.payment.models.bank import BankFile, BankFileStep, BankLine
from mingbai.payment.models.batch import (
    BatchShare,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    ScopeByShare,
)
from mingbai.payment.models.correction import CorrectionDecision, PayeeCorrection
from mingbai.payment.models.declaration import BatchDeclaration
from mingbai.payment.models.funding import FundingApproval, FundingDecision
from mingbai.payment.models.member import LineMember
from mingbai.payment.models.recovery import Recovery, RecoveryStep
from mingbai.payment.models.returns import (
    BankOutcome,
    BankReturn,
    BankTally,
    ReturnLine,
    SettledShare,
)
from mingbai.payment.models.transfer import Account, Cause, Transfer

__all__ = [
    "Account",
    "BankFile",
    "BankFileStep",
    "BankLine",
    "BankOutcome",
    "BankReturn",
    "BankTally",
    "BatchDeclaration",
    "BatchShare",
    "BatchStep",
    "Cause",
    "CorrectionDecision",
    "FundingApproval",
    "FundingDecision",
    "LineMember",
    "PayeeCorrection",
    "PaymentBatch",
    "PaymentLine",
    "Recovery",
    "RecoveryStep",
    "ReturnLine",
    "ScopeByShare",
    "SettledShare",
    "Transfer",
]
