"""The steps that are killed, in the life of one month, and what must be true at the end of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.rooms.payment.arena import AT
from tests.rooms.payment.banking import FIXED, START, answer_fixed, lines_of, says
from tests.rooms.payment.kills import PEOPLE
from tests.rooms.payment.racing import FEN, WHY, Tree, user

from mingbai.base.files import open_file
from mingbai.base.ledger import verify_ledger
from mingbai.base.models import StoredFile
from mingbai.base.scope import Asker
from mingbai.payment.actions import approve_batch, draw_batch
from mingbai.payment.actions.bank import write_bank_file
from mingbai.payment.actions.returns import read_bank_return
from mingbai.payment.models import BankFile, PaymentBatch
from mingbai.payment.queries.accounts import balances

__all__ = ["Life", "look_back"]


class Life:
    """One month of one sub-item; ``act(step)`` is the step, ready to be done in another process."""

    def __init__(self, book: Any, item: str, period: int) -> None:
        self.book, self.item, self.period, self.tree = book, item, period, Tree()

    def act(self, step: str) -> Callable[[], object]:
        return getattr(self, step)()

    def batch(self) -> PaymentBatch:
        batches = PaymentBatch.objects.unscoped(WHY).select_related("drawn_by")
        return batches.get(sub_item=self.item, period=self.period)

    def draw(self) -> Callable[[], object]:
        given = {"book": self.book, "by": self.tree.clerk, "at": AT}
        return lambda: draw_batch(sub_item=self.item, period=self.period, **given)

    def approve(self) -> Callable[[], object]:
        batch, by = self.batch(), user("t-checker")
        return lambda: approve_batch(batch=batch, book=self.book, by=by, at=AT)

    def file(self) -> Callable[[], object]:
        batch, by = self.batch(), user("t-payer")
        given = {"layout": FIXED, "pay_date": START, "book": self.book, "by": by, "at": AT}
        return lambda: write_bank_file(batch=batch, **given)

    def read(self) -> Callable[[], object]:
        """Three quarters of the lines arrive, some come back, one is not answered."""
        file = BankFile.objects.unscoped(WHY).select_related("batch").get(batch=self.batch())
        lines, by = lines_of(file), user("t-payer")
        paid = 3 * len(lines) // 4
        rows = [says(line) for line in lines[:paid]]
        rows += [says(line, "returned") for line in lines[paid:-1]]
        content = answer_fixed(rows, reference=file.reference)
        given = {"content": content, "layout": FIXED, "by": by, "at": AT}
        return lambda: read_bank_return(file=file, **given)


def look_back(months: int) -> list[str]:
    """What is wrong after all kills: the ledger, the accounts, the stored bytes, the whole sums."""
    faults = [str(fault) for fault in verify_ledger().faults]
    stands = balances(to=Asker.system(WHY), year=2021)
    paid = 3 * PEOPLE // 4
    wanted = {"paid": paid * FEN, "returned": (PEOPLE - paid - 1) * FEN, "transit": FEN}
    for account, each in wanted.items():
        found = sum(accounts[account] for accounts in stands.values())
        if found != months * each:
            faults.append(f"{account} is {found}, not {months * each}")
    if any(sum(accounts.values()) for accounts in stands.values()):
        faults.append("debits are not credits")
    for stored in StoredFile.objects.unscoped(WHY).filter(kind__startswith="bank-"):
        open_file(stored)  # raises where the row points at nothing
    return faults
