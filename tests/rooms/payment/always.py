"""What must be true of the tables after every step, whatever was done: in words of SQL."""

from __future__ import annotations

from typing import Any

from django.db import connection
from tests.rooms.payment.plain import County

#: Name of a fault -> rows that show it.
NEVER = {
    "somebody was paid twice": """
        SELECT 1 FROM payment_paymentline WHERE NOT voided AND nature = 'regular'
        GROUP BY person_id, sub_item, period, item, turn HAVING COUNT(*) > 1""",
    "a line is paid again twice": """
        SELECT 1 FROM payment_paymentline WHERE NOT voided AND nature = 'repaid'
        GROUP BY basis_line_id HAVING COUNT(*) > 1""",
    "the same money arrived twice": """
        SELECT 1 FROM payment_paymentline l JOIN payment_paymentline r ON r.basis_line_id = l.id
        WHERE r.nature = 'repaid' AND NOT r.voided AND EXISTS (
            SELECT 1 FROM payment_bankline b WHERE b.line_id = l.id AND NOT b.cancelled
            AND 'paid' = (SELECT o.outcome FROM payment_bankoutcome o
                          WHERE o.bank_line_id = b.id ORDER BY o.number DESC LIMIT 1))""",
    "a line lies with the bank twice": """
        SELECT 1 FROM payment_bankline WHERE NOT cancelled GROUP BY line_id HAVING COUNT(*) > 1""",
    "lines do not add up to their batch": """
        SELECT 1 FROM payment_paymentbatch b LEFT JOIN payment_paymentline l ON l.batch_id = b.id
        GROUP BY b.id, b.expected_count, b.expected_amount, b.set_off_amount
        HAVING COUNT(l.id) <> b.expected_count OR SUM(l.amount) <> b.expected_amount
        OR SUM(l.set_off) <> b.set_off_amount""",
    "a batch was not what was declared": """
        SELECT 1 FROM payment_paymentbatch b LEFT JOIN payment_batchdeclaration d
        ON d.id = b.declaration_id WHERE b.kind <> 'repaid' AND (d.id IS NULL
        OR d.line_count <> b.expected_count OR d.amount <> b.expected_amount)""",
    "one person has two hands on a batch": """
        SELECT 1 FROM payment_batchstep WHERE step <> 'voided' GROUP BY batch_id, step_by_id
        HAVING COUNT(*) > 1""",
    "a batch was approved by too few": """
        SELECT 1 FROM payment_paymentbatch b JOIN payment_batchstep a ON a.batch_id = b.id
        WHERE a.step = 'approved' AND b.approvals_needed <> (
            SELECT COUNT(*) FROM payment_batchstep s
            WHERE s.batch_id = b.id AND s.step IN ('checked', 'approved'))""",
    "more was approved than there was": """
        SELECT 1 FROM payment_paymentbatch b WHERE b.kind <> 'repaid'
        AND EXISTS (SELECT 1 FROM payment_batchstep s
                    WHERE s.batch_id = b.id AND s.step = 'approved')
        AND NOT EXISTS (SELECT 1 FROM payment_batchstep s
                        WHERE s.batch_id = b.id AND s.step = 'voided')
        GROUP BY b.sub_item, b.year HAVING SUM(b.expected_amount - b.set_off_amount) > (
            SELECT CASE WHEN f.budget < f.arrived THEN f.budget ELSE f.arrived END FROM (
                SELECT COALESCE(SUM(CASE WHEN kind = 'budget' THEN amount END), 0) AS budget,
                       COALESCE(SUM(CASE WHEN kind = 'arrival' THEN amount END), 0) AS arrived
                FROM funds_fundentry e WHERE e.sub_item = b.sub_item AND e.year = b.year) f
        ) + (SELECT COALESCE(SUM(d.amount), 0) FROM payment_fundingdecision d
             JOIN payment_fundingapproval a ON a.decision_id = d.id
             WHERE d.sub_item = b.sub_item AND d.year = b.year)""",
    "an account went below nothing": """
        SELECT 1 FROM (
            SELECT sub_item, to_account AS account, amount FROM payment_transfer
            UNION ALL SELECT sub_item, from_account, -amount FROM payment_transfer) t
        WHERE account NOT IN ('special', 'paid')
        GROUP BY sub_item, account HAVING SUM(amount) < 0""",
    "more left people again than ever reached them": """
        SELECT 1 FROM (
            SELECT sub_item, to_account AS account, amount FROM payment_transfer
            UNION ALL SELECT sub_item, from_account, -amount FROM payment_transfer) t
        WHERE account IN ('paid', 'due_back', 'recovered')
        GROUP BY sub_item HAVING SUM(amount) < 0""",
    "sent is not paid and returned and open": """
        SELECT 1 FROM payment_banktally t WHERE t.id = (
            SELECT MAX(x.id) FROM payment_banktally x WHERE x.bank_file_id = t.bank_file_id)
        AND (t.sent_amount <> t.paid_amount + t.returned_amount + t.open_amount
             OR t.sent_amount <> (SELECT SUM(l.amount) FROM payment_bankline l
                                  WHERE l.bank_file_id = t.bank_file_id AND l.channel = 'bank'))""",
    "more is claimed back than was paid": """
        SELECT 1 FROM payment_recovery r JOIN payment_paymentline l ON l.id = r.line_id
        LEFT JOIN payment_paymentline o ON o.id = l.basis_line_id AND l.nature = 'repaid'
        WHERE NOT EXISTS (SELECT 1 FROM payment_recoverystep s
                          WHERE s.recovery_id = r.id AND s.step = 'refused')
        GROUP BY COALESCE(o.id, l.id), COALESCE(o.amount, l.amount)
        HAVING SUM(r.amount - COALESCE((
            SELECT SUM(x.amount) FROM payment_recoverystep x
            WHERE x.recovery_id = r.id AND x.step = 'lapsed'), 0))
        > COALESCE(o.amount, l.amount)""",
    "money that came back is still due back": """
        SELECT 1 FROM payment_recovery r JOIN payment_paymentline l ON l.id = r.line_id
        JOIN payment_bankline b ON b.line_id = l.id AND NOT b.cancelled
        WHERE 'returned' = (SELECT o.outcome FROM payment_bankoutcome o
                            WHERE o.bank_line_id = b.id ORDER BY o.number DESC LIMIT 1)
        AND NOT EXISTS (SELECT 1 FROM payment_paymentline p
                        WHERE p.basis_line_id = l.id AND p.nature = 'repaid' AND NOT p.voided)
        AND EXISTS (SELECT 1 FROM payment_recoverystep s
                    WHERE s.recovery_id = r.id AND s.step = 'decided')
        AND r.amount > (SELECT SUM(s.amount) FROM payment_recoverystep s
                        WHERE s.recovery_id = r.id)
            + COALESCE((SELECT SUM(k.set_off) FROM payment_paymentline k
                        WHERE k.recovery_id = r.id AND NOT k.voided), 0)""",
}
#: Tables of steps -> what the steps belong to. Numbers go 1, 2, 3 …, acts in the same order.
HISTORIES = {
    "payment_batchstep": "batch_id",
    "payment_bankfilestep": "bank_file_id",
    "payment_recoverystep": "recovery_id",
    "registry_enrolmentstep": "enrolment_id",
    "registry_objectionstep": "objection_id",
    "payment_bankreturn": "bank_file_id",
}
#: Tables -> tables that must have a first step for each row.
BEGUN = {
    "payment_batchstep": "payment_paymentbatch",
    "payment_bankfilestep": "payment_bankfile",
    "payment_recoverystep": "payment_recovery",
}
NEVER |= {
    f"steps are missing in {table}": f"""
        SELECT 1 FROM {table} GROUP BY {owner}
        HAVING COUNT(*) <> MAX(number) OR MIN(number) <> 1"""
    for table, owner in HISTORIES.items()
}
NEVER |= {
    f"steps stand out of order in {table}": f"""
        SELECT 1 FROM {table} a JOIN {table} b ON b.{owner} = a.{owner} AND b.number = a.number + 1
        WHERE b.act_id < a.act_id"""
    for table, owner in HISTORIES.items()
}
NEVER |= {
    f"{parents} without any step": f"""
        SELECT 1 FROM {parents} p WHERE NOT EXISTS (
            SELECT 1 FROM {table} s WHERE s.{HISTORIES[table]} = p.id)"""
    for table, parents in BEGUN.items()
}
NEVER |= {
    f"a step in {table} is by another than its act": f"""
        SELECT 1 FROM {table} s JOIN base_act a ON a.seq = s.act_id
        WHERE a.by_id <> s.step_by_id"""
    for table in ("payment_batchstep", "payment_bankfilestep", "payment_recoverystep")
}
_ALL = " UNION ALL ".join(
    f"SELECT '{name}' WHERE EXISTS ({query})" for name, query in NEVER.items()
)
_BATCHES = """
SELECT b.id, s.step FROM payment_paymentbatch b JOIN payment_batchstep s ON s.batch_id = b.id
WHERE s.number = (SELECT MAX(x.number) FROM payment_batchstep x WHERE x.batch_id = b.id)"""
_LINES = """
SELECT l.id, l.amount, l.set_off, l.voided, COALESCE((
    SELECT o.outcome FROM payment_bankline b JOIN payment_bankoutcome o ON o.bank_line_id = b.id
    WHERE b.line_id = l.id AND NOT b.cancelled ORDER BY o.number DESC LIMIT 1), '')
FROM payment_paymentline l"""
_ACCOUNTS = """
SELECT sub_item, account, SUM(amount) FROM (
    SELECT sub_item, to_account AS account, amount FROM payment_transfer
    UNION ALL SELECT sub_item, from_account, -amount FROM payment_transfer) t
GROUP BY sub_item, account"""


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def table_faults() -> list[str]:
    """The names of everything that is so and must never be."""
    return [name for (name,) in _rows(_ALL)]


