"""A county in which anything may happen next: every action of payment, and those of registry that
touch it, each held against ``plain.County``.

Rules take what the model says is possible; ``something_refused`` tries what it says is not.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.rooms.payment.always import state_faults, table_faults
from tests.rooms.payment.deeds import Deeds
from tests.rooms.payment.plain import (
    MONTHS,
    Batch,
    Claim,
    County,
    Line,
)
from tests.rooms.payment.refusing import Refusing

PICK = st.integers(0, 60)
PEOPLE = range(5)


def can(*names: str) -> Callable[[Any], Any]:
    """Only when the model knows something that each of these could be done to."""
    return precondition(lambda self: all(self.options(name) for name in names))


class Machine(Refusing, RuleBasedStateMachine):
    """One run: what was done is taken back at its end."""

    deeds: ClassVar[Deeds]
    first: ClassVar[County]
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.undone, self.number = None, 0
        self.point = transaction.atomic()
        self.point.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        """Where every run begins: what the opening has done is done."""
        self.county = copy.deepcopy(self.first)

    # --- registry --------------------------------------------------------------------------

    @can("receive")
    @rule(pick=PICK, who=st.sets(st.sampled_from(PEOPLE), min_size=2), grades=st.integers(0, 31))
    def receive(self, pick: int, who: set[int], grades: int) -> None:
        item, month = self.one("receive", pick)
        self.receive_roster(item, month, spelt(who, grades), None)
        self.took("receive")

    @can("rosters")
    @rule(pick=PICK, who=st.sampled_from(PEOPLE), enrol=st.booleans())
    def correct_roster(self, pick: int, who: int, enrol: bool) -> None:
        item, month = self.one("rosters", pick)
        roster = self.county.rosters[item, month]
        grades = dict(roster.grades)
        if who not in grades:
            grades[who] = "A"
        elif pick % 3 or len(grades) == 1:
            grades[who] = "B" if grades[who] == "A" else "A"
        else:
            del grades[who]
        self.receive_roster(item, month, grades, roster.sheet, enrol=enrol)
        self.took("correct_roster")

    @rule(which=st.integers(0, 5), pick=PICK, place=PICK, month=st.sampled_from(MONTHS))
    def unsettle(self, which: int, pick: int, place: int, month: int) -> None:
        """Something that stops or ends money: held, objected to, suspended, ended, dead, merged."""
        if which == 0:
            self.hold(pick, place)
        elif which == 1 and self.options("posted"):
            self.object(pick)
        elif which == 2 and self.options("living"):
            self.record_death(self.one("living", pick), date(2021, month % 100, 20))
        elif which == 3 and self.options("mergeable"):
            self.propose_merge(pick)
        elif self.options("changeable"):
            self.propose_change(pick, month, ("suspended", "ended")[which % 2], place)

    @rule(which=st.integers(0, 4), pick=PICK, place=st.integers(0, 3))
    def settle(self, which: int, pick: int, place: int) -> None:
        """Something that was stopped is decided: released, dismissed, approved, merged, undone."""
        acts = (
            ("held", self.release),
            ("objections", lambda n: self.settle_objection(n, place > 0)),
            ("proposal", self.merge),
            ("merged", self.undo_merge),
            ("changes", lambda n: self.settle_change(self.one("changes", n), place > 0)),
        )
        name, act = acts[which]
        if self.options(name):
            act(pick)

    # --- batches ---------------------------------------------------------------------------

    @precondition(lambda self: self.options("unfinished"))
    @rule(pick=PICK, who=PICK, said=st.lists(st.integers(0, 3), min_size=5, max_size=5))
    def carry_on(self, pick: int, who: int, said: list[int]) -> None:
        """The next step of some batch on its way to the people."""
        batch: Batch = self.one("unfinished", pick)
        if batch in self.options("approvable"):
            self.approve_once(batch, who)
        elif batch in self.options("writable"):
            self.write_file_of(batch, who)
        elif batch.file is not None and not batch.answers:
            self.read_answer(batch, [n // 3 for n in said])
        elif batch in self.options("confirmable"):
            self.confirm_it(batch, who)

    @can("drawable")
    @rule(pick=PICK, declared=st.booleans())
    def draw(self, pick: int, declared: bool) -> None:
        item, month = self.one("drawable", pick)
        plan = self.county.regular(item, month)
        said = (len(plan), sum(each[1] for each in plan)) if declared else None
        who = ("clerk", "clerk-2")[pick % 2]
        self.adopt(self.deeds.draw(item, month, who, said), "regular", who)
        self.took("draw")

    @can("owing")
    @rule(pick=PICK)
    def draw_arrears(self, pick: int) -> None:
        item, month = self.one("owing", pick)
        self.adopt(self.deeds.arrears(item, month, "clerk"), "arrears", "clerk")
        self.took("draw_arrears")

    @can("approvable")
    @rule(pick=PICK, who=PICK)
    def approve(self, pick: int, who: int) -> None:
        self.approve_once(self.one("approvable", pick), who)

    @can("approvable")
    @rule(pick=PICK, who=PICK)
    def approve_wholly(self, pick: int, who: int) -> None:
        """Every approval a batch still needs, one hand after the other."""
        batch: Batch = self.one("approvable", pick)
        while batch in self.options("approvable"):
            self.approve_once(batch, who)

    @can("confirmable")
    @rule(pick=PICK, who=PICK)
    def confirm(self, pick: int, who: int) -> None:
        self.confirm_it(self.one("confirmable", pick), who)

    @can("voidable")
    @rule(pick=PICK)
    def void(self, pick: int) -> None:
        batch: Batch = self.one("voidable", pick)
        self.deeds.void(batch.pk, "clerk")
        batch.state = "voided"
        for line in batch.lines:
            line.voided = True
            if line.nature == "repaid" and line.basis is not None:
                line.basis.again = None
        freed = {line.recovery for line in batch.lines}
        self.lapse([claim for claim in self.county.claims if claim.pk in freed])
        self.took("void")

    # --- the bank --------------------------------------------------------------------------

    @can("writable")
    @rule(pick=PICK, who=PICK)
    def write_file(self, pick: int, who: int) -> None:
        self.write_file_of(self.one("writable", pick), who)

    @can("files")
    @rule(pick=PICK)
    def hand_over(self, pick: int) -> None:
        self.deeds.hand_over(self.one("files", pick).file, "payer")
        self.took("hand_over")

    @can("cancellable")
    @rule(pick=PICK)
    def cancel_file(self, pick: int) -> None:
        batch: Batch = self.one("cancellable", pick)
        self.deeds.cancel(batch.file, "payer")
        batch.file = None
        for line in batch.lines:
            line.sent = False
        self.took("cancel_file")

    @can("files")
    @rule(pick=PICK, said=st.lists(st.integers(0, 11), min_size=5, max_size=5))
    def read_return(self, pick: int, said: list[int]) -> None:
        """An answer: partial, late, twice, to the wrong person, contradicting itself."""
        self.read_answer(self.one("files", pick), said)

    @can("files")
    @rule(pick=PICK, said=st.lists(st.integers(0, 3), min_size=5, max_size=5))
    def read_plain_return(self, pick: int, said: list[int]) -> None:
        """An answer that tells of every line whether it arrived."""
        self.read_answer(self.one("files", pick), [n // 2 for n in said])

    @can("answered")
    @rule(pick=PICK)
    def read_again(self, pick: int) -> None:
        batch: Batch = self.one("answered", pick)
        outcome, _ = self.deeds.read(batch.file, [], batch.answers[pick % len(batch.answers)])
        assert outcome == "repeated"
        self.took("read_again")

    @can("correctable")
    @rule(pick=PICK, kind=st.sampled_from(("account", "holder", "same")))
    def correct_payee(self, pick: int, kind: str) -> None:
        line: Line = self.one("correctable", pick)
        line.proposer = ("town", "clerk")[pick % 2]
        line.correction = self.deeds.correct(line.outcome, kind, line.proposer)
        self.took("correct_payee")

    @can("corrections")
    @rule(pick=PICK, agrees=st.integers(0, 3))
    def decide_correction(self, pick: int, agrees: int) -> None:
        line: Line = self.one("corrections", pick)
        self.deeds.decide_correction(line.correction, bool(agrees), "checker")
        line.accepted, line.correction = bool(agrees), None
        self.took("decide_correction")

    @can("followable")
    @rule(pick=PICK)
    def follow_up(self, pick: int) -> None:
        batch: Batch = self.one("followable", pick)
        self.adopt(self.deeds.follow(batch.pk, "clerk"), "repaid", "clerk", first=batch)
        self.took("follow_up")

    # --- what has to come back -------------------------------------------------------------

    @can("claimable")
    @rule(pick=PICK, part=st.integers(1, 4))
    def propose_recovery(self, pick: int, part: int) -> None:
        line: Line = self.one("claimable", pick)
        open_amount = line.first.amount - self.county.claimed(line)
        amount = max(1, open_amount * part // 4)
        made = self.deeds.claim(line.pk, amount, "clerk")
        self.county.claims.append(Claim(made, line.first, amount, "clerk"))
        self.took("propose_recovery")

    @can("undecided")
    @rule(pick=PICK, how=st.sampled_from(("repay", "set_off", "set_off", "")))
    def decide_recovery(self, pick: int, how: str) -> None:
        claim: Claim = self.one("undecided", pick)
        if claim not in self.options("decidable"):
            how = ""
        claim.monthly = 20_000 if how == "set_off" and pick % 2 else None
        self.deeds.decide_claim(claim.pk, how, claim.monthly, "checker")
        claim.method, claim.state = how, "decided" if how else "refused"
        self.took("decide_recovery")

    @can("open_claims")
    @rule(pick=PICK, part=st.integers(1, 3))
    def repay(self, pick: int, part: int) -> None:
        self.settle_claim(self.one("open_claims", pick), part, waived=False)

    @can("open_claims")
    @rule(pick=PICK, part=st.integers(1, 3))
    def waive(self, pick: int, part: int) -> None:
        self.settle_claim(self.one("open_claims", pick), part, waived=True)

    # --- funds -----------------------------------------------------------------------------

    @can("poor")
    @rule(pick=PICK, kind=st.sampled_from(("budget", "arrival")))
    def give(self, pick: int, kind: str) -> None:
        item = self.one("poor", pick)
        funds = self.county.funds[item]
        self.deeds.give(item, 100_000, kind)
        if kind == "budget":
            funds.budget += 100_000
        else:
            funds.arrived += 100_000
        self.took("give")

    @can("poor")
    @rule(pick=PICK)
    def register_decision(self, pick: int) -> None:
        item = self.one("poor", pick)
        self.number += 1
        made = self.deeds.decision(item, self.number, 50_000 + 50_000 * (pick % 3), "clerk")
        amount = 50_000 + 50_000 * (pick % 3)
        self.county.funds[item].waiting[made] = ("clerk", amount)
        self.took("register_decision")

    @can("waiting")
    @rule(pick=PICK)
    def sign_decision(self, pick: int) -> None:
        funds, decision = self.one("waiting", pick)
        _, amount = funds.waiting.pop(decision)
        self.deeds.sign(decision, "checker")
        funds.decided += amount
        self.took("sign_decision")

    # --- what must not be ------------------------------------------------------------------

    @rule(pick=PICK, which=st.integers(0, 40))
    def something_refused(self, pick: int, which: int) -> None:
        self.try_refused(pick, which)

    @invariant()
    def tables_hold(self) -> None:
        assert table_faults() == []

    @invariant()
    def model_and_tables_agree(self) -> None:
        if getattr(self, "county", None) is not None:
            assert state_faults(self.county) == []


def spelt(who: set[int], grades: int) -> dict[int, str]:
    return {n: "AB"[grades >> n & 1] for n in sorted(who)}
