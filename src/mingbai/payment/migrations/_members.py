"""What the triggers refuse of counted members: conditions over NEW and OLD, in words of SQL."""

from __future__ import annotations

from typing import Final

from mingbai.payment.migrations import _bank, _claims, _money

_SAME: Final = """x.sub_item = NEW.sub_item AND x.period = NEW.period AND x.item = NEW.item
    AND x.turn = NEW.turn AND NOT x.voided"""
#: A member is of a line not yet drawn, for what the line is for, and under the record that stands.
MEMBER: Final = f"""
NEW.voided
OR EXISTS (SELECT 1 FROM payment_paymentline l JOIN payment_batchstep s ON s.batch_id = l.batch_id
           WHERE l.id = NEW.line_id)
OR NOT EXISTS (
    SELECT 1 FROM payment_paymentline l WHERE l.id = NEW.line_id AND l.sub_item = NEW.sub_item
    AND l.period = NEW.period AND l.item = NEW.item AND l.turn = NEW.turn AND NOT l.voided
    AND l.nature <> 'repaid')
OR EXISTS (SELECT 1 FROM registry_personmerge m
           WHERE m.merged_id = NEW.person_id AND m.undone_at IS NULL)
OR EXISTS (
    SELECT 1 FROM registry_personmerge m JOIN payment_linemember x ON x.person_id = m.merged_id
    WHERE m.kept_id = NEW.person_id AND m.undone_at IS NULL AND {_SAME})
OR EXISTS (
    SELECT 1 FROM registry_personmerge m JOIN registry_personmerge n ON n.kept_id = m.merged_id
    JOIN payment_linemember x ON x.person_id = n.merged_id
    WHERE m.kept_id = NEW.person_id AND m.undone_at IS NULL AND n.undone_at IS NULL AND {_SAME})
"""  # noqa: S608 - own names
VOID: Final = """
OLD.voided OR NOT NEW.voided OR NOT EXISTS (
    SELECT 1 FROM payment_paymentline l WHERE l.id = NEW.line_id AND l.voided)
"""
#: A batch is drawn only if each line counts as many people as it names, where it names any.
_HEADS: Final = """
OR (NEW.step = 'drawn' AND EXISTS (
    SELECT 1 FROM payment_paymentline l
    WHERE l.batch_id = NEW.batch_id AND l.person_times > 1 AND l.nature <> 'repaid'
    AND l.person_times <> (SELECT COUNT(*) FROM payment_linemember m WHERE m.line_id = l.id)))
"""
STEP: Final = _money.STEP + _HEADS

_BANK: Final = ("bank_line_guard", "payee_correction_guard", "payment_line_repaid",
                "bank_step_guard", "bank_outcome_guard", "bank_tally_guard",
                "batch_step_bank", "bank_file_guard", "bank_line_cancel",
                "correction_decision_guard")  # fmt: skip
#: All that read or stand on the payment lines: name, event, table, condition, message. SQLite
#: rebuilds that table to change its CHECK, and loses or refuses them meanwhile.
AROUND: Final = (
    ("payment_step_guard", "INSERT", "payment_batchstep", STEP,
     "this step does not fit its batch"),
    ("payment_line_void", 'UPDATE OF "voided"', "payment_paymentline", _money.VOID,
     "the batch is not voided"),
    *_claims.GUARDS,
    *(guard for guard in _bank.GUARDS if guard[0] in _BANK),
)  # fmt: skip
GUARDS: Final = (
    *AROUND,
    ("line_member_guard", "INSERT", "payment_linemember", MEMBER,
     "this member does not fit the line"),
    ("line_member_void", 'UPDATE OF "voided"', "payment_linemember", VOID,
     "the line is not voided"),
)  # fmt: skip

LINE_COLUMNS: Final = (
    *("id", "batch_id", "person_id", "enrolment_id", "sub_item", "period", "item", "turn"),
    *("amount", "person_times", "rule", "town", "act_id", "nature", "basis_line_id"),
    *("set_off", "recovery_id", "origin_file_id", "origin_sheet", "origin_line"),
)
MEMBER_COLUMNS: Final = (
    *("id", "act_id", "line_id", "person_id", "sub_item", "period", "item", "turn"),
)
