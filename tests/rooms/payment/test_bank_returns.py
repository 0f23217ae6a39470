"""The bank's answers: every line told, nothing counted twice, sent = paid + returned + open."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.paper.bank.orders import answer_fixed
from tests.rooms.payment.banking import answer, lines_of, says, sent, write
from tests.rooms.registry.rosters import row

from mingbai.base.files import open_file
from mingbai.base.scope import Asker
from mingbai.payment.actions import confirm_batch
from mingbai.payment.actions.answers import MESSAGES
from mingbai.payment.actions.bank import CannotCancelBankFile, cancel_bank_file
from mingbai.payment.actions.returns import CannotReadBankReturn
from mingbai.payment.figures import make_figure, walk_figure
from mingbai.payment.models import BankOutcome, BankReturn, BankTally, ReturnLine, Transfer
from mingbai.payment.queries.accounts import balances
from mingbai.payment.queries.bank import file_position

pytestmark = pytest.mark.django_db
HOUSE = Asker.system("tests look at everything")
FEN = 50_000


def position(file):
    """(paid, returned, open) counts of a file; that the amounts fit is held here as well."""
    found = file_position(file)
    parts = tuple(found[f"{each}_count"] for each in ("paid", "returned", "open"))
    assert found["sent_amount"] == file.amount
    assert tuple(found[f"{e}_amount"] for e in ("paid", "returned", "open")) == tuple(
        n * FEN for n in parts
    )
    return parts


def kinds(found):
    """The kinds of an answer's lines in order."""
    lines = ReturnLine.objects.unscoped("t").filter(bank_return=found).order_by("number")
    return [line.kind for line in lines]


def paid_figure(day=date(2021, 6, 30), key="payment.paid_amount", as_of=10**9):
    return make_figure(key, year=2021, cutoff=day, as_of=as_of, to=HOUSE).value


def test_paid_returned_and_silent_lines_explain_the_whole(tree, at):
    file = sent(tree, at, 4)
    a, b, c, _ = lines_of(file)
    found = answer(tree, at, file, [says(a), says(b, "returned"), says(c, "pending")])
    assert (found.outcome, kinds(found)) == ("read", ["paid", "returned", "pending"])
    assert position(file) == (1, 1, 2)
    tally = BankTally.objects.unscoped("t").get()
    assert (tally.sent_count, tally.paid_count, tally.open_count) == (4, 1, 2)
    assert b"62170000" in open_file(found.file), "the original bytes are kept"


def test_later_answers_go_on_where_earlier_ones_stopped(tree, at):
    file = sent(tree, at, 4)
    a, b, c, d = lines_of(file)
    answer(tree, at, file, [says(a), says(b, "pending")])
    found = answer(tree, at, file, [says(b), says(c, "returned"), says(d)])
    assert kinds(found) == ["paid", "returned", "paid"]
    assert position(file) == (3, 1, 0)
    assert BankTally.objects.unscoped("t").count() == 2


def test_the_same_file_twice_counts_once(tree, at):
    file = sent(tree, at, 2)
    rows = [says(each) for each in lines_of(file)]
    answer(tree, at, file, rows)
    again = answer(tree, at, file, rows)
    assert (again.outcome, again.line_count) == ("repeated", 0)
    assert "没有重复入账" in again.message
    other = answer(tree, at, file, [*rows, says(lines_of(file)[0])])
    assert kinds(other) == ["duplicate", "duplicate", "duplicate"]
    assert position(file) == (2, 0, 0)
    assert BankOutcome.objects.unscoped("t").count() == 2


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": FEN + 1}, "wrong_amount"),
        ({"account": "62170000099999999"}, "wrong_account"),
        ({"reference": "999999000000000100000001"}, "unknown"),
        ({"reference": "3402239999999901"}, "unknown"),
    ],
)
def test_a_line_that_is_not_as_sent_is_told_and_enters_nothing(tree, at, change, kind):
    file = sent(tree, at, 2)
    found = answer(tree, at, file, [says(lines_of(file)[0], **change)])
    assert kinds(found) == [kind]
    assert "没有入账" in MESSAGES[kind]
    assert position(file) == (0, 0, 2)


def test_swapped_lines_are_told_for_both(tree, at):
    file = sent(tree, at, 3)
    a, b, c = lines_of(file)
    swapped = [says(a, account=b[1]), says(b, account=a[1]), says(c)]
    assert kinds(answer(tree, at, file, swapped)) == ["swapped", "swapped", "paid"]
    assert position(file) == (1, 0, 2)
    assert kinds(answer(tree, at, file, [says(b), says(a)])) == ["paid", "paid"], "order is free"


def test_a_line_of_another_batch_is_told_by_its_own_name(tree, at):
    first = sent(tree, at, 2)
    second = sent(tree, at, month=2, rows=[row(n) for n in range(2)])
    stray = lines_of(second)[0]
    found = answer(tree, at, first, [says(lines_of(first)[0]), says(stray)])
    assert kinds(found) == ["paid", "other_file"]
    assert position(second) == (0, 0, 2)
    whole = answer(tree, at, first, [says(stray)], reference=second.reference)
    assert (whole.outcome, kinds(whole)) == ("other_file", ["withheld"])
    assert "2021年2月" in whole.message
    nobody = answer(tree, at, first, [says(stray)], reference="340223")
    assert "不是本县任何一份" in nobody.message
    assert position(first) == (1, 0, 1)


