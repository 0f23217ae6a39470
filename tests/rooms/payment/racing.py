"""What two racers do to one month, and what must be true of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum
from tests.rooms.payment.arena import AT
from tests.rooms.payment.banking import FIXED, START, answer_fixed, lines_of, says
from tests.rooms.payment.race import DAY, PEOPLE, POOR
from tests.rooms.registry.rosters import hand_in, row

from mingbai.base.ledger import record_act, verify_ledger
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotDrawBatch,
    CannotRecover,
    CannotVoidBatch,
    approve_batch,
    confirm_batch,
    draw_batch,
    propose_recovery,
    void_batch,
)
from mingbai.payment.actions.bank import CannotWriteBankFile, write_bank_file
from mingbai.payment.actions.follow_up import (
    CannotDrawFollowUp,
    decide_correction,
    draw_follow_up,
    propose_correction,
)
from mingbai.payment.actions.returns import CannotReadBankReturn, read_bank_return
from mingbai.payment.models import (
    BankFile,
    BankOutcome,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    Recovery,
    Transfer,
)
from mingbai.payment.queries.accounts import balances
from mingbai.payment.queries.bank import file_position
from mingbai.registry.actions import enrol_sheets, settle_finding
from mingbai.registry.models import Finding, FindingEvidence

#: What somebody who came second is told; the last is how a database refuses without guards.
REFUSALS = (
    CannotApproveBatch, CannotConfirmBatch, CannotDrawBatch, CannotDrawFollowUp,
    CannotReadBankReturn, CannotRecover, CannotVoidBatch, CannotWriteBankFile, DatabaseError,
)  # fmt: skip
WHY = "the race looks at everything"
FEN = 50_000


def without_order() -> None:
    """The control arm: every statement for itself, and the ledger takes entries as they come."""
    from tests.faults.worker import take_transactions_away

    take_transactions_away()
    save = Act.save

    def anyhow(act: Act, **more: Any) -> None:
        while True:
            try:
                return save(act, **more)
            except IntegrityError:
                act.seq += 1

    Act.save = anyhow  # type: ignore[method-assign]


def user(name: str) -> User:
    return User.objects.unscoped(WHY).select_related("office").get(username=name)


class Tree:
    """The people of the county as ``hand_in`` wants them."""

    def __init__(self) -> None:
        self.clerk, self.checker, self.payer = user("t-clerk"), user("t-checker"), user("t-payer")
        self.office_a = user("t-user-a").office
        self.user_a = user("t-user-a")


class Runner:
    """One of the two: what each race has them do. They are different people of one role."""

    def __init__(self, number: int, book: Any) -> None:
        end = "-2" if number else ""
        self.number, self.book = number, book
        self.clerk, self.checker, self.payer = (
            user(f"t-{role}{end}") for role in ("clerk", "checker", "payer")
        )

    def ready(self, kind: str, subject: dict[str, Any]) -> Callable[[], object]:
        """Fetch what the race is about; what is returned is the act itself."""
        return getattr(self, kind)(**subject)

    def draw(self, item: str, period: int) -> Callable[[], object]:
        given = {"book": self.book, "by": self.clerk, "at": AT}
        return lambda: draw_batch(sub_item=item, period=period, **given)

    def approve(self, batch: int) -> Callable[[], object]:
        found = batch_of(batch)
        return lambda: approve_batch(batch=found, book=self.book, by=self.checker, at=AT)

    def void(self, batch: int) -> Callable[[], object]:
        """One approves while the other takes the batch back to draw it anew."""
        found = batch_of(batch)
        if self.number == 0:
            return lambda: approve_batch(batch=found, book=self.book, by=self.checker, at=AT)
        return lambda: void_batch(batch=found, reason="竞争", by=self.clerk, at=AT)

    def ground(self, batch: int, line: int) -> Callable[[], object]:
        """One approves while a comparison holds one of the lines back."""
        found = batch_of(batch)
        if self.number == 0:
            return lambda: approve_batch(batch=found, book=self.book, by=self.checker, at=AT)
        held = PaymentLine.objects.unscoped(WHY).get(pk=line)
        return lambda: hold(held, self.clerk)

    def funds(self, batches: list[int]) -> Callable[[], object]:
        """Each approves another batch; the money is enough for one of them."""
        return self.approve(batches[self.number])

    def file(self, batch: int) -> Callable[[], object]:
        found = batch_of(batch)
        given = {"layout": FIXED, "pay_date": START, "book": self.book, "by": self.payer, "at": AT}
        return lambda: write_bank_file(batch=found, **given)

    def read(self, file: int, content: bytes) -> Callable[[], object]:
        found = BankFile.objects.unscoped(WHY).select_related("batch").get(pk=file)
        given = {"content": content, "layout": FIXED, "by": self.payer, "at": AT}
        return lambda: read_bank_return(file=found, **given).outcome == "read"

    def confirm(self, batch: int) -> Callable[[], object]:
        found = batch_of(batch)
        return lambda: confirm_batch(batch=found, paid_date=DAY, by=self.payer, at=AT)

    def close(self, batch: int) -> Callable[[], object]:
        """One pays while the other voids."""
        found = batch_of(batch)
        if self.number == 0:
            return lambda: confirm_batch(batch=found, paid_date=DAY, by=self.payer, at=AT)
        return lambda: void_batch(batch=found, reason="竞争", by=self.clerk, at=AT)

    def follow(self, batch: int) -> Callable[[], object]:
        found = batch_of(batch)
        return lambda: draw_follow_up(batch=found, book=self.book, by=self.clerk, at=AT)

    def claim(self, line: int) -> Callable[[], object]:
        found = PaymentLine.objects.unscoped(WHY).select_related("batch").get(pk=line)
        given = {"amount": FEN, "cause": Recovery.Cause.OTHER, "basis": "核查", "at": AT}
        return lambda: propose_recovery(line=found, by=self.clerk, **given)


def batch_of(pk: int) -> PaymentBatch:
    return PaymentBatch.objects.unscoped(WHY).select_related("drawn_by").get(pk=pk)


def hold(line: PaymentLine, by: User) -> Finding:
    """What a comparison writes when it holds one row back."""
    with transaction.atomic():
        act = record_act("compare_sheets", by=by, at=AT)
        finding = Finding.objects.create(
            year=2021, cause_digest=f"{line.pk}", code="death", rule="deaths", act=act,
            sub_item=line.sub_item, town=line.town, severity=3, effect="hold", stake_amount=0,
            rulebook_digest="d" * 64,
        )  # fmt: skip
        FindingEvidence.objects.create(
            finding=finding, is_subject=True, origin_file_id=line.origin_file_id,
            origin_sheet=line.origin_sheet, origin_line=line.origin_line, act=act,
        )  # fmt: skip
        return finding


def poor_months(book: Any) -> list[tuple[str, int]]:
    """Two months of a sub-item that has money for one."""
    tree = Tree()
    people = [row(n) for n in range(PEOPLE)]
    sheets = [hand_in(tree, AT, people, month=month, sub_item=POOR) for month in (1, 2)]
    enrol_sheets(sheets=sheets, book=book, by=tree.clerk, at=AT)
    return [(POOR, 202101), (POOR, 202102)]


class Slot:
    """One month of one sub-item, raced through its whole life."""

    def __init__(self, track: Any, book: Any, item: str, period: int) -> None:
        self.track, self.book, self.item, self.period = track, book, item, period
        self.tree = Tree()
        people = [row(n) for n in range(PEOPLE)]
        sheet = hand_in(self.tree, AT, people, month=period % 100, sub_item=item)
        enrol_sheets(sheets=[sheet], book=book, by=self.tree.clerk, at=AT)

    def live(self, poor: list[tuple[str, int]]) -> None:
        """Thirteen races, each on what the one before left."""
        batch = self.drawn()
        self.void(batch)
        batch = self.drawn()
        self.ground(batch)
        batch = self.draw()
        self.race("approve", batch=batch.pk)
        self.expect("approve", steps(batch) == ["drawn", "approved"])
        self.expect("approve", moved(batch) == {"approved": PEOPLE * FEN})
        file = self.file(batch)
        self.read(file)
        self.race("confirm", batch=batch.pk)
        self.expect("confirm", steps(batch) == ["drawn", "approved", "paid"])
        self.claim(batch)
        self.follow(batch)
        self.funds(poor)

    def live_unguarded(self) -> None:
        """The races of the control arm, each on sound ground that the last one did not touch."""
        self.race("draw", item=self.item, period=self.period)
        lines = PaymentLine.objects.unscoped(WHY).filter(sub_item=self.item, period=self.period)
        lines.update(voided=True)
        batch = self.draw()
        self.race("approve", batch=batch.pk)
        if steps(batch)[-1] == "drawn":
            approve_batch(batch=batch, by=user("t-checker"), at=AT)
        self.race("confirm", batch=batch.pk)
        lines.update(voided=True)
        batch = self.draw()
        approve_batch(batch=batch, by=user("t-checker"), at=AT)
        self.race("file", batch=batch.pk)

    def race(self, kind: str, *, at_most: int = 1, **subject: Any) -> list[bool]:
        return self.track.race(kind, subject, at_most)

    def expect(self, kind: str, holds: bool) -> None:
        if not holds:
            self.track.problems.append(f"{kind}: {self.item} {self.period} is not as it should be")

    def drawn(self) -> PaymentBatch:
        """A batch that two wanted to draw at once."""
        self.race("draw", item=self.item, period=self.period)
        live = PaymentLine.objects.unscoped(WHY).filter(sub_item=self.item, period=self.period)
        live = live.filter(voided=False)
        people = set(live.values_list("person_id", flat=True))
        self.expect("draw", live.count() == len(people) == PEOPLE)
        return batch_of(live.order_by("-id")[0].batch_id)

    def draw(self) -> PaymentBatch:
        given = {"book": self.book, "by": self.tree.clerk, "at": AT}
        return draw_batch(sub_item=self.item, period=self.period, **given)

    def take_back(self, batch: PaymentBatch) -> None:
        if steps(batch)[-1] != "voided":
            void_batch(batch=batch, reason="重来", by=self.tree.clerk, at=AT)

    def void(self, batch: PaymentBatch) -> None:
        approved, voided = self.race("void", batch=batch.pk, at_most=2)
        middle = ["approved"] if approved else []
        self.expect("void", steps(batch) == ["drawn", *middle, *(["voided"] if voided else [])])
        money = {"approved": PEOPLE * FEN} if approved else {}
        money |= {"voided": PEOPLE * FEN} if approved and voided else {}
        self.expect("void", moved(batch) == money)
        self.take_back(batch)

    def ground(self, batch: PaymentBatch) -> None:
        """An approval never comes after the hold it should have seen."""
        line = PaymentLine.objects.unscoped(WHY).filter(batch=batch).order_by("id")[0]
        approved, _ = self.race("ground", batch=batch.pk, line=line.pk, at_most=2)
        finding = Finding.objects.unscoped(WHY).order_by("-id")[0]
        if approved:
            step = BatchStep.objects.unscoped(WHY).get(batch=batch, step="approved")
            self.expect("ground", step.act_id < finding.act_id)
        self.take_back(batch)
        settle_finding(
            finding=finding, decision="dismissed", reason="list_wrong", seen_number=0,
            by=self.tree.clerk, at=AT,
        )  # fmt: skip

    def file(self, batch: PaymentBatch) -> BankFile:
        self.race("file", batch=batch.pk)
        files = BankFile.objects.unscoped(WHY).filter(batch=batch)
        self.expect("file", files.count() == 1 and moved(batch)["sent"] == PEOPLE * FEN)
        return files.order_by("id")[0]

    def read(self, file: BankFile) -> None:
        """Half of the lines are paid, half come back."""
        lines = lines_of(file)
        half = len(lines) // 2
        rows = [says(each) for each in lines[:half]]
        rows += [says(each, "returned") for each in lines[half:]]
        self.race("read", file=file.pk, content=answer_fixed(rows, reference=file.reference))
        said = BankOutcome.objects.unscoped(WHY).filter(bank_line__bank_file=file)
        found, got = file_position(file), moved(file.batch)
        self.expect("read", said.count() == PEOPLE and found["open_count"] == 0)
        self.expect("read", got["paid"] == got["returned"] == half * FEN)

    def claim(self, batch: PaymentBatch) -> None:
        """Two claim the whole of one line back."""
        line = PaymentLine.objects.unscoped(WHY).filter(batch=batch).order_by("id")[0]
        self.race("claim", line=line.pk)
        claimed = Recovery.objects.unscoped(WHY).filter(line=line)
        self.expect("claim", claimed.aggregate(all=Sum("amount"))["all"] == FEN)

    def follow(self, batch: PaymentBatch) -> None:
        """What came back is put right, paid again, and closed by one of two."""
        back = BankOutcome.objects.unscoped(WHY).filter(
            bank_line__line__batch=batch, outcome="returned"
        )
        for outcome in back:
            fix = propose_correction(
                outcome=outcome, kind="same", basis="银行原因", by=self.tree.user_a, at=AT
            )
            decide_correction(correction=fix, accepted=True, by=self.tree.checker, at=AT)
        self.race("follow", batch=batch.pk)
        again = PaymentBatch.objects.unscoped(WHY).filter(follows=batch, kind="repaid")
        self.expect("follow", again.count() == 1)
        last = again.order_by("-id")[0]
        self.race("approve", batch=last.pk)
        won = self.race("close", batch=last.pk)
        end = ("paid", "confirmed") if won[0] else ("voided", "unrepaid")
        self.expect("close", steps(last) == ["drawn", "approved", end[0]])
        money = last.expected_amount
        self.expect("close", moved(last) == {"repaid": money, end[1]: money})

    def funds(self, poor: list[tuple[str, int]]) -> None:
        given = {"book": self.book, "by": self.tree.user_a, "at": AT}
        batches = [draw_batch(sub_item=item, period=period, **given) for item, period in poor]
        self.race("funds", batches=[each.pk for each in batches])
        ends = sorted(steps(each)[-1] for each in batches)
        self.expect("funds", ends == ["approved", "drawn"])
        for each in batches:
            self.take_back(each)


def steps(batch: PaymentBatch) -> list[str]:
    found = BatchStep.objects.unscoped(WHY).filter(batch=batch).order_by("number", "id")
    return list(found.values_list("step", flat=True))


def moved(batch: PaymentBatch) -> dict[str, int]:
    """Cause -> 分 that moved for a batch."""
    rows = Transfer.objects.unscoped(WHY).filter(batch=batch).values("cause").order_by("cause")
    return {each["cause"]: each["all"] for each in rows.annotate(all=Sum("amount"))}


def look_back() -> list[str]:
    """What is wrong with the whole county after all races; nothing, one hopes."""
    faults = [str(fault) for fault in verify_ledger().faults]
    for item, accounts in balances(to=Asker.system(WHY), year=2021).items():
        if sum(accounts.values()) or min(accounts["payable"], accounts["transit"]) < 0:
            faults.append(f"{item} does not balance")
    return faults
