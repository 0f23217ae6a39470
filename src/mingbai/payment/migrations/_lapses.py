"""What the triggers refuse of claims on money that came back: conditions over NEW and OLD."""

from __future__ import annotations

from typing import Final

from mingbai.payment.migrations import _claims
from mingbai.payment.migrations._claims import _NOT_ARRIVED, _changed

#: So often one payment may come back and be paid again before its claims are beyond the guard,
#: which then takes it for not arrived: SQLite lets no trigger walk a chain of any length.
_TIMES: Final = 5


def _again(line: str, times: int) -> str:
    """The lines that pay a line again, and those that pay these again."""
    direct = """SELECT a.id FROM payment_paymentline a WHERE a.nature = 'repaid'
        AND NOT a.voided AND a.basis_line_id {of}"""  # noqa: S608 - own names
    found, of = [], f"= {line}"
    for _ in range(times):
        step = direct.format(of=of)
        found.append(step)
        of = f"IN ({step})"
    return " UNION ALL ".join(found)


#: The money of a line is with the person: at once, or when it was paid again.
_ARRIVED: Final = f"""(NOT {_NOT_ARRIVED.format(line="l.id")} OR EXISTS (
    SELECT 1 FROM payment_paymentline p JOIN payment_batchstep q ON q.batch_id = p.batch_id
    WHERE p.id IN ({_again("l.id", _TIMES)}) AND q.step = 'paid'
    AND NOT {_NOT_ARRIVED.format(line="p.id")}))"""  # noqa: S608 - own names
#: What a claim still claims once part of it lapsed.
_CLAIMED: Final = """COALESCE((
    SELECT SUM(r.amount - COALESCE((SELECT SUM(x.amount) FROM payment_recoverystep x
                                    WHERE x.recovery_id = r.id AND x.step = 'lapsed'), 0))
    FROM payment_recovery r WHERE {of} AND NOT EXISTS (
        SELECT 1 FROM payment_recoverystep p WHERE p.recovery_id = r.id
        AND p.step = 'refused')), 0)"""
_OF_FAMILY: Final = f"r.line_id IN ({_again('l.id', _TIMES)})"
#: A claim names the line that was first drawn: of it and all that pay it again, once its amount.
CLAIM: Final = f"""
NOT EXISTS (
    SELECT 1 FROM payment_paymentline l JOIN payment_batchstep s ON s.batch_id = l.batch_id
    WHERE l.id = NEW.line_id AND s.step = 'paid' AND NOT l.voided AND l.nature <> 'repaid'
    AND l.person_id = NEW.person_id AND l.sub_item = NEW.sub_item AND l.town = NEW.town
    AND {_ARRIVED}
    AND l.amount >= NEW.amount + {_CLAIMED.format(of="r.line_id = l.id")}
        + {_CLAIMED.format(of=_OF_FAMILY)})
"""  # noqa: S608 - own names
_AFTER: Final = (
    "OR (NEW.step IN ('repaid', 'waived') AND s.step IN ('decided', 'repaid', 'waived'))"
)
#: A claim is decided while the money is with the person, and lapses once it is not.
_WITH_PERSON: Final = f"""
OR (NEW.step IN ('decided', 'lapsed') AND (NEW.step = 'decided') <> EXISTS (
    SELECT 1 FROM payment_recovery r JOIN payment_paymentline l ON l.id = r.line_id
    WHERE r.id = NEW.recovery_id AND {_ARRIVED}))
"""  # noqa: S608 - own names


def _step() -> str:
    found = _changed(
        _claims.CLAIM_STEP,
        _AFTER,
        "OR (NEW.step IN ('repaid', 'waived', 'lapsed') "
        "AND s.step IN ('decided', 'repaid', 'waived', 'lapsed'))",
    )
    found = _changed(
        found, "NEW.step IN ('decided', 'repaid', 'waived') AND NOT EXISTS",
        "NEW.step IN ('decided', 'repaid', 'waived', 'lapsed') AND NOT EXISTS",
    )  # fmt: skip
    found = _changed(
        found, "OR (NEW.step = 'waived' AND t.cause = 'waived' AND t.amount = NEW.amount)",
        "OR (NEW.step IN ('waived', 'lapsed') AND t.cause = NEW.step AND t.amount = NEW.amount)",
    )  # fmt: skip
    return found + _WITH_PERSON


CLAIM_STEP: Final = _step()
_FLOOR: Final = "NEW.from_account <> 'special'"
_GAVE_BACK: Final = "t.{side} = NEW.from_account"
_OR_GIVEN: Final = (
    "(t.{side} = NEW.from_account"
    " OR (NEW.from_account = 'paid' AND t.{side} IN ('due_back', 'recovered')))"
)


def _transfer() -> str:
    """What leaves people again is at most what they have, gave back and owe back; what becomes due
    back stays among these and is held by its recovery."""
    found = _changed(_claims.TRANSFER, _FLOOR, f"{_FLOOR} AND NEW.to_account <> 'due_back'")
    for side in ("to_account", "from_account"):
        found = _changed(found, _GAVE_BACK.format(side=side), _OR_GIVEN.format(side=side))
    found = found.replace("'waived', 'recovered', 'set_off'", "'waived', 'recovered', 'set_off', "
                          "'lapsed'")  # fmt: skip
    if found.count("'lapsed'") != 2:
        raise ValueError("the guard of transfers does not read as it did")
    return found


TRANSFER: Final = _transfer()

#: name, event, table, condition, message
GUARDS: Final = (
    ("payment_recovery_claim", "INSERT", "payment_recovery", CLAIM,
     "more is claimed than was paid"),
    ("payment_recovery_step_guard", "INSERT", "payment_recoverystep", CLAIM_STEP,
     "this step does not fit its recovery"),
    ("transfer_guard", "INSERT", "payment_transfer", TRANSFER, "no such money in that account"),
)  # fmt: skip