def test_totals_that_do_not_hold_keep_the_whole_file_out(tree, at):
    file = sent(tree, at, 2)
    rows = [says(each) for each in lines_of(file)]
    for wrong in ({"count": 3}, {"total": 1}):
        found = answer(tree, at, file, rows, **wrong)
        assert (found.outcome, kinds(found)) == ("wrong_totals", ["withheld", "withheld"])
    assert position(file) == (0, 0, 2)
    assert Transfer.objects.unscoped("t").filter(cause="paid").count() == 0


def test_garbage_is_kept_and_named_line_by_line(tree, at):
    file = sent(tree, at, 2)
    a, _ = lines_of(file)
    content = answer_fixed([says(a)], reference=file.reference).split(b"\r\n")
    content.insert(2, b"\xff\xfe garbage")
    found = answer(tree, at, file, [], content=b"\r\n".join(content))
    assert kinds(found) == ["paid", "unreadable"]
    nothing = answer(tree, at, file, [], content=b"PK\x03\x04")
    assert nothing.outcome == "unreadable"
    assert "重新上传" in nothing.message
    assert open_file(nothing.file) == b"PK\x03\x04"
    future = answer(tree, at, file, [says(a, day="20991231")])
    assert kinds(future) == ["unreadable"]


def test_one_file_that_contradicts_itself_enters_neither(tree, at):
    file = sent(tree, at, 2)
    a, b = lines_of(file)
    found = answer(tree, at, file, [says(a), says(a, "returned"), says(b), says(b)])
    assert kinds(found) == ["contradicts", "contradicts", "paid", "duplicate"]
    assert position(file) == (1, 0, 1)


def test_paid_and_then_returned_is_a_bounce_and_the_other_way_is_asked(tree, at):
    file = sent(tree, at, 2)
    a, b = lines_of(file)
    answer(tree, at, file, [says(a), says(b, "returned")])
    assert paid_figure() == FEN
    found = answer(tree, at, file, [says(a, "returned"), says(b)])
    assert kinds(found) == ["bounced", "contradicts"]
    assert position(file) == (0, 2, 0)
    assert paid_figure(date(2021, 12, 31)) == 0
    assert paid_figure() == FEN, "by the end of June it had not come back"
    again = answer(tree, at, file, [says(a, "returned", "1003")])
    assert kinds(again) == ["duplicate"]


def test_figures_count_what_the_bank_paid_and_walk_to_those_lines(tree, at):
    file = sent(tree, at, 5)
    a, b, c, *_ = lines_of(file)
    answer(tree, at, file, [says(a), says(b), says(c, "returned")])
    assert paid_figure() == 2 * FEN
    assert paid_figure(key="payment.person_times") == 2
    assert paid_figure(day=date(2021, 2, 2)) == 0, "the bank's own day counts"
    asked = {"year": 2021, "cutoff": date(2021, 6, 30), "as_of": 10**9, "to": HOUSE}
    for key, each in (("payment.paid_amount", FEN), ("payment.person_times", 1)):
        (top,) = walk_figure(key, (), **asked)
        (part,) = walk_figure(key, (top.key,), **asked)
        leaves = walk_figure(key, (top.key, part.key), **asked)
        assert (top.value, part.value) == (2 * each, 2 * each)
        assert [leaf.value for leaf in leaves] == [each, each]
        assert [leaf.origin_line for leaf in leaves] == [3, 4]
    confirm_batch(batch=file.batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    assert paid_figure() == 2 * FEN, "closing the batch adds nothing that did not arrive"


def test_cash_lines_are_paid_by_the_confirmation(tree, at):
    from tests.rooms.payment.banking import approved

    batch = approved(tree, at, rows=[row(1), row(2, account=None)])
    file = write(tree, at, batch, cash_reason="本人未开户")
    answer(tree, at, file, [says(lines_of(file)[0])])
    assert paid_figure() == FEN
    confirm_batch(batch=batch, paid_date=date(2021, 2, 5), by=tree.payer, at=at)
    assert paid_figure() == 2 * FEN
    assert balances(to=HOUSE, year=2021)[batch.sub_item]["payable"] == 0


def test_a_file_the_bank_answered_is_not_cancelled_and_a_cancelled_one_not_answered(tree, at):
    file = sent(tree, at, 2)
    answer(tree, at, file, [says(lines_of(file)[0], "pending")])
    with pytest.raises(CannotCancelBankFile, match="银行已经回盘"):
        cancel_bank_file(file=file, reason="试作废", by=tree.payer, at=at)
    other = sent(tree, at, month=2, rows=[row(1)])
    cancel_bank_file(file=other, reason="换格式", by=tree.payer, at=at)
    with pytest.raises(CannotReadBankReturn, match="已经作废"):
        answer(tree, at, other, [says(lines_of(other)[0])])


def test_the_database_refuses_an_outcome_twice_and_a_tally_that_is_not_so(tree, at):
    file = sent(tree, at, 2)
    found = answer(tree, at, file, [says(lines_of(file)[0])])
    outcome = BankOutcome.objects.unscoped("t").get()
    outcome.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        outcome.save(force_insert=True)
    outcome.number, outcome.outcome = 2, "paid"
    with pytest.raises(IntegrityError), transaction.atomic():
        outcome.save(force_insert=True)
    tally = BankTally.objects.unscoped("t").get()
    empty = BankReturn.objects.unscoped("t").get(pk=found.pk)
    empty.pk, empty.number, empty.outcome = None, 2, "unreadable"
    empty.save(force_insert=True)
    tally.pk, tally.bank_return = None, empty
    tally.paid_count, tally.paid_amount = 2, 2 * FEN
    tally.open_count, tally.open_amount = 0, 0
    with pytest.raises(IntegrityError), transaction.atomic():
        tally.save(force_insert=True)
