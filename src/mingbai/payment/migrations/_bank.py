"""What the triggers of the bank's tables refuse: conditions over NEW and OLD, in words of SQL.

They hold whoever writes; the actions say the same in Chinese before.
"""

from __future__ import annotations

from typing import Final

_LIVE_FILE: Final = """
EXISTS (SELECT 1 FROM payment_bankfile f WHERE f.batch_id = NEW.batch_id AND NOT EXISTS (
    SELECT 1 FROM payment_bankfilestep c WHERE c.bank_file_id = f.id AND c.step = 'cancelled'))
"""
#: A file is of an approved batch as it was approved, by none of its hands, and the only live one.
FILE: Final = f"""
NOT EXISTS (
    SELECT 1 FROM payment_paymentbatch b JOIN payment_batchstep s ON s.batch_id = b.id
    WHERE b.id = NEW.batch_id AND b.lines_digest = NEW.batch_digest AND s.step = 'approved'
    AND s.number = (SELECT MAX(x.number) FROM payment_batchstep x WHERE x.batch_id = b.id))
OR EXISTS (SELECT 1 FROM payment_batchstep s
           WHERE s.batch_id = NEW.batch_id AND s.step_by_id = NEW.written_by_id)
OR {_LIVE_FILE}
"""  # noqa: S608 - own names
LINE: Final = """
NEW.cancelled
OR EXISTS (SELECT 1 FROM payment_bankfilestep s WHERE s.bank_file_id = NEW.bank_file_id)
OR NOT EXISTS (
    SELECT 1 FROM payment_paymentline l JOIN payment_bankfile f ON f.batch_id = l.batch_id
    WHERE l.id = NEW.line_id AND f.id = NEW.bank_file_id AND NOT l.voided
    AND l.amount - l.set_off = NEW.amount AND l.town = NEW.town)
"""
#: Written only when its lines add up to it and it to its batch; cancelled only before any answer.
STEP: Final = """
(NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM payment_bankfilestep s WHERE s.bank_file_id = NEW.bank_file_id
    AND s.number = NEW.number - 1 AND s.step <> 'cancelled'))
OR (NEW.step = 'written' AND NOT EXISTS (
    SELECT 1 FROM payment_bankfile f JOIN payment_paymentbatch b ON b.id = f.batch_id
    WHERE f.id = NEW.bank_file_id
    AND f.amount + f.cash_amount = b.expected_amount - b.set_off_amount
    AND f.line_count = (SELECT COUNT(*) FROM payment_bankline l
                        WHERE l.bank_file_id = f.id AND l.channel = 'bank')
    AND f.amount = (SELECT SUM(l.amount) FROM payment_bankline l
                    WHERE l.bank_file_id = f.id AND l.channel = 'bank')
    AND f.cash_count = (SELECT COUNT(*) FROM payment_bankline l
                        WHERE l.bank_file_id = f.id AND l.channel = 'cash')
    AND f.cash_amount = (SELECT COALESCE(SUM(l.amount), 0) FROM payment_bankline l
                         WHERE l.bank_file_id = f.id AND l.channel = 'cash')))
OR (NEW.step = 'cancelled' AND (
    EXISTS (SELECT 1 FROM payment_bankreturn r
            WHERE r.bank_file_id = NEW.bank_file_id AND r.outcome = 'read')
    OR EXISTS (SELECT 1 FROM payment_bankfile f JOIN payment_batchstep s ON s.batch_id = f.batch_id
               WHERE f.id = NEW.bank_file_id AND s.step = 'paid')))
"""
CANCEL: Final = """
OLD.cancelled OR NOT NEW.cancelled OR NOT EXISTS (
    SELECT 1 FROM payment_bankfilestep s
    WHERE s.bank_file_id = NEW.bank_file_id AND s.step = 'cancelled')
"""
#: A batch whose file lies with the bank is not voided, and not closed before the first answer.
BATCH: Final = f"""
(NEW.step = 'voided' AND {_LIVE_FILE})
OR (NEW.step = 'paid' AND {_LIVE_FILE} AND NOT EXISTS (
    SELECT 1 FROM payment_bankfile f JOIN payment_bankreturn r ON r.bank_file_id = f.id
    WHERE f.batch_id = NEW.batch_id AND r.outcome = 'read'))
"""  # noqa: S608 - own names
OUTCOME: Final = """
NOT EXISTS (
    SELECT 1 FROM payment_bankline l
    JOIN payment_bankfilestep s ON s.bank_file_id = l.bank_file_id AND s.step = 'written'
    WHERE l.id = NEW.bank_line_id AND NOT l.cancelled
    AND ((l.channel = 'cash' AND NEW.bank_return_id IS NULL AND NEW.outcome = 'paid')
      OR (l.channel = 'bank' AND EXISTS (
          SELECT 1 FROM payment_bankreturn r WHERE r.id = NEW.bank_return_id
          AND r.bank_file_id = l.bank_file_id AND r.outcome = 'read'))))
OR (NEW.number = 2 AND NOT EXISTS (
    SELECT 1 FROM payment_bankoutcome o
    WHERE o.bank_line_id = NEW.bank_line_id AND o.number = 1 AND o.outcome = 'paid'))
"""
#: Sent = paid + returned + open, counted over the outcomes themselves.
TALLY: Final = """
NOT EXISTS (SELECT 1 FROM payment_bankreturn r
            WHERE r.id = NEW.bank_return_id AND r.bank_file_id = NEW.bank_file_id)
OR NOT EXISTS (
    SELECT 1 FROM (
        SELECT COUNT(*) AS sent_count, SUM(l.amount) AS sent_amount,
            SUM(CASE WHEN o.outcome = 'paid' THEN 1 ELSE 0 END) AS paid_count,
            SUM(CASE WHEN o.outcome = 'paid' THEN l.amount ELSE 0 END) AS paid_amount,
            SUM(CASE WHEN o.outcome = 'returned' THEN 1 ELSE 0 END) AS returned_count,
            SUM(CASE WHEN o.outcome = 'returned' THEN l.amount ELSE 0 END) AS returned_amount
        FROM payment_bankline l LEFT JOIN payment_bankoutcome o ON o.bank_line_id = l.id
            AND o.number = (SELECT MAX(p.number) FROM payment_bankoutcome p
                            WHERE p.bank_line_id = l.id)
        WHERE l.bank_file_id = NEW.bank_file_id AND l.channel = 'bank') t
    WHERE t.sent_count = NEW.sent_count AND t.sent_amount = NEW.sent_amount
    AND t.paid_count = NEW.paid_count AND t.paid_amount = NEW.paid_amount
    AND t.returned_count = NEW.returned_count AND t.returned_amount = NEW.returned_amount)
"""
#: Put right is what was returned, under the enrolment it was paid for, and not twice.
CORRECTION: Final = """
NOT EXISTS (
    SELECT 1 FROM payment_bankoutcome o JOIN payment_bankline b ON b.id = o.bank_line_id
    JOIN payment_paymentline l ON l.id = b.line_id
    WHERE o.id = NEW.outcome_id AND o.outcome = 'returned' AND l.enrolment_id = NEW.enrolment_id
    AND l.town = NEW.town)
OR EXISTS (
    SELECT 1 FROM payment_payeecorrection c LEFT JOIN payment_correctiondecision d
        ON d.correction_id = c.id
    WHERE c.outcome_id = NEW.outcome_id AND (d.id IS NULL OR d.decision = 'accepted'))
"""
DECISION: Final = """
NOT EXISTS (SELECT 1 FROM payment_payeecorrection c
            WHERE c.id = NEW.correction_id AND c.proposed_by_id = NEW.maker_id)
"""
#: What is paid again was returned by the bank and put right by two people.
REPAID: Final = """
NEW.nature = 'repaid' AND NOT EXISTS (
    SELECT 1 FROM payment_bankline b JOIN payment_bankoutcome o ON o.bank_line_id = b.id
    JOIN payment_payeecorrection c ON c.outcome_id = o.id
    JOIN payment_correctiondecision d ON d.correction_id = c.id
    WHERE b.line_id = NEW.basis_line_id AND NOT b.cancelled AND o.outcome = 'returned'
    AND d.decision = 'accepted')
"""
TRANSFER: Final = """
NOT EXISTS (SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
            AND b.sub_item = NEW.sub_item AND b.year = NEW.year)
OR (NEW.from_account <> 'special' AND NEW.amount > COALESCE((
    SELECT SUM(CASE WHEN t.to_account = NEW.from_account THEN t.amount ELSE 0 END)
         - SUM(CASE WHEN t.from_account = NEW.from_account THEN t.amount ELSE 0 END)
    FROM payment_transfer t WHERE t.sub_item = NEW.sub_item AND t.year = NEW.year), 0))
"""

