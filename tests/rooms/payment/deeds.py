"""The actions of registry and payment as the machine calls them: a name in, record numbers out."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from django.db import transaction
from tests.conftest import NOW, OfficeTree, _user
from tests.paper.bank.orders import answer_fixed
from tests.rooms.payment.banking import FIXED, RULES, START
from tests.rooms.payment.conftest import give_funds
from tests.rooms.payment.plain import BANDS, DIBAO, GRADES, MONTHS, TEKUN
from tests.rooms.payment.plain import FIXED as FIXED_FEN
from tests.rooms.registry.rosters import amount_rule, hand_in, row, small_book, sub_item

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.intake.models import Sheet
from mingbai.payment import actions as pay
from mingbai.payment.actions import bank, follow_up, returns
from mingbai.payment.models import (
    BankFile,
    BankOutcome,
    FundingDecision,
    PayeeCorrection,
    PaymentBatch,
    PaymentLine,
    Recovery,
    RecoveryStep,
)
from mingbai.registry import actions as registry
from mingbai.registry.models import (
    ChangeVerdict,
    Enrolment,
    EnrolmentChange,
    Finding,
    FindingEvidence,
    Objection,
    Person,
    PersonMerge,
    PostedRow,
)
from mingbai.rulebook import ApprovalBand, ApprovalRule, load_book

WHY = "the machine looks at everything"
DAY = date(2021, 6, 30)
#: Everybody who may have a hand in money.
HANDS = ("clerk", "clerk-2", "checker", "checker-2", "checker-3", "payer", "payer-2")
#: The person without an account: paid in cash.
CASH = 0
ACCOUNTS = {n: f"62170000{n:08d}" for n in range(5)}
_REASONS = {"suspended": "doubted", "restored": "cleared", "ended": "income"}


def get(model: Any, pk: int, *related: str) -> Any:
    found = model.objects.unscoped(WHY)
    return (found.select_related(*related) if related else found).get(pk=pk)


class Deeds:
    """A county of two sub-items, and everything that may be done there."""

    def __init__(self) -> None:
        self.tree = OfficeTree()
        self.users = {name: self._user(name) for name in HANDS}
        self.users["town"] = self.tree.user_a
        grades = amount_rule(DIBAO, kind="graded", grades=GRADES)
        items = (sub_item(DIBAO, grades), sub_item(TEKUN, amount_rule(TEKUN, amount_fen=FIXED_FEN)))
        bands = tuple(ApprovalBand(up_to, needed) for up_to, needed in BANDS)
        rule = ApprovalRule(START, None, bands, "demonstration", "演示")
        self.book = dataclasses.replace(small_book(*items), bank=RULES, approvals=(rule,))
        self.posted: int | None = None

    def _user(self, name: str) -> User:
        known = {"clerk": self.tree.clerk, "checker": self.tree.checker, "payer": self.tree.payer}
        return known.get(name) or _user(f"t-{name}", self.tree.office, name.split("-")[0])

    def by(self, name: str) -> dict[str, Any]:
        return {"by": self.users[name], "at": NOW}

    # --- registry --------------------------------------------------------------------------

    def hand_in(self, item: str, month: int, grades: dict[int, str], follows: int | None) -> int:
        rows = [
            row(n, grade=grade, account=None if n == CASH else ACCOUNTS[n])
            for n, grade in grades.items()
        ]
        before = get(Sheet, follows, "file") if follows else None
        return hand_in(
            self.tree, NOW, rows, month=month % 100, sub_item=item, follows=before
        ).pk  # fmt: skip

    def enrol(self, sheet: int) -> None:
        sheets = [get(Sheet, sheet, "file", "table")]
        registry.enrol_sheets(sheets=sheets, book=self.book, **self.by("clerk"))

    def hold(self, sheet: int, line: int) -> int:
        """What a comparison writes when it holds one row back."""
        found = get(Sheet, sheet)
        with transaction.atomic():
            act = record_act("compare_sheets", **self.by("clerk"))
            finding = Finding.objects.create(
                year=2021, cause_digest=f"{act.pk}", code="death", rule="deaths", act=act,
                sub_item=found.sub_item, town=found.town_id, severity=3, effect="hold",
                stake_amount=0, rulebook_digest="d" * 64,
            )  # fmt: skip
            FindingEvidence.objects.create(
                finding=finding, is_subject=True, origin_file_id=found.file_id,
                origin_sheet=found.number, origin_line=line, act=act,
            )  # fmt: skip
        return finding.pk

    def release(self, finding: int) -> None:
        registry.settle_finding(
            finding=get(Finding, finding), decision="dismissed", reason="list_wrong",
            seen_number=0, **self.by("clerk"),
        )  # fmt: skip

    def propose(
        self, right: int, step: str, month: int, last: int | None, back: bool, who: str
    ) -> int | None:
        """The number of the proposal, None where it was refused."""
        wanted = registry.Wanted(
            step, month, _REASONS[step], "核查表", last_period=last, back_pay=back
        )
        report = registry.propose_changes(
            enrolments=[get(Enrolment, right)], wanted=wanted, **self.by(who)
        )
        made = EnrolmentChange.objects.unscoped(WHY).filter(act=report.act)
        return made.values_list("pk", flat=True).first()

    def decide(self, change: int, agrees: bool, who: str) -> bool:
        report = registry.decide_changes(
            changes=[get(EnrolmentChange, change, "enrolment")],
            verdict=ChangeVerdict.Verdict.APPROVED if agrees else ChangeVerdict.Verdict.REFUSED,
            reason="" if agrees else "不合程序", **self.by(who),
        )  # fmt: skip
        return bool(report.done)

    def die(self, record: int, day: date) -> None:
        registry.record_death(
            person=get(Person, record), death_date=day, source="notice",
            evidence="死亡证明", **self.by("clerk"),
        )  # fmt: skip

    def propose_merge(self, kept: int, merged: int, who: str) -> int:
        return registry.propose_merge(
            kept=get(Person, kept), merged=get(Person, merged), reason="证件号更正前后各登记一次",
            **self.by(who),
        ).pk  # fmt: skip

    def merge(self, kept: int, merged: int, who: str) -> int:
        return registry.merge_people(
            kept=get(Person, kept), merged=get(Person, merged), reason="已核对户口簿",
            **self.by(who),
        ).pk  # fmt: skip

    def undo_merge(self, merging: int, who: str) -> None:
        found = get(PersonMerge, merging)
        registry.undo_merge(merging=found, reason="经核实是两个人", **self.by(who))

    def hang(self) -> None:
        """A posting of the first month that has hung its days: it may be objected to."""
        book = load_book(year=2021, county="340223")
        day, town = NOW.date(), self.tree.user_a
        posting = registry.draft_posting(
            sub_item=DIBAO, period=MONTHS[0], town="340223100", stage="payment",
            channel="village_board", start_date=day, book=book, by=town, at=NOW,
        )  # fmt: skip
        registry.approve_posting(posting=posting, on=day, by=self.tree.checker, at=NOW)
        registry.put_up_posting(posting=posting, posted_date=day, by=town, at=NOW)
        self.posted, self.real_book = posting.pk, book

    def rows_posted(self) -> dict[int, int]:
        """Enrolment -> its row on the posting."""
        rows = PostedRow.objects.unscoped(WHY).filter(posting_id=self.posted)
        return dict(rows.values_list("enrolment_id", "pk"))

    def object(self, posted_row: int) -> int:
        found = get(PostedRow, posted_row, "posting")
        return registry.record_objection(
            posting=found.posting, row=found, matter="not_entitled", way="phone",
            said="家里有两辆车", objector="", received_date=NOW.date(), book=self.real_book,
            **self.by("town"),
        ).pk  # fmt: skip

    def settle_objection(self, objection: int, verdict: str) -> None:
        found = get(Objection, objection, "posting")
        given = {"objection": found, "on": NOW.date()}
        registry.answer_objection(**given, verdict=verdict, answer="已核实", **self.by("town"))
        registry.decide_objection(**given, agrees=True, **self.by("checker"))

    # --- payment ---------------------------------------------------------------------------

    def draw(
        self, item: str, month: int, who: str, declared: tuple[int, int] | None
    ) -> PaymentBatch:
        return pay.draw_batch(
            sub_item=item, period=month, book=self.book,
            declared=pay.Declared(*declared) if declared else None, **self.by(who),
        )  # fmt: skip

    def arrears(self, item: str, month: int, who: str) -> PaymentBatch:
        return pay.draw_arrears(sub_item=item, period=month, book=self.book, **self.by(who))

    def approve(self, batch: int, who: str) -> str:
        found = get(PaymentBatch, batch)
        return pay.approve_batch(batch=found, book=self.book, **self.by(who)).step

    def confirm(self, batch: int, who: str) -> None:
        found = get(PaymentBatch, batch)
        pay.confirm_batch(batch=found, paid_date=DAY, book=self.book, **self.by(who))

    def void(self, batch: int, who: str) -> None:
        pay.void_batch(batch=get(PaymentBatch, batch), reason="重来", **self.by(who))

    def write(self, batch: int, who: str, cash: str = "本人未开户") -> BankFile:
        return bank.write_bank_file(
            batch=get(PaymentBatch, batch), layout=FIXED, pay_date=START, book=self.book,
            cash_reason=cash, **self.by(who),
        )  # fmt: skip

    def hand_over(self, file: int, who: str) -> None:
        bank.hand_over_bank_file(file=get(BankFile, file, "file"), **self.by(who))

    def cancel(self, file: int, who: str) -> None:
        bank.cancel_bank_file(
            file=get(BankFile, file, "batch"), reason="换格式", **self.by(who)
        )  # fmt: skip

    def read(self, file: int, rows: list[tuple], again: bytes | None) -> tuple[str, bytes]:
        """How an answer was taken, and its bytes."""
        found = get(BankFile, file, "batch")
        content = again or answer_fixed(rows, reference=found.reference)
        given = {"content": content, "layout": FIXED, **self.by("payer")}
        return returns.read_bank_return(file=found, **given).outcome, content

    def correct(self, outcome: int, kind: str, who: str) -> int:
        more = {} if kind == "same" else {"account": "6217000088888888"}
        more |= {"holder": "演示户主"} if kind == "holder" else {}
        return follow_up.propose_correction(
            outcome=get(BankOutcome, outcome, "bank_line"), kind=kind, basis="存折复印件已核",
            **more, **self.by(who),
        ).pk  # fmt: skip

    def decide_correction(self, correction: int, agrees: bool, who: str) -> None:
        follow_up.decide_correction(
            correction=get(PayeeCorrection, correction), accepted=agrees,
            reason="" if agrees else "看不清", **self.by(who),
        )  # fmt: skip

    def follow(self, batch: int, who: str) -> PaymentBatch:
        found = get(PaymentBatch, batch)
        return follow_up.draw_follow_up(batch=found, book=self.book, **self.by(who))

    def claim(self, line: int, amount: int, who: str) -> int:
        return pay.propose_recovery(
            line=get(PaymentLine, line, "batch"), amount=amount,
            cause=Recovery.Cause.TOO_MUCH, basis="核查记录", **self.by(who),
        ).pk  # fmt: skip

    def decide_claim(self, claim: int, method: str, monthly: int | None, who: str) -> None:
        terms = pay.Terms(RecoveryStep.Method(method), monthly) if method else None
        pay.decide_recovery(
            recovery=get(Recovery, claim), terms=terms, basis="纪要", **self.by(who)
        )

    def settle_claim(self, claim: int, waived: bool, amount: int, who: str) -> None:
        act = pay.waive_recovery if waived else pay.record_repayment
        act(recovery=get(Recovery, claim), amount=amount, document="收据", **self.by(who))

    def give(self, item: str, amount: int, kind: str) -> None:
        give_funds(self.tree, NOW, item, amount, (kind,))

    def decision(self, item: str, number: int, amount: int, who: str) -> int:
        return pay.register_funding(
            sub_item=item, year=2021, document_number=f"南财〔2021〕{number}号",
            document_date=START, amount=amount, until_date=date(2021, 12, 31),
            reason="先行垫付", **self.by(who),
        ).pk  # fmt: skip

    def sign(self, decision: int, who: str) -> None:
        pay.approve_funding(decision=get(FundingDecision, decision), **self.by(who))
