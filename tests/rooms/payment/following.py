"""How the machine's model follows what was done, and what of it is possible next."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, ClassVar

from tests.rooms.payment.banking import says
from tests.rooms.payment.deeds import ACCOUNTS, HANDS, WHY, Deeds
from tests.rooms.payment.plain import (
    DIBAO,
    MONTHS,
    TEKUN,
    Batch,
    Claim,
    County,
    Funds,
    Line,
    Right,
    Roster,
    after,
    approvals,
)

from mingbai.payment.models import BankLine, BankOutcome, PaymentBatch, PaymentLine
from mingbai.registry.models import Enrolment, EnrolmentChange, Person


class Following:
    """The county as the model knows it, and the county itself, side by side."""

    deeds: ClassVar[Deeds]
    done: ClassVar[Counter[str]]
    county: County
    undone: int | None

    # --- running ---------------------------------------------------------------------------

    def took(self, name: str) -> None:
        self.done[name] += 1

    def options(self, name: str) -> list[Any]:
        if getattr(self, "county", None) is None:
            return []
        return list(getattr(self, f"_{name}")())

    def one(self, name: str, pick: int) -> Any:
        found = self.options(name)
        return found[pick % len(found)]

    # --- what is possible ------------------------------------------------------------------

    def _receive(self) -> list[tuple[str, int]]:
        places = [(item, month) for item in (DIBAO, TEKUN) for month in MONTHS]
        return [each for each in places if each not in self.county.rosters]

    def _rosters(self) -> list[tuple[str, int]]:
        return sorted(self.county.rosters)

    def _held(self) -> list[tuple[Roster, int]]:
        return [(r, who) for _, r in sorted(self.county.rosters.items()) for who in sorted(r.held)]

    def _changeable(self) -> list[Right]:
        rights = self.county.rights
        return [r for r in rights if r.open_change is None and r.last is None]

    def _changes(self) -> list[int]:
        return sorted(self.county.changes)

    def _living(self) -> list[int]:
        return [who for who in sorted(self.county.records) if who not in self.county.dead]

    def _mergeable(self) -> list[tuple[int, int]]:
        county = self.county
        roots = [who for who in sorted(county.records) if who not in county.merged]
        pairs = [(a, b) for a in roots for b in roots if a != b]
        return [] if county.proposal else pairs

    def _proposal(self) -> list[Any]:
        return [self.county.proposal] if self.county.proposal else []

    def _merged(self) -> list[int]:
        return sorted(self.county.merged)

    def _posted(self) -> list[tuple[Right, int]]:
        rows = self.posted_rows
        return [(r, rows[r.pk]) for r in self.county.rights if r.pk in rows and not r.objections]

    @property
    def posted_rows(self) -> dict[int, int]:
        if getattr(self, "_row_of", None) is None:
            self._row_of = self.deeds.rows_posted()
        return self._row_of

    def _objections(self) -> list[int]:
        return sorted(self.county.objections)

    def _drawable(self) -> list[tuple[str, int]]:
        return [each for each in self._rosters() if self.county.regular(*each)]

    def _owing(self) -> list[tuple[str, int]]:
        return [each for each in self._rosters() if self.county.arrears(*each)]

    def _approvable(self) -> list[Batch]:
        return [
            b for b in self.county.batches
            if b.state in ("drawn", "checked") and not self.county.doubts(b)
            and (b.checked + 1 < b.need or self.county.has_funds(b))
        ]  # fmt: skip

    def _confirmable(self) -> list[Batch]:
        return [
            b for b in self.county.batches
            if b.state == "approved" and not self.county.doubts(b)
            and (b.file is None or b.answers)
        ]  # fmt: skip

    def _voidable(self) -> list[Batch]:
        return [
            b for b in self.county.batches
            if b.state in ("drawn", "checked", "approved") and b.file is None
        ]  # fmt: skip

    def _unfinished(self) -> list[Batch]:
        return [
            *self._approvable(), *self._writable(), *self._cancellable(), *self._confirmable()
        ]  # fmt: skip

    def _writable(self) -> list[Batch]:
        return [
            b for b in self.county.batches
            if b.state == "approved" and b.file is None
            and any(line.net > 0 and not line.right.is_cash for line in b.lines)
        ]  # fmt: skip

    def _files(self) -> list[Batch]:
        return [b for b in self.county.batches if b.file is not None]

    def _cancellable(self) -> list[Batch]:
        return [b for b in self._files() if not b.answers and b.state == "approved"]

    def _answered(self) -> list[Batch]:
        return [b for b in self._files() if b.answers]

    def _correctable(self) -> list[Line]:
        return [
            line for line in self.county.lines()
            if line.outcome is not None and line.correction is None and not line.accepted
        ]  # fmt: skip

    def _corrections(self) -> list[Line]:
        return [line for line in self.county.lines() if line.correction is not None]

    def _followable(self) -> list[Batch]:
        return [b for b in self.county.batches if self.returned_of(b)]

    def returned_of(self, batch: Batch) -> list[Line]:
        return [line for line in batch.lines if line.accepted and line.again is None]

    def _claimable(self) -> list[Line]:
        return [
            line for line in self.county.lines()
            if line.batch.state == "paid" and self.county.claimed(line) < line.first.amount
            and line.is_paid
        ]  # fmt: skip

    def _undecided(self) -> list[Claim]:
        return [claim for claim in self.county.claims if claim.state == "proposed"]

    def _decidable(self) -> list[Claim]:
        return [claim for claim in self._undecided() if self.county.has_arrived(claim.line)]

    def _open_claims(self) -> list[Claim]:
        claims = [claim for claim in self.county.claims if claim.state == "decided"]
        return [claim for claim in claims if self.county.left(claim) > 0]

    def _poor(self) -> list[str]:
        """Sub-items of which some batch waits for money and no decision is on its way."""
        batches = [b for b in self.county.batches if b.state in ("drawn", "checked")]
        short = {b.item for b in batches if not self.county.has_funds(b)}
        return sorted(item for item in short if not self.county.funds[item].waiting)

    def _waiting(self) -> list[tuple[Funds, int]]:
        every = self.county.funds.values()
        return [(funds, pk) for funds in every for pk in sorted(funds.waiting)]

    # --- following registry ----------------------------------------------------------------

    def receive_roster(
        self, item: str, month: int, grades: dict[int, str], follows: int | None,
        enrol: bool = True,
    ) -> None:  # fmt: skip
        sheet = self.deeds.hand_in(item, month, grades, follows)
        roster = self.county.rosters[item, month] = Roster(sheet, grades)
        if enrol:
            self.deeds.enrol(sheet)
            self.enrolled(roster)

    def enrolled(self, roster: Roster) -> None:
        """Everybody on the roster who is not held has a record and a right; nobody has two."""
        ((item, month),) = [k for k, v in self.county.rosters.items() if v is roster]
        county = self.county
        known = {pk: who for who, pk in county.records.items()}
        for pk, key in Person.objects.unscoped(WHY).values_list("pk", "phone_key"):
            if pk not in known:
                known[pk] = self.phones[bytes(key)]
                county.records[known[pk]] = pk
        assert set(county.records) >= set(roster.grades) - set(roster.held)
        wanted = set()
        for who in roster.grades:
            right = county.standing(county.root(who), item)
            if who not in roster.held and (right is None or (right.last or month) < month):
                wanted.add(county.root(who))
        mine = {right.pk for right in county.rights}
        rows = Enrolment.objects.unscoped(WHY).order_by("id")
        fresh = [e for e in rows if e.pk not in mine]
        assert {known[e.person_id] for e in fresh} == wanted, "who was enrolled"
        for each in fresh:
            assert (each.sub_item, each.since_period) == (item, month)
            cash = each.account_key is None
            county.rights.append(Right(each.pk, known[each.person_id], item, month, cash))

    @property
    def phones(self) -> dict[bytes, int]:
        from mingbai.base.secrets import blind

        if not hasattr(type(self), "_phones"):
            type(self)._phones = {blind("phone", f"138{n:08d}"): n for n in range(5)}
        return type(self)._phones

    def settle_change(self, change: int, agrees: bool) -> None:
        right, step, month, last, back, who = self.county.changes.pop(change)
        other = "checker" if who != "checker" else "clerk"
        fits = right.takes(step, month)
        done = self.deeds.decide(change, agrees, other)
        assert done == (fits or not agrees), "what was decided"
        if not done:
            assert self.deeds.decide(change, False, other)
        right.open_change = None
        if done and agrees:
            right.take(step, month, last, back)
        self.took("decide_change")

    def record_death(self, person: int, day: date) -> None:
        county = self.county
        month = day.year * 100 + day.month
        mine = {who for who in county.records if county.root(who) == county.root(person)}
        self.deeds.die(county.records[person], day)
        county.dead.add(person)
        self.took("die")
        open_changes = EnrolmentChange.objects.unscoped(WHY).filter(verdict__isnull=True)
        found = dict(open_changes.values_list("enrolment_id", "pk"))
        for right in county.rights:
            ends = right.record in mine and right.last is None and right.since <= month
            if ends and right.open_change is None:
                right.open_change = found[right.pk]
                rest = ("ended", after(month), None, False, "clerk")
                county.changes[right.open_change] = (right, *rest)
        assert set(found.values()) == set(county.changes)

    def hold(self, pick: int, place: int) -> None:
        roster = self.county.rosters[self.one("rosters", pick)]
        person = list(roster.grades)[place % len(roster.grades)]
        if person not in roster.held:
            roster.held[person] = self.deeds.hold(roster.sheet, roster.line(person))
            self.took("hold")

    def release(self, pick: int) -> None:
        roster, person = self.one("held", pick)
        self.deeds.release(roster.held.pop(person))
        self.enrolled(roster)
        self.took("release")

    def propose_change(self, pick: int, month: int, step: str, place: int) -> None:
        right: Right = self.one("changeable", pick)
        if step == "suspended" and right.stop is not None and not right.takes(step, month):
            step = "restored"
        last = month if step == "suspended" and place % 2 else None
        back = step == "restored" and place % 2 == 1
        who = ("clerk", "clerk-2")[pick % 2]
        made = self.deeds.propose(right.pk, step, month, last, back, who)
        if made is None:
            assert not right.takes(step, month)
            return
        right.open_change = made
        self.county.changes[made] = (right, step, month, last, back, who)
        self.took("propose_change")

    def propose_merge(self, pick: int) -> None:
        kept, merged = self.one("mergeable", pick)
        ids = self.county.records
        made = self.deeds.propose_merge(ids[kept], ids[merged], "clerk")
        self.county.proposal = (made, kept, merged, "clerk")
        self.took("propose_merge")

    def merge(self, _: int) -> None:
        assert self.county.proposal is not None
        _, kept, merged, _ = self.county.proposal
        made = self.deeds.merge(self.county.records[kept], self.county.records[merged], "checker")
        self.county.merged[merged] = (kept, made)
        self.county.proposal = None
        self.took("merge")

    def undo_merge(self, pick: int) -> None:
        self.undone = self.county.merged.pop(self.one("merged", pick))[1]
        self.deeds.undo_merge(self.undone, "checker")
        self.took("undo_merge")

    def object(self, pick: int) -> None:
        right, row = self.one("posted", pick)
        made = self.deeds.object(row)
        right.objections.add(made)
        self.county.objections[made] = right
        self.took("object")

    def settle_objection(self, pick: int, dismissed: bool) -> None:
        objection = self.one("objections", pick)
        right = self.county.objections.pop(objection)
        self.deeds.settle_objection(objection, "dismissed" if dismissed else "upheld")
        if dismissed:
            right.objections.discard(objection)
        self.took("settle_objection")

    # --- following money -------------------------------------------------------------------

    def free_hand(self, batch: Batch, who: int) -> str:
        """Somebody who has no hand on the batch yet."""
        free = [name for name in HANDS if name not in batch.hands]
        return free[who % len(free)]

    def adopt(self, made: PaymentBatch, kind: str, who: str, first: Batch | None = None) -> None:
        """Hold a batch just drawn against what the model says it must hold."""
        county = self.county
        known = {pk: name for name, pk in county.records.items()}
        mine = {line.pk: line for line in county.lines()}
        rights = {right.pk: right for right in county.rights}
        rows = PaymentLine.objects.unscoped(WHY).filter(batch=made).order_by("id")
        batch = Batch(made.pk, kind, made.sub_item, made.period, who, made.approvals_needed, {who})
        batch.lines = [
            Line(
                each.pk, known[each.person_id], each.sub_item, each.period, each.amount,
                each.set_off, each.recovery_id, each.nature, mine.get(each.basis_line_id), batch,
                rights[each.enrolment_id],
            )
            for each in rows
        ]  # fmt: skip
        assert made.kind == kind
        assert self.written(batch) == self.wanted(batch, first)
        assert batch.need == approvals(sum(line.amount for line in batch.lines))
        county.batches.append(batch)
        for line in batch.lines:
            if line.nature == "repaid" and line.basis is not None:
                line.basis.again = line

    def written(self, batch: Batch) -> list[Any]:
        if batch.kind == "regular":
            return sorted((x.person, x.amount, x.set_off, x.recovery) for x in batch.lines)
        if batch.kind == "arrears":
            rows = [(x.person, x.month, x.amount, x.basis) for x in batch.lines]
            return sorted(rows, key=lambda row: row[:3])
        return sorted((x.basis.pk, x.amount) for x in batch.lines if x.basis)

    def wanted(self, batch: Batch, first: Batch | None) -> list[Any]:
        if batch.kind == "regular":
            return self.county.regular(batch.item, batch.month)
        if batch.kind == "arrears":
            return self.county.arrears(batch.item, batch.month)
        assert first is not None
        return sorted((line.pk, line.net) for line in self.returned_of(first))

    def approve_once(self, batch: Batch, who: int) -> None:
        name = self.free_hand(batch, who)
        step = self.deeds.approve(batch.pk, name)
        batch.hands.add(name)
        batch.checked += 1
        batch.state = "approved" if batch.checked == batch.need else "checked"
        assert step == batch.state
        self.took(f"approve_{batch.need}" if step == "approved" else "check")

    def confirm_it(self, batch: Batch, who: int) -> None:
        name = self.free_hand(batch, who)
        self.deeds.confirm(batch.pk, name)
        batch.state, batch.payer = "paid", name
        batch.hands.add(name)
        for line in batch.lines:
            if batch.file is not None and line.right.is_cash and line.net > 0:
                line.said = "paid"
        self.took("confirm")

    def write_file_of(self, batch: Batch, who: int) -> None:
        batch.file = self.deeds.write(batch.pk, self.free_hand(batch, who)).pk
        batch.answers = []
        for line in batch.lines:
            line.sent = line.net > 0 and not line.right.is_cash
        self.took("write_file")

    def settle_claim(self, claim: Claim, part: int, *, waived: bool) -> None:
        amount = max(1, self.county.left(claim) * part // 3)
        self.deeds.settle_claim(claim.pk, waived, amount, "checker")
        if waived:
            claim.waived += amount
        else:
            claim.repaid += amount
        self.took("waive" if waived else "repay")

    def lapse(self, claims: list[Claim]) -> None:
        if self.county.lapse(claims):
            self.took("lapse")

    def read_answer(self, batch: Batch, said: list[int]) -> None:
        """Let the bank answer each line in one of twelve ways, and believe what is sound."""
        rows, heard = [], {}
        sent = self.sent_lines(batch)
        for place, (line, stated) in enumerate(sent.items()):
            way = said[place % len(said)]
            told = tell(way, stated, [each for each in sent.values() if each is not stated])
            rows += told
            heard[line] = {row[3] for row in told if way in (0, 1, 2, 3)}
        outcome, content = self.deeds.read(batch.file, rows, None)
        if content in batch.answers:
            assert outcome == "repeated"
            return
        assert outcome == "read"
        batch.answers.append(content)
        for line, results in heard.items():
            fresh = {r for r in results if self.is_news(line, r)}
            if len(fresh) == 1:
                bounced = line.said == "paid" and fresh == {"9999"}
                line.said = "paid" if fresh == {"0000"} else "returned"
                if bounced:
                    self.lapse([c for c in self.county.claims if c.line is line.first])
        self.note_outcomes(batch)
        self.took("read_return")

    @staticmethod
    def is_news(line: Line, result: str) -> bool:
        if result == "0000":
            return line.said == ""
        return result == "9999" and line.said != "returned"

    def sent_lines(self, batch: Batch) -> dict[Line, tuple[str, str, int]]:
        """Line -> (reference, account, 分) as they stand in the file."""
        by_pk = {line.pk: line for line in batch.lines}
        rows = BankLine.objects.unscoped(WHY).filter(
            bank_file_id=batch.file, channel="bank"
        ).select_related("bank_file")  # fmt: skip
        return {
            by_pk[each.line_id]: (
                f"{each.bank_file.reference}{each.number:07d}",
                self.account(each), each.amount,
            )
            for each in rows
        }  # fmt: skip

    def account(self, line: BankLine) -> str:
        """The account a line was sent to, by its index: the clear one stands in the file alone."""
        if not hasattr(type(self), "_accounts"):
            from mingbai.base.secrets import blind

            every = [*ACCOUNTS.values(), "6217000088888888"]
            type(self)._accounts = {blind("account", each): each for each in every}
        return type(self)._accounts[bytes(line.account_key)]

    def note_outcomes(self, batch: Batch) -> None:
        rows = BankOutcome.objects.unscoped(WHY).filter(
            bank_line__bank_file_id=batch.file, outcome="returned"
        )
        found = dict(rows.values_list("bank_line__line_id", "pk"))
        for line in batch.lines:
            line.outcome = found.get(line.pk, line.outcome)


def tell(way: int, stated: tuple[str, str, int], others: list[tuple[str, str, int]]) -> list[Any]:
    """What the bank writes of one line: 0 paid, 1 returned, 2 both at once, 3 paid twice, 4 waits,
    5 wrong 分, 6 wrong account, 7 unknown, 8 somebody else's account, the rest nothing."""
    other = others[0][1] if others else "62179999"
    changed = {5: {"amount": stated[2] + 1}, 6: {"account": "62179999"},
               7: {"reference": "9" * 23}, 8: {"account": other}}  # fmt: skip
    if way in changed:
        return [says(stated, **changed[way])]
    words = {0: ["paid"], 1: ["returned"], 2: ["paid", "returned"], 3: ["paid", "paid"],
             4: ["pending"]}  # fmt: skip
    return [says(stated, word) for word in words.get(way, [])]