#: name, event, table, condition, message
GUARDS: Final = (
    ("bank_file_guard", "INSERT", "payment_bankfile", FILE, "no bank file of this batch now"),
    ("bank_line_guard", "INSERT", "payment_bankline", LINE, "the line does not fit its bank file"),
    ("bank_line_cancel", 'UPDATE OF "cancelled"', "payment_bankline", CANCEL,
     "the bank file is not cancelled"),
    ("bank_step_guard", "INSERT", "payment_bankfilestep", STEP, "this step does not fit its file"),
    ("batch_step_bank", "INSERT", "payment_batchstep", BATCH, "the batch lies with the bank"),
    ("bank_outcome_guard", "INSERT", "payment_bankoutcome", OUTCOME,
     "the outcome does not fit its line"),
    ("bank_tally_guard", "INSERT", "payment_banktally", TALLY, "the tally is not what was read"),
    ("payee_correction_guard", "INSERT", "payment_payeecorrection", CORRECTION,
     "nothing to put right here"),
    ("correction_decision_guard", "INSERT", "payment_correctiondecision", DECISION,
     "the decision does not name the proposer"),
    ("payment_line_repaid", "INSERT", "payment_paymentline", REPAID,
     "what is paid again was neither returned nor put right"),
    ("transfer_guard", "INSERT", "payment_transfer", TRANSFER, "no such money in that account"),
)  # fmt: skip

