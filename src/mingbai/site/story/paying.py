"""Money after the cut-off: late rosters paid by bank, returns, corrections, arrears, claims."""

from __future__ import annotations

from datetime import date
from typing import Final

from mingbai.base.files import open_file
from mingbai.engine.money import show_money
from mingbai.paper.bank import load_bank_format
from mingbai.payment.actions import (
    Terms,
    approve_batch,
    approve_funding,
    confirm_batch,
    decide_recovery,
    draw_arrears,
    draw_batch,
    propose_recovery,
    record_repayment,
    register_funding,
    waive_recovery,
)
from mingbai.payment.actions.bank import hand_over_bank_file, write_bank_file
from mingbai.payment.actions.follow_up import (
    decide_correction,
    draw_follow_up,
    propose_correction,
)
from mingbai.payment.actions.returns import read_bank_return
from mingbai.payment.models import BankFile, PaymentBatch, PaymentLine, Recovery, RecoveryStep
from mingbai.payment.queries.bank import returned_outcomes
from mingbai.site.story.cast import HOUSE, CannotTellStory, Cast
from mingbai.site.story.late_rolls import hand_in_late, make_roll

_RURAL: Final = "hardship-relief.rural-dibao"
_URBAN: Final = "hardship-relief.urban-dibao"
_ALONE: Final = "hardship-relief.destitute"
_OLD: Final = "elderly-care.low-income-elderly"
_COMMAS: Final = load_bank_format("bank-csv")
#: Why the bank returned a line, in its own words.
_REASONS: Final = ("账号不存在", "户名不符", "睡眠户", "账户已销户", "证件过期", "账户冻结")


def tell_money(cast: Cast) -> None:
    """Late rosters are paid after the cut-off; what the bank returns is followed as far as it
    goes; a corrected roster brings arrears and something to claim back."""
    rural = make_roll(cast, sub_item=_RURAL, count=28)
    others = [
        make_roll(cast, sub_item=code, count=count)
        for code, count in ((_URBAN, 12), (_ALONE, 6), (_OLD, 9))
    ]
    hand_in_late(cast, [rural, *others], before=8)
    batch = _approved(cast, _draw(cast, _RURAL, 7), 7)
    _answered(cast, _sent(cast, batch, 6), returned=6, before=5)
    _correct(cast, batch)
    _sent(cast, _approved(cast, _draw(cast, _URBAN, 5), 4), 3)
    _approved(cast, _draw(cast, _ALONE, 3), 2)
    _draw(cast, _OLD, 2)
    hand_in_late(cast, [rural.corrected(raised=5, dropped=2)], before=2)
    _pay_arrears(cast)
    _claim_back(cast)
    _decide_funds(cast)


def _draw(cast: Cast, sub_item: str, before: int) -> PaymentBatch:
    return draw_batch(
        sub_item=sub_item, period=cast.period, book=cast.book, by=cast.clerk, at=cast.at(before)
    )


def _approved(cast: Cast, batch: PaymentBatch, before: int) -> PaymentBatch:
    approve_batch(batch=batch, by=cast.checker, at=cast.at(before, 15), book=cast.book)
    return batch


def _sent(cast: Cast, batch: PaymentBatch, before: int) -> BankFile:
    file = write_bank_file(
        batch=batch, layout=_COMMAS, pay_date=cast.on(before), book=cast.book, by=cast.payer,
        at=cast.at(before, 9),
    )  # fmt: skip
    hand_over_bank_file(file=file, by=cast.payer, at=cast.at(before, 10))
    return file


def _answered(cast: Cast, file: BankFile, *, returned: int, before: int) -> None:
    """The bank answers every line of a file; the last ones come back."""
    content = answer_of(file, returned=returned, day=cast.on(before))
    answer = read_bank_return(
        file=file, content=content, layout=_COMMAS, by=cast.payer, at=cast.at(before, 16)
    )
    if answer.outcome != "read":
        raise CannotTellStory(f"演示的回盘没有读入：{answer.message}")
    confirm_batch(
        batch=file.batch, paid_date=cast.on(before), by=cast.payer, at=cast.at(before, 17),
        book=cast.book,
    )  # fmt: skip


