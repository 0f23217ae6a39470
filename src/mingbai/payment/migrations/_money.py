"""What the triggers of the money tables refuse: conditions over NEW and OLD, in words of SQL.

They hold whoever writes; the actions say the same in Chinese before.
"""

from __future__ import annotations

from typing import Final

_STEPS: Final = """
NOT EXISTS (SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
            AND b.drawn_by_id = NEW.maker_id AND b.lines_digest = NEW.batch_digest)
OR (NEW.step IN ('checked', 'approved') AND NOT EXISTS (
    SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
    AND ((NEW.step = 'checked' AND NEW.number <= b.approvals_needed)
      OR (NEW.step = 'approved' AND NEW.number = b.approvals_needed + 1))))
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id AND s.number = NEW.number - 1
    AND ((NEW.step IN ('checked', 'approved') AND s.step IN ('drawn', 'checked'))
      OR (NEW.step = 'paid' AND s.step = 'approved')
      OR (NEW.step = 'voided' AND s.step IN ('drawn', 'checked', 'approved')))))
OR (NEW.step = 'voided' AND EXISTS (
    SELECT 1 FROM payment_paymentline f JOIN payment_paymentline l ON l.id = f.basis_line_id
    WHERE f.basis_line_id IS NOT NULL AND NOT f.voided AND l.batch_id = NEW.batch_id))
"""
#: Lines add up to the batch, and the batch is what its maker declared before, once.
_DRAWN: Final = """
OR (NEW.step = 'drawn' AND NOT EXISTS (
    SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id
    AND b.expected_count = (SELECT COUNT(*) FROM payment_paymentline l WHERE l.batch_id = b.id)
    AND b.expected_amount = (SELECT SUM(l.amount) FROM payment_paymentline l WHERE l.batch_id = b.id)
    AND b.set_off_amount = (SELECT SUM(l.set_off) FROM payment_paymentline l WHERE l.batch_id = b.id)
    AND ((b.kind = 'repaid' AND b.declaration_id IS NULL) OR EXISTS (
        SELECT 1 FROM payment_batchdeclaration d WHERE d.id = b.declaration_id
        AND d.sub_item = b.sub_item AND d.period = b.period AND d.line_count = b.expected_count
        AND d.amount = b.expected_amount AND d.declared_by_id = b.drawn_by_id
        AND d.act_id <= b.act_id AND NOT EXISTS (
            SELECT 1 FROM payment_paymentbatch o JOIN payment_batchstep s ON s.batch_id = o.id
            WHERE o.declaration_id = d.id AND o.id <> b.id)))))
"""
#: Approved and paid batches stay within the year's budget and the money that has arrived, and only
#: a named and countersigned decision adds to that. What is paid again was counted the first time.
_FUNDS: Final = """
OR (NEW.funding_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payment_fundingdecision d JOIN payment_fundingapproval a ON a.decision_id = d.id
    JOIN payment_paymentbatch b ON b.id = NEW.batch_id
    WHERE d.id = NEW.funding_id AND d.sub_item = b.sub_item AND d.year = b.year))
OR (NEW.step = 'approved' AND EXISTS (
    SELECT 1 FROM payment_paymentbatch b WHERE b.id = NEW.batch_id AND b.kind <> 'repaid'
    AND b.expected_amount - b.set_off_amount + COALESCE((
        SELECT SUM(o.expected_amount - o.set_off_amount) FROM payment_paymentbatch o
        WHERE o.sub_item = b.sub_item AND o.year = b.year AND o.kind <> 'repaid' AND o.id <> b.id
        AND EXISTS (SELECT 1 FROM payment_batchstep s WHERE s.batch_id = o.id
                    AND s.step = 'approved')
        AND NOT EXISTS (SELECT 1 FROM payment_batchstep s WHERE s.batch_id = o.id
                        AND s.step = 'voided')), 0)
    > (SELECT CASE WHEN f.budget < f.arrived THEN f.budget ELSE f.arrived END FROM (
        SELECT COALESCE(SUM(CASE WHEN e.kind = 'budget' THEN e.amount ELSE 0 END), 0) AS budget,
               COALESCE(SUM(CASE WHEN e.kind = 'arrival' THEN e.amount ELSE 0 END), 0) AS arrived
        FROM funds_fundentry e WHERE e.sub_item = b.sub_item AND e.year = b.year) f)
    + CASE WHEN NEW.funding_id IS NULL THEN 0 ELSE COALESCE((
        SELECT SUM(d.amount) FROM payment_fundingdecision d
        JOIN payment_fundingapproval a ON a.decision_id = d.id
        WHERE d.sub_item = b.sub_item AND d.year = b.year), 0) END))
"""
STEP: Final = _STEPS + _DRAWN + _FUNDS