FROZEN: Final = (
    *("payment_transfer", "payment_bankfile", "payment_bankfilestep", "payment_bankreturn"),
    *("payment_returnline", "payment_bankoutcome", "payment_banktally", "payment_settledshare"),
    *("payment_payeecorrection", "payment_correctiondecision"),
)
BANK_LINE: Final = (
    *("id", "bank_file_id", "line_id", "number", "channel", "amount", "town", "account_key"),
    "act_id",
)

#: What was approved, voided and paid before there were accounts, by the acts that did it.
EARLIER: Final = (
    """
    INSERT INTO payment_transfer (act_id, year, sub_item, batch_id, cause, from_account,
                                  to_account, amount)
    SELECT s.act_id, b.year, b.sub_item, b.id,
        CASE s.step WHEN 'approved' THEN 'approved' WHEN 'paid' THEN 'confirmed'
                    ELSE 'voided' END,
        CASE s.step WHEN 'approved' THEN 'special' ELSE 'payable' END,
        CASE s.step WHEN 'approved' THEN 'payable' WHEN 'paid' THEN 'paid' ELSE 'special' END,
        b.expected_amount - b.set_off_amount
    FROM payment_batchstep s JOIN payment_paymentbatch b ON b.id = s.batch_id
    WHERE b.expected_amount > b.set_off_amount AND b.kind <> 'repaid'
    AND (s.step IN ('approved', 'paid') OR (s.step = 'voided' AND EXISTS (
        SELECT 1 FROM payment_batchstep a WHERE a.batch_id = b.id AND a.step = 'approved')))
    ORDER BY s.act_id
    """,
    """
    INSERT INTO payment_settledshare (act_id, batch_id, kind, sub_item, period, town,
                                      settled_date, line_count, person_count, amount)
    SELECT s.act_id, h.batch_id, 'settled', h.sub_item, h.period, h.town, s.paid_date,
        h.line_count, h.person_count,
        (SELECT SUM(l.amount - l.set_off) FROM payment_paymentline l
         WHERE l.batch_id = h.batch_id AND l.town = h.town)
    FROM payment_batchshare h JOIN payment_batchstep s ON s.batch_id = h.batch_id
    WHERE s.step = 'paid'
    """,
)

_ONCE: Final = "NEW.person_times = 0"
_AGAIN: Final = """NEW.person_times =
        CASE WHEN NEW.nature = 'repaid' THEN l.person_times ELSE 0 END"""


def again(condition: str) -> str:
    """The guard of lines, with person-times that follow the money: what came back is counted anew.

    Figures take a returned line off and add the line that pays it again.
    """
    if _ONCE not in condition:
        raise ValueError("the guard of payment lines says nothing of person-times any more")
    return condition.replace(_ONCE, _AGAIN)