def answer_of(file: BankFile, *, returned: int, day: date) -> bytes:
    """A bank's answer to a file of ours, line for line, with its own sums."""
    records = open_file(file.file).decode("gb18030").split("\r\n")[1:-2]
    lines = [record.split(",") for record in records]
    amounts = [round(float(each[4]) * 100) for each in lines]
    paid = len(lines) - returned
    said = []
    for place, each in enumerate(lines):
        number, reference, name, account, amount = each[:5]
        came = place < paid
        reason = "" if came else _REASONS[(place - paid) % len(_REASONS)]
        result = "成功" if came else "失败"
        settled = day.isoformat() if came else ""
        said.append(",".join((number, reference, name, account, amount, result, reason, settled)))
    sums = (sum(amounts), sum(amounts[:paid]), sum(amounts[paid:]))
    counts = (len(lines), paid, returned)
    pairs = [
        text
        for count, total in zip(counts, sums, strict=True)
        for text in (str(count), show_money(total).replace(",", ""))
    ]
    head = ",".join(("回盘", file.reference, *pairs))
    return ("\r\n".join((head, *said)) + "\r\n").encode("gb18030")


def _correct(cast: Cast, batch: PaymentBatch) -> None:
    """Of six returned lines two are paid again, one is agreed to, one waits, one was sent back,
    one is not looked at yet."""
    open_lines = list(returned_outcomes(to=HOUSE, batch=batch).order_by("id"))
    for number, outcome in enumerate(open_lines[:5]):
        town = outcome.bank_line.town
        correction = propose_correction(
            outcome=outcome, kind="account", basis="存折复印件，已与本人电话核对",
            account=cast.newcomer(cast.places[0], (date(1940, 1, 1), date(1940, 12, 31))).account,
            by=cast.town_clerk(town), at=cast.at(4, 10),
        )  # fmt: skip
        if number == 3:
            continue
        decide_correction(
            correction=correction, accepted=number != 4,
            reason="" if number != 4 else "复印件看不清账号，请重新拍照",
            by=cast.town_checker(town), at=cast.at(4 if number < 2 else 3, 15),
        )  # fmt: skip
        if number == 1:
            again = draw_follow_up(batch=batch, book=cast.book, by=cast.clerk, at=cast.at(4, 16))
            file = _sent(cast, _approved(cast, again, 3), 2)
            _answered(cast, file, returned=0, before=1)


def _pay_arrears(cast: Cast) -> None:
    """What the corrected roster owes more: drawn, approved, and with the bank."""
    batch = draw_arrears(
        sub_item=_RURAL, period=cast.period, book=cast.book, by=cast.clerk, at=cast.at(1, 9)
    )
    _sent(cast, _approved(cast, batch, 1), 0)


def _claim_back(cast: Cast) -> None:
    """Claims in every state; parts of lines that were paid by mistake."""
    lines = PaymentLine.objects.unscoped("what was paid in the last month").filter(
        sub_item=_ALONE, period=cast.period, batch__steps__step="paid"
    )
    chosen = list(lines.order_by("id")[:7])
    cash, off = Terms(RecoveryStep.Method.REPAY), Terms(RecoveryStep.Method.SET_OFF, 10_000)
    causes = (Recovery.Cause.TOO_MUCH, Recovery.Cause.DIED, Recovery.Cause.NOT_ENTITLED)
    for number, line in enumerate(chosen):
        cause = causes[number % 3]
        amount = line.amount if cause != Recovery.Cause.TOO_MUCH else line.amount // 4
        recovery = propose_recovery(
            line=line, amount=amount, cause=cause, basis=f"核查记录演示第{number + 1}号",
            by=cast.clerk, at=cast.at(7, 9),
        )  # fmt: skip
        if number == 0:
            continue
        terms = None if number == 1 else off if number == 2 else cash
        decide_recovery(
            recovery=recovery, terms=terms, basis=f"决定书演示第{number + 1}号", by=cast.checker,
            at=cast.at(5, 9),
        )  # fmt: skip
        if number >= 4:
            part = amount if number == 4 else amount // 2
            record_repayment(
                recovery=recovery, amount=part, document=f"缴款书演示第{number}号", by=cast.clerk,
                at=cast.at(3),
            )  # fmt: skip
        if number == 6:
            waive_recovery(
                recovery=recovery, amount=amount - amount // 2, document="县政府批复演示1号",
                by=cast.checker, at=cast.at(1),
            )  # fmt: skip


def _decide_funds(cast: Cast) -> None:
    """Two decisions to pay beyond the funds: one countersigned, one waiting."""
    year = cast.book.year
    for number, (code, amount) in enumerate(((_URBAN, 50_000_00), (_OLD, 12_000_00)), 1):
        decision = register_funding(
            sub_item=code, year=year, document_number=f"演示财〔{year}〕{number}号",
            document_date=cast.on(6), amount=amount, until_date=date(year, 12, 31),
            reason="上级资金未到，先行垫付当月救助金", by=cast.clerk, at=cast.at(5),
        )  # fmt: skip
        if number == 1:
            approve_funding(decision=decision, by=cast.checker, at=cast.at(4))