#: Arrears stand on what was paid; what is paid again stands on what was at least sent.
_BASIS: Final = """
(NEW.basis_line_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payment_paymentline l JOIN payment_batchstep s ON s.batch_id = l.batch_id
    WHERE l.id = NEW.basis_line_id AND NOT l.voided AND l.person_id = NEW.person_id
    AND l.sub_item = NEW.sub_item AND l.period = NEW.period AND l.item = NEW.item
    AND l.turn = NEW.turn AND NEW.person_times = 0
    AND ((NEW.nature = 'arrears' AND s.step = 'paid')
      OR (NEW.nature = 'repaid' AND s.step IN ('approved', 'paid')
          AND l.amount - l.set_off = NEW.amount))))
"""
#: A merged record is not paid; its person is, once, whatever record an earlier line stands under.
_MERGED: Final = """
(NEW.nature = 'regular' AND EXISTS (
    SELECT 1 FROM registry_personmerge m WHERE m.merged_id = NEW.person_id
    AND m.undone_at IS NULL))
OR (NEW.nature = 'regular' AND EXISTS (
    SELECT 1 FROM registry_personmerge m JOIN payment_paymentline l ON l.person_id = m.merged_id
    WHERE m.kept_id = NEW.person_id AND m.undone_at IS NULL AND NOT l.voided
    AND l.nature = 'regular' AND l.sub_item = NEW.sub_item AND l.period = NEW.period
    AND l.item = NEW.item AND l.turn = NEW.turn))
OR (NEW.nature = 'regular' AND EXISTS (
    SELECT 1 FROM registry_personmerge m JOIN registry_personmerge n ON n.kept_id = m.merged_id
    JOIN payment_paymentline l ON l.person_id = n.merged_id
    WHERE m.kept_id = NEW.person_id AND m.undone_at IS NULL AND n.undone_at IS NULL
    AND NOT l.voided AND l.nature = 'regular' AND l.sub_item = NEW.sub_item
    AND l.period = NEW.period AND l.item = NEW.item AND l.turn = NEW.turn))
"""
#: A line is set off only towards a recovery decided so, by at most what is open and allowed.
_SET_OFF: Final = """
(NEW.recovery_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payment_recovery r JOIN payment_recoverystep s ON s.recovery_id = r.id
    WHERE r.id = NEW.recovery_id AND s.step = 'decided' AND s.method = 'set_off'
    AND (s.monthly_amount IS NULL OR NEW.set_off <= s.monthly_amount)
    AND r.amount >= NEW.set_off
      + (SELECT SUM(p.amount) FROM payment_recoverystep p WHERE p.recovery_id = r.id)
      + COALESCE((SELECT SUM(l.set_off) FROM payment_paymentline l
                  WHERE l.recovery_id = r.id AND NOT l.voided), 0)))
"""
LINE: Final = " OR ".join(
    (
        "EXISTS (SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id)",
        _BASIS,
        _MERGED,
        _SET_OFF,
    )
)
VOID: Final = """
OLD.voided OR NOT NEW.voided OR NOT EXISTS (
    SELECT 1 FROM payment_batchstep s WHERE s.batch_id = NEW.batch_id AND s.step = 'voided')
"""
CLAIM: Final = """
NOT EXISTS (
    SELECT 1 FROM payment_paymentline l JOIN payment_batchstep s ON s.batch_id = l.batch_id
    WHERE l.id = NEW.line_id AND s.step = 'paid' AND NOT l.voided
    AND l.person_id = NEW.person_id AND l.sub_item = NEW.sub_item AND l.town = NEW.town
    AND l.amount >= NEW.amount + COALESCE((
        SELECT SUM(r.amount) FROM payment_recovery r WHERE r.line_id = l.id AND NOT EXISTS (
            SELECT 1 FROM payment_recoverystep p WHERE p.recovery_id = r.id
            AND p.step = 'refused')), 0))
"""
CLAIM_STEP: Final = """
NOT EXISTS (SELECT 1 FROM payment_recovery r WHERE r.id = NEW.recovery_id
            AND r.made_by_id = NEW.maker_id)
OR (NEW.number > 1 AND NOT EXISTS (
    SELECT 1 FROM payment_recoverystep s WHERE s.recovery_id = NEW.recovery_id
    AND s.number = NEW.number - 1
    AND ((NEW.step IN ('decided', 'refused') AND s.step = 'proposed')
      OR (NEW.step IN ('repaid', 'waived') AND s.step IN ('decided', 'repaid', 'waived')))))
OR (NEW.amount > 0 AND NOT EXISTS (
    SELECT 1 FROM payment_recovery r WHERE r.id = NEW.recovery_id AND r.amount >= NEW.amount
      + (SELECT SUM(p.amount) FROM payment_recoverystep p WHERE p.recovery_id = r.id)
      + COALESCE((SELECT SUM(l.set_off) FROM payment_paymentline l
                  WHERE l.recovery_id = r.id AND NOT l.voided), 0)))
"""
COUNTERSIGN: Final = """
NOT EXISTS (SELECT 1 FROM payment_fundingdecision d WHERE d.id = NEW.decision_id
            AND d.made_by_id = NEW.maker_id)
"""
