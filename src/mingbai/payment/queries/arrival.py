"""Whether a payment is with the person at last: a line, and the lines that pay it again."""

from __future__ import annotations

from typing import Final

from mingbai.payment.models import BankLine, BankOutcome, BatchStep, PaymentLine

_WHY: Final = "where the money of a line is, is one truth for everybody"
_REPAID: Final = PaymentLine.Nature.REPAID


def first_line(line: PaymentLine) -> PaymentLine:
    """The line first drawn that this one pays again, or the line itself: claims are made on it."""
    found = line
    while found.nature == _REPAID and found.basis_line_id is not None:
        lines = PaymentLine.objects.unscoped(_WHY).select_related("batch")
        found = lines.get(pk=found.basis_line_id)
    return found


def has_arrived(line: PaymentLine) -> bool:
    """Whether the money of a line is with the person, at once or when it was paid again."""
    at: PaymentLine | None = line
    while at is not None:
        if _is_there(at):
            return True
        again = PaymentLine.objects.unscoped(_WHY).filter(nature=_REPAID, voided=False)
        at = again.filter(basis_line=at).first()
    return False


def _is_there(line: PaymentLine) -> bool:
    """Its batch was paid, and the bank's newest word on it, where there is one, is that it was."""
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=line.batch_id)
    if line.voided or not steps.filter(step=BatchStep.Step.PAID).exists():
        return False
    sent = BankLine.objects.unscoped(_WHY).filter(line=line, cancelled=False).first()
    if sent is None:
        return True
    said = BankOutcome.objects.unscoped(_WHY).filter(bank_line=sent).order_by("-number").first()
    return said is not None and said.outcome == BankOutcome.Outcome.PAID
