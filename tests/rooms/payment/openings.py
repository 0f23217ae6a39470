"""Where the machine's runs begin: a county of nothing paid yet, or one with money on its way."""

from __future__ import annotations

from collections import Counter

from tests.rooms.payment.deeds import Deeds
from tests.rooms.payment.plain import DIBAO, MONTHS, TEKUN, Batch, County, Funds
from tests.rooms.payment.refusing import Refusing


class Opening(Refusing):
    """Does the first steps once; every run goes on from where it stopped."""

    def __init__(self, deeds: Deeds) -> None:
        type(self).deeds, type(self).done = deeds, Counter()
        self.undone = None
        county = self.county = County()
        for item in (DIBAO, TEKUN):
            county.funds[item] = Funds(450_000, 400_000)
            deeds.give(item, 450_000, "budget")
            deeds.give(item, 400_000, "arrival")
        self.receive_roster(DIBAO, MONTHS[0], {0: "A", 1: "B", 2: "A", 3: "A"}, None)
        deeds.hang()
        self.receive_roster(TEKUN, MONTHS[0], dict.fromkeys((0, 1, 4), "A"), None)

    def fresh(self) -> None:
        """Two rosters, nothing drawn."""

    def answered(self) -> None:
        """One month lies with the bank: two arrived, one came back; the next month is known."""
        self.receive_roster(DIBAO, MONTHS[1], {1: "A", 2: "A", 3: "B"}, None)
        batch = self.approved(DIBAO)
        self.write_file_of(batch, 0)
        self.read_answer(batch, [0, 0, 1])

    def paid(self) -> None:
        """Both first months were paid and closed, one line of them came back."""
        self.answered()
        self.confirm_it(self.county.batches[0], 0)
        self.confirm_it(self.approved(TEKUN), 1)

    def approved(self, item: str) -> Batch:
        self.adopt(self.deeds.draw(item, MONTHS[0], "clerk", None), "regular", "clerk")
        batch = self.county.batches[-1]
        while batch.state != "approved":
            self.approve_once(batch, 0)
        return batch
