"""What must be refused, tried where the model says that it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.rooms.payment.deeds import HANDS
from tests.rooms.payment.following import Following
from tests.rooms.payment.plain import Batch, Claim, Line

from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotDecideFunding,
    CannotDrawBatch,
    CannotRecover,
    CannotVoidBatch,
)
from mingbai.payment.actions.bank import CannotCancelBankFile, CannotWriteBankFile
from mingbai.payment.actions.follow_up import (
    CannotDecideCorrection,
    CannotDrawFollowUp,
    CannotProposeCorrection,
)
from mingbai.registry.actions import CannotMergePeople, CannotUndoMerge

#: An attempt: its name, what refuses it, and the act.
Attempt = tuple[str, type[Exception], Callable[[], Any]]


class Refusing(Following):
    """Every way of doing what may not be done, as the county stands."""

    def try_refused(self, pick: int, which: int) -> None:
        """Choose a kind of attempt that is possible, then one of its kind."""
        found: dict[str, list[Attempt]] = {}
        for each in self.attempts():
            found.setdefault(each[0], []).append(each)
        kinds = sorted(found)
        of_kind = found[kinds[which % len(kinds)]]
        name, refusal, act = of_kind[pick % len(of_kind)]
        with pytest.raises(refusal):
            act()
        self.took(f"refused: {name}")

    def attempts(self) -> Iterator[Attempt]:
        for item, month in self._rosters():
            yield from self.of_month(item, month)
        for batch in self.county.batches:
            yield from self.of_batch(batch)
            yield from self.of_file(batch)
        for line in self.county.lines():
            yield from self.of_line(line)
        for claim in self.county.claims:
            yield from self.of_claim(claim)
        yield from self.of_people()
        for funds, decision in self._waiting():
            own = funds.waiting[decision][0]
            yield "own funds", CannotDecideFunding, lambda d=decision, o=own: self.deeds.sign(d, o)

    def of_month(self, item: str, month: int) -> Iterator[Attempt]:
        deeds, plan = self.deeds, self.county.regular(item, month)
        if not plan:
            yield "nothing due", CannotDrawBatch, lambda: deeds.draw(item, month, "clerk", None)
        else:
            said = (len(plan) + 1, sum(each[1] for each in plan))
            yield "declared", CannotDrawBatch, lambda: deeds.draw(item, month, "clerk", said)
        if not self.county.arrears(item, month):
            yield "no arrears", CannotDrawBatch, lambda: deeds.arrears(item, month, "clerk")

    def of_batch(self, batch: Batch) -> Iterator[Attempt]:
        deeds, pk, hand = self.deeds, batch.pk, sorted(batch.hands)[-1]
        free = next((name for name in HANDS if name not in batch.hands), hand)
        if batch.state in ("drawn", "checked"):
            yield "approve twice", CannotApproveBatch, lambda: deeds.approve(pk, hand)
            if batch not in self._approvable():
                why = "approve in doubt" if self.county.doubts(batch) else "approve unfunded"
                yield why, CannotApproveBatch, lambda: deeds.approve(pk, free)
            yield "pay unapproved", CannotConfirmBatch, lambda: deeds.confirm(pk, free)
            yield "send unapproved", CannotWriteBankFile, lambda: deeds.write(pk, free)
        else:
            yield "approve late", CannotApproveBatch, lambda: deeds.approve(pk, free)
        if batch.state == "approved":
            yield "pay by hand", CannotConfirmBatch, lambda: deeds.confirm(pk, hand)
            if batch not in self._confirmable():
                why = "pay in doubt" if self.county.doubts(batch) else "pay unanswered"
                yield why, CannotConfirmBatch, lambda: deeds.confirm(pk, free)
            yield "send by hand", CannotWriteBankFile, lambda: deeds.write(pk, hand)
        if batch not in self._voidable():
            yield f"void {batch.state}", CannotVoidBatch, lambda: deeds.void(pk, "clerk")
        if batch not in self._followable():
            yield "nothing back", CannotDrawFollowUp, lambda: deeds.follow(pk, "clerk")

    def of_file(self, batch: Batch) -> Iterator[Attempt]:
        deeds, pk, file = self.deeds, batch.pk, batch.file
        free = next((name for name in HANDS if name not in batch.hands), "payer")
        if file is not None:
            yield "send twice", CannotWriteBankFile, lambda: deeds.write(pk, free)
            if batch not in self._cancellable():
                yield "cancel", CannotCancelBankFile, lambda: deeds.cancel(file, "payer")
        cash = any(line.right.is_cash and line.net > 0 for line in batch.lines)
        if batch in self._writable() and cash:
            yield "no account", CannotWriteBankFile, lambda: deeds.write(pk, free, "")

    def of_line(self, line: Line) -> Iterator[Attempt]:
        deeds, pk = self.deeds, line.pk
        if line.outcome is not None and line not in self._correctable():
            outcome = line.outcome
            act = lambda: deeds.correct(outcome, "same", "town")  # noqa: E731
            yield "correct twice", CannotProposeCorrection, act
        if line.correction is not None:
            fix, own = line.correction, line.proposer
            act = lambda: deeds.decide_correction(fix, True, own)  # noqa: E731
            yield "own correction", CannotDecideCorrection, act
        too_much = line.first.amount - self.county.claimed(line) + 1
        yield "claim too much", CannotRecover, lambda: deeds.claim(pk, too_much, "clerk")
        if line.batch.state != "paid":
            yield "claim unpaid", CannotRecover, lambda: deeds.claim(pk, 1, "clerk")
        elif line.said == "returned" and not (line.again and line.again.is_paid):
            yield "claim returned", CannotRecover, lambda: deeds.claim(pk, 1, "clerk")

    def of_claim(self, claim: Claim) -> Iterator[Attempt]:
        deeds, pk, left = self.deeds, claim.pk, self.county.left(claim)
        if claim.state == "proposed":
            act = lambda: deeds.decide_claim(pk, "repay", None, claim.maker)  # noqa: E731
            yield "own claim", CannotRecover, act
            if not self.county.has_arrived(claim.line):
                act = lambda: deeds.decide_claim(pk, "repay", None, "checker")  # noqa: E731
                yield "decide after it came back", CannotRecover, act
            yield "early", CannotRecover, lambda: deeds.settle_claim(pk, False, 1, "checker")
        else:
            act = lambda: deeds.decide_claim(pk, "repay", None, "checker")  # noqa: E731
            yield "decide twice", CannotRecover, act
            act = lambda: deeds.settle_claim(pk, False, left + 1, "checker")  # noqa: E731
            yield "too much back", CannotRecover, act
            act = lambda: deeds.settle_claim(pk, True, 1, claim.maker)  # noqa: E731
            yield "own waiver", CannotRecover, act

    def of_people(self) -> Iterator[Attempt]:
        deeds, ids = self.deeds, self.county.records
        if self.county.proposal:
            _, kept, merged, own = self.county.proposal
            pair = (ids[kept], ids[merged])
            yield "own merging", CannotMergePeople, lambda: deeds.merge(*pair, own)
            yield (
                "merge twice", CannotMergePeople,
                lambda: deeds.propose_merge(pair[1], pair[0], "clerk"),
            )  # fmt: skip
        for merged, (kept, _) in self.county.merged.items():
            act = lambda m=merged, k=kept: deeds.propose_merge(ids[k], ids[m], "clerk")  # noqa: E731
            yield "merged already", CannotMergePeople, act
        if self.undone is not None:
            act = lambda: deeds.undo_merge(self.undone, "checker")  # noqa: E731
            yield "undo twice", CannotUndoMerge, act
