"""What the triggers refuse of claims and the money they move: conditions over NEW and OLD."""

from __future__ import annotations

from typing import Final

from mingbai.payment.migrations import _bank, _money

_DECIDED_SET_OFF: Final = "WHERE r.id = NEW.recovery_id AND s.step = 'decided'"
_PAID_LINE: Final = "WHERE l.id = NEW.line_id AND s.step = 'paid' AND NOT l.voided"
#: The newest word of the bank on a payment line is not that it arrived.
_NOT_ARRIVED: Final = """
EXISTS (SELECT 1 FROM payment_bankline b WHERE b.line_id = {line} AND NOT b.cancelled
        AND COALESCE((SELECT o.outcome FROM payment_bankoutcome o WHERE o.bank_line_id = b.id
                      ORDER BY o.number DESC LIMIT 1), 'open') <> 'paid')
"""


def _changed(condition: str, old: str, new: str) -> str:
    if condition.count(old) != 1:
        raise ValueError("the guard to be changed does not read as it did")
    return condition.replace(old, new)


#: Money voted for one use does not make up for another.
LINE: Final = _changed(
    _bank.again(_money.LINE), _DECIDED_SET_OFF, f"{_DECIDED_SET_OFF} AND r.sub_item = NEW.sub_item"
)
#: What is claimed back has arrived, at once or when it was paid again.
CLAIM: Final = _changed(
    _money.CLAIM,
    _PAID_LINE,
    f"""{_PAID_LINE}
    AND (NOT {_NOT_ARRIVED.format(line="l.id")} OR EXISTS (
        SELECT 1 FROM payment_paymentline p JOIN payment_batchstep q ON q.batch_id = p.batch_id
        WHERE p.basis_line_id = l.id AND p.nature = 'repaid' AND NOT p.voided
        AND q.step = 'paid' AND NOT {_NOT_ARRIVED.format(line="p.id")}))""",  # noqa: S608 - own names
)
#: No step without its money: the movement is there before the step, by the same act.
_MONEY_FIRST: Final = """
OR (NEW.step IN ('decided', 'repaid', 'waived') AND NOT EXISTS (
    SELECT 1 FROM payment_transfer t JOIN payment_recovery r ON r.id = t.recovery_id
    WHERE t.recovery_id = NEW.recovery_id AND t.act_id = NEW.act_id
    AND ((NEW.step = 'decided' AND t.cause = 'due_back' AND t.amount = r.amount)
      OR (NEW.step = 'repaid' AND t.cause = 'recovered' AND t.amount = NEW.amount)
      OR (NEW.step = 'waived' AND t.cause = 'waived' AND t.amount = NEW.amount))))
"""
CLAIM_STEP: Final = _money.CLAIM_STEP + _MONEY_FIRST
_MOVED: Final = """COALESCE((SELECT SUM(CASE WHEN t.cause IN ({more}) THEN t.amount
    WHEN t.cause IN ({less}) THEN -t.amount ELSE 0 END)
    FROM payment_transfer t WHERE t.recovery_id = r.id), 0)"""
_DUE_BACK: Final = _MOVED.format(
    more="'due_back', 'unset_off'", less="'waived', 'recovered', 'set_off'"
)
_KEPT: Final = _MOVED.format(more="'set_off'", less="'unset_off'")
#: A recovery is due back once, whole, and never settles more than is due back.
_OF_RECOVERY: Final = f"""
OR (NEW.recovery_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payment_recovery r JOIN payment_paymentline l ON l.id = r.line_id
    WHERE r.id = NEW.recovery_id AND l.batch_id = NEW.batch_id
    AND ((NEW.cause = 'due_back' AND NEW.amount = r.amount AND NOT EXISTS (
            SELECT 1 FROM payment_transfer t WHERE t.recovery_id = r.id))
      OR (NEW.cause IN ('waived', 'recovered', 'set_off') AND NEW.amount <= {_DUE_BACK})
      OR (NEW.cause = 'unset_off' AND NEW.amount <= {_KEPT}))))
"""  # noqa: S608 - own names
TRANSFER: Final = _bank.TRANSFER + _OF_RECOVERY

_COLUMNS: Final = (
    "INSERT INTO payment_transfer (act_id, year, sub_item, batch_id, recovery_id, cause, "
    "from_account, to_account, amount) "
)
#: What was decided, repaid, waived and set off before claims moved money, by the acts that did it.
EARLIER: Final = (
    f"""
    {_COLUMNS}
    SELECT s.act_id, b.year, b.sub_item, b.id, r.id,
        CASE s.step WHEN 'decided' THEN 'due_back' WHEN 'repaid' THEN 'recovered'
                    ELSE 'waived' END,
        CASE s.step WHEN 'decided' THEN 'paid' ELSE 'due_back' END,
        CASE s.step WHEN 'decided' THEN 'due_back' WHEN 'repaid' THEN 'recovered'
                    ELSE 'paid' END,
        CASE s.step WHEN 'decided' THEN r.amount ELSE s.amount END
    FROM payment_recoverystep s JOIN payment_recovery r ON r.id = s.recovery_id
    JOIN payment_paymentline l ON l.id = r.line_id JOIN payment_paymentbatch b ON b.id = l.batch_id
    WHERE s.step IN ('decided', 'repaid', 'waived') ORDER BY s.act_id
    """,  # noqa: S608 - own names
    f"""
    {_COLUMNS}
    SELECT s.act_id, b.year, b.sub_item, b.id, r.id,
        CASE s.step WHEN 'approved' THEN 'set_off' ELSE 'unset_off' END,
        CASE s.step WHEN 'approved' THEN 'due_back' ELSE 'paid' END,
        CASE s.step WHEN 'approved' THEN 'paid' ELSE 'due_back' END,
        SUM(k.set_off)
    FROM payment_batchstep s JOIN payment_paymentline k ON k.batch_id = s.batch_id
    JOIN payment_recovery r ON r.id = k.recovery_id
    JOIN payment_paymentline l ON l.id = r.line_id JOIN payment_paymentbatch b ON b.id = l.batch_id
    WHERE s.step = 'approved' OR (s.step = 'voided' AND EXISTS (
        SELECT 1 FROM payment_batchstep a WHERE a.batch_id = s.batch_id AND a.step = 'approved'))
    GROUP BY s.act_id, s.step, b.year, b.sub_item, b.id, r.id ORDER BY s.act_id
    """,  # noqa: S608 - own names
)

#: name, event, table, condition, message
GUARDS: Final = (
    ("payment_line_guard", "INSERT", "payment_paymentline", LINE,
     "this line does not fit its batch, its person or the line it stands on"),
    ("payment_recovery_claim", "INSERT", "payment_recovery", CLAIM,
     "more is claimed than was paid"),
    ("payment_recovery_step_guard", "INSERT", "payment_recoverystep", CLAIM_STEP,
     "this step does not fit its recovery"),
    ("transfer_guard", "INSERT", "payment_transfer", TRANSFER, "no such money in that account"),
)  # fmt: skip