def state_faults(county: County) -> list[str]:
    """Where the tables and the model tell two stories: states, lines, and every account."""
    faults = []
    steps = dict(_rows(_BATCHES))
    wrong = {b.pk: b.state for b in county.batches if steps.pop(b.pk, None) != b.state}
    if wrong or steps:
        faults.append(f"batches: {wrong} {steps}")
    lines = {pk: rest for pk, *rest in _rows(_LINES)}
    for batch in county.batches:
        for line in batch.lines:
            found = lines.pop(line.pk, None)
            wanted = [line.amount, line.set_off, line.voided, line.said]
            if found is None or [*found[:2], bool(found[2]), found[3]] != wanted:
                faults.append(f"line {line.pk} is {found}, should be {wanted}")
    if lines:
        faults.append(f"lines that nobody knows: {lines}")
    stands: dict[str, dict[str, int]] = {}
    for item, account, amount in _rows(_ACCOUNTS):
        stands.setdefault(item, {})[account] = int(amount)
    for item in {i for i, _ in county.rosters} | set(stands):
        found = stands.get(item, {})
        if sum(found.values()):
            faults.append(f"{item}: debits are not credits")
        wanted = {account: n for account, n in county.accounts(item).items() if n}
        if {a: n for a, n in found.items() if n and a in county.accounts(item)} != wanted:
            faults.append(f"{item} stands at {found}, should be {wanted}")
    return faults
