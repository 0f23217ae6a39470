"""Nobody is paid twice, nobody held is paid, and the database itself says no."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from tests.rooms.registry.rosters import (
    CASES,
    DIBAO,
    SCHOOL,
    amount_rule,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.payment.actions import (
    CannotApproveBatch,
    CannotConfirmBatch,
    CannotDrawBatch,
    CannotVoidBatch,
    Declared,
    approve_batch,
    confirm_batch,
    draw_all,
    draw_batch,
    void_batch,
)
from mingbai.payment.figures import make_figure, walk_figure
from mingbai.payment.models import BatchStep, PaymentBatch, PaymentLine
from mingbai.payment.queries import batch_digest, batches_seen, lines_seen
from mingbai.registry.actions import decide_changes, end_enrolments, enrol_sheets, settle_finding
from mingbai.registry.models import Enrolment

pytestmark = pytest.mark.django_db
HOUSE = Asker.system("tests look at everything")


def enrol(tree, at, book, *sheets):
    return enrol_sheets(sheets=sheets, book=book, by=tree.clerk, at=at)


def draw(tree, at, book, *, period=202101, **more):
    return draw_batch(
        **{"sub_item": DIBAO, "period": period, "book": book, "by": tree.clerk, "at": at, **more}
    )


def pay(tree, at, batch, day=date(2021, 1, 31)):
    approve_batch(batch=batch, by=tree.checker, at=at)
    return confirm_batch(batch=batch, paid_date=day, by=tree.payer, at=at)


def lines(**more):
    return PaymentLine.objects.unscoped("test").filter(**more)


def figure(key, at_cutoff=date(2021, 6, 30), as_of=10**9, to=HOUSE):
    return make_figure(key, year=2021, cutoff=at_cutoff, as_of=as_of, to=to).value


def test_a_batch_pays_every_enrolled_row_by_the_rule(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(n, amount=1) for n in range(30)]))
    batch = draw(tree, at, book)
    assert (batch.expected_count, batch.expected_amount) == (30, 30 * 50_000)
    assert set(lines().values_list("rule", flat=True)) == {f"{DIBAO}/standard@2021-01-01"}
    assert batch_digest(batch.pk) == batch.lines_digest
    assert all(line.origin_line and line.act_id == batch.act_id for line in lines())
    assert Act.objects.unscoped("test").get(pk=batch.act_id).verb == "draw_batch"


def test_a_second_draw_of_the_same_month_pays_nobody_again(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(n) for n in range(5)]))
    draw(tree, at, book)
    with pytest.raises(CannotDrawBatch, match="此前批次已列入 5 行"):
        draw(tree, at, book)
    assert lines().count() == 5


def test_two_sheets_naming_the_same_person_pay_once(tree, at):
    book = small_book()
    first = hand_in(tree, at, [row(n) for n in range(5)])
    second = hand_in(tree, at, [row(n) for n in range(3, 8)], town="340223101")
    enrol(tree, at, book, first, second)
    batch = draw(tree, at, book)
    assert batch.expected_count == 8
    assert batch.left_out == {"repeated": 2}
    kept = lines(person__id_key__in=[]).count(), lines(origin_file=first.file).count()
    assert kept == (0, 5), "the first received is the one paid"


def test_the_same_bytes_from_two_offices_pay_once(tree, at):
    book = small_book()
    first = hand_in(tree, at, [row(1)])
    copy = type(first).objects.unscoped("test").get(pk=first.pk)
    copy.pk, copy.slot = None, "another"
    copy.receipt.pk, copy.receipt.office = None, tree.civil
    copy.receipt.save(force_insert=True)
    copy.receipt = copy.receipt
    copy.office = tree.civil
    copy.save(force_insert=True)
    enrol(tree, at, book, first, copy)
    assert draw(tree, at, book).expected_count == 1


def test_a_late_corrected_row_gets_a_follow_up_batch(tree, at):
    book = small_book()
    rows = [row(1), row(2), row(3, verdict=3)]
    sheet = hand_in(tree, at, rows)
    enrol(tree, at, book, sheet)
    first = draw(tree, at, book)
    assert first.left_out == {"rejected": 1}
    corrected = hand_in(tree, at, [row(1), row(2), row(3)], follows=sheet)
    enrol(tree, at, book, corrected)
    second = draw(tree, at, book)
    assert (second.number, second.follows_id, second.expected_count) == (2, first.pk, 1)
    assert lines().count() == 3


def test_the_database_refuses_the_same_payment_twice(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    draw(tree, at, book)
    batch = PaymentBatch.objects.unscoped("test").get()
    line = lines().get()
    batch.pk, batch.number, batch.follows_id = None, 2, batch.pk
    batch.save(force_insert=True)
    line.pk, line.batch = None, batch
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)
    line.period = 202102
    line.save(force_insert=True)  # control arm: another month is another payment


def test_a_batch_closes_when_it_is_drawn(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    draw(tree, at, book)
    line = lines().get()
    line.pk, line.period = None, 202102
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_declared_count_and_total_must_agree(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    for wrong in (Declared(1, 100_000), Declared(2, 99_999)):
        with pytest.raises(CannotDrawBatch, match="不一致"):
            draw(tree, at, book, declared=wrong)
    assert not lines().exists()
    assert draw(tree, at, book, declared=Declared(2, 100_000)).expected_count == 2


def test_the_database_refuses_a_drawn_batch_that_does_not_add_up(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    step = BatchStep.objects.unscoped("test").get()
    batch.pk, batch.number, batch.follows_id = None, 2, batch.pk
    batch.save(force_insert=True)
    step.pk, step.batch = None, batch
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)


def test_maker_checker_and_payer_are_three_people(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    with pytest.raises(CannotApproveBatch, match="制表人"):
        approve_batch(batch=batch, by=tree.clerk, at=at)
    with pytest.raises(CannotConfirmBatch, match="已复核"):
        confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
    approve_batch(batch=batch, by=tree.checker, at=at)
    with pytest.raises(CannotApproveBatch):
        approve_batch(batch=batch, by=tree.checker, at=at)
    for wrong in (tree.clerk, tree.checker):
        with pytest.raises(CannotConfirmBatch):
            confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=wrong, at=at)
    with pytest.raises(CannotConfirmBatch, match="今天之后"):
        confirm_batch(batch=batch, paid_date=date(2031, 1, 31), by=tree.payer, at=at)
    confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
    with pytest.raises(CannotVoidBatch):
        void_batch(batch=batch, reason="试作废", by=tree.clerk, at=at)


def _step(batch, by, **more):
    return BatchStep(
        **{
            "batch": batch, "number": 2, "step": "approved", "batch_digest": batch.lines_digest,
            "maker_id": batch.drawn_by_id, "step_by": by, "step_at": batch.drawn_at,
            "act_id": batch.act_id, **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    ["own", "lying maker", "digest", "paid at once", "checker pays", "no date", "void unreasoned"],
)
def test_the_database_refuses_wrong_steps_written_past_the_actions(tree, at, wrong):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    day = date(2021, 1, 31)
    if wrong == "checker pays":
        approve_batch(batch=batch, by=tree.checker, at=at)
    step = {
        "own": _step(batch, tree.clerk),
        "lying maker": _step(batch, tree.clerk, maker=tree.payer),
        "digest": _step(batch, tree.checker, batch_digest="0" * 64),
        "paid at once": _step(batch, tree.payer, number=3, step="paid", paid_date=day),
        "checker pays": _step(batch, tree.checker, number=3, step="paid", paid_date=day),
        "no date": _step(batch, tree.payer, number=3, step="paid"),
        "void unreasoned": _step(batch, tree.checker, step="voided"),
    }[wrong]
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save(force_insert=True)


def test_the_database_accepts_the_right_step(tree, at):
    """The control arm of the refusals above."""
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    batch = draw(tree, at, book)
    _step(batch, tree.checker).save(force_insert=True)
    _step(batch, tree.payer, number=3, step="paid", paid_date=date(2021, 1, 31)).save(
        force_insert=True
    )


@pytest.mark.parametrize("late", [False, True])
def test_lines_changed_behind_the_house_void_the_batch(tree, at, late):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    batch = draw(tree, at, book)
    if late:
        approve_batch(batch=batch, by=tree.checker, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        lines().update(amount=99_999)
    _force("UPDATE payment_paymentline SET amount = 99999 WHERE id = (SELECT MIN(id) FROM "
           "payment_paymentline)")  # fmt: skip
    if late:
        with pytest.raises(CannotConfirmBatch, match="摘要不符"):
            confirm_batch(batch=batch, paid_date=date(2021, 1, 31), by=tree.payer, at=at)
    else:
        with pytest.raises(CannotApproveBatch, match="摘要不符"):
            approve_batch(batch=batch, by=tree.checker, at=at)


def _force(statement: str) -> None:
    """Write past the triggers, as somebody with the database's password could."""
    table, name = "payment_paymentline", "payment_paymentline_no_update"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)


def test_a_voided_batch_frees_its_people_and_nothing_else(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    batch = draw(tree, at, book)
    with pytest.raises(IntegrityError), transaction.atomic():
        lines().update(voided=True)
    void_batch(batch=batch, reason="花名册有误", by=tree.checker, at=at)
    with pytest.raises(CannotApproveBatch):
        approve_batch(batch=batch, by=tree.checker, at=at)
    again = draw(tree, at, book)
    assert (again.number, again.expected_count) == (2, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        lines(batch=batch).update(voided=False)


def test_nobody_is_paid_before_enrolment_or_after_its_end(tree, at):
    book = small_book()
    january = hand_in(tree, at, [row(1), row(2)])
    with pytest.raises(CannotDrawBatch, match="尚未登记"):
        draw(tree, at, book)
    enrol(tree, at, book, january, hand_in(tree, at, [row(1), row(2)], month=2))
    first = Enrolment.objects.unscoped("test").order_by("id").first()
    changes = end_enrolments(
        enrolments=[first], last_period=202101, reason="moved_out", basis="户籍迁移证",
        by=tree.clerk, at=at,
    )  # fmt: skip
    decide_changes(changes=changes, verdict="approved", reason="", by=tree.checker, at=at)
    assert draw(tree, at, book).expected_count == 2
    assert draw(tree, at, book, period=202102).left_out == {"ended": 1}


def test_amounts_follow_kind_and_date(tree, at):
    graded = sub_item(
        DIBAO,
        amount_rule(DIBAO, kind="graded", grades={"A": 60_000, "B": 40_000},
                    to_date=date(2021, 2, 28)),
        amount_rule(DIBAO, kind="graded", grades={"A": 70_000}, from_date=date(2021, 3, 1)),
    )  # fmt: skip
    book = small_book(graded)
    people = [row(1, grade="A"), row(2, grade="B"), row(3, grade="Z"), row(4)]
    sheets = [hand_in(tree, at, people, month=month) for month in (2, 3)]
    enrol(tree, at, book, *sheets)
    february, march = draw(tree, at, book, period=202102), draw(tree, at, book, period=202103)
    assert (february.expected_amount, february.left_out) == (100_000, {"grade_unknown": 2})
    assert (march.expected_amount, march.left_out) == (70_000, {"grade_unknown": 3})


def test_actual_amounts_stay_inside_their_range(tree, at):
    item = sub_item(DIBAO, amount_rule(DIBAO, kind="actual", min_fen=100, max_fen=900))
    book = small_book(item)
    amounts = [99, 100, 900, 901, None, -5]
    enrol(tree, at, book, hand_in(tree, at, [row(n, amount=a) for n, a in enumerate(amounts)]))
    batch = draw(tree, at, book)
    assert (batch.expected_count, batch.expected_amount) == (2, 1_000)
    assert batch.left_out == {"no_amount": 2, "out_of_range": 2}


def test_a_month_without_a_rule_pays_nobody(tree, at):
    book = small_book(sub_item(DIBAO, amount_rule(DIBAO, from_date=date(2021, 7, 1))))
    enrol(tree, at, book, hand_in(tree, at, [row(1)]))
    with pytest.raises(CannotDrawBatch, match="没有当月的标准"):
        draw(tree, at, book)


def test_terms_and_years_are_paid_once_and_cases_each(tree, at):
    book = small_book(
        sub_item(SCHOOL, amount_rule(SCHOOL, per="term")),
        sub_item(CASES, amount_rule(CASES, per="case", kind="actual")),
    )
    for month in (3, 4, 9):
        enrol(tree, at, book, hand_in(tree, at, [row(1)], sub_item=SCHOOL, month=month))
    days = [date(2021, 3, 2), date(2021, 3, 9), date(2021, 3, 9)]
    cases = [row(1, start_date=day, amount=700) for day in days]
    enrol(tree, at, book, hand_in(tree, at, cases, sub_item=CASES, month=3))
    drawn = draw_all(year=2021, through_period=202112, book=book, by=tree.clerk, at=at)
    assert [(b.sub_item, b.period, b.expected_count) for b in drawn] == [
        (SCHOOL, 202103, 1),
        (SCHOOL, 202109, 1),
        (CASES, 202103, 2),
    ]
    assert set(lines(sub_item=SCHOOL).values_list("period", flat=True)) == {202113, 202114}


def test_two_items_of_one_row_count_one_person_time(tree, at):
    item = sub_item(DIBAO, amount_rule(DIBAO), amount_rule(DIBAO, item="heating", amount_fen=100))
    book = small_book(item)
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    batch = draw(tree, at, book)
    assert (batch.expected_count, batch.person_count, batch.expected_amount) == (4, 2, 100_200)
    pay(tree, at, batch)
    assert figure("payment.person_times") == 2


def test_an_unknown_sub_item_in_a_roster_stops_nothing(tree, at):
    book = small_book()
    known, unknown = hand_in(tree, at, [row(1)]), hand_in(tree, at, [row(2)], sub_item="no.such")
    enrol(tree, at, book, known, unknown)
    drawn = draw_all(year=2021, through_period=202106, book=book, by=tree.clerk, at=at)
    assert [batch.sub_item for batch in drawn] == [DIBAO]
    with pytest.raises(CannotDrawBatch, match="没有子项"):
        draw(tree, at, book, sub_item="no.such")


def test_draw_all_leaves_nothing_and_repeats_nothing(tree, at):
    book = small_book()
    for month in (1, 2, 7):
        enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)], month=month))
    asked = {"year": 2021, "through_period": 202106, "book": book, "by": tree.clerk, "at": at}
    seen = []
    first = draw_all(**asked, progress=lambda done, total: seen.append((done, total)))
    assert [batch.period for batch in first] == [202101, 202102]
    assert seen == [(1, 2), (2, 2)]
    assert draw_all(**asked) == []


def test_figures_move_by_exactly_what_was_paid(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(n) for n in range(3)]))
    other = hand_in(tree, at, [row(9)], town="340223101", month=2)
    enrol(tree, at, book, other)
    january, february = draw(tree, at, book), draw(tree, at, book, period=202102)
    assert figure("payment.paid_amount") == 0
    first = pay(tree, at, january)
    assert (figure("payment.person_times"), figure("payment.paid_amount")) == (3, 150_000)
    pay(tree, at, february, date(2021, 2, 28))
    assert (figure("payment.person_times"), figure("payment.paid_amount")) == (4, 200_000)
    assert figure("payment.paid_amount", at_cutoff=date(2021, 2, 1)) == 150_000
    assert figure("payment.paid_amount", as_of=first.act_id) == 150_000
    assert figure("payment.paid_amount", to=tree.asker(tree.user_b)) == 50_000


def test_every_level_of_the_walk_adds_up_and_ends_at_a_row(tree, at, monkeypatch):
    book = small_book()
    sheet = hand_in(tree, at, [row(n) for n in range(7)])
    enrol(tree, at, book, sheet, hand_in(tree, at, [row(20)], town="340223101"))
    pay(tree, at, draw(tree, at, book))
    asked = {"year": 2021, "cutoff": date(2021, 6, 30), "as_of": 10**9, "to": HOUSE}
    monkeypatch.setattr("mingbai.payment.figures.paid.PAGE", 5)
    (top,) = walk_figure("payment.paid_amount", (), **asked)
    assert (top.value, top.count) == (8 * 50_000, 8)
    parts = walk_figure("payment.paid_amount", (top.key,), **asked)
    assert [part.value for part in parts] == [7 * 50_000, 50_000]
    *leaves, rest = walk_figure("payment.paid_amount", (top.key, parts[0].key), **asked)
    assert (len(leaves), rest.value, rest.count) == (5, 100_000, 2)
    last = walk_figure("payment.paid_amount", (top.key, parts[0].key, rest.key), **asked)
    assert sum(leaf.value for leaf in last) == rest.value
    assert {leaf.origin_file_id for leaf in (*leaves, *last)} == {sheet.file_id}
    assert [leaf.origin_line for leaf in (*leaves, *last)] == list(range(3, 10))


def test_a_town_sees_its_own_lines_and_no_others(tree, at):
    book = small_book()
    enrol(tree, at, book, hand_in(tree, at, [row(1), row(2)]))
    batch = draw(tree, at, book)
    for user, seen in ((tree.user_a, 2), (tree.user_b, 0), (tree.clerk, 2)):
        to = tree.asker(user)
        assert lines_seen(to=to, batch=batch).count() == seen
        assert batches_seen(to=to, year=2021).count() == bool(seen)


def test_a_held_row_is_neither_enrolled_nor_paid(tree, at, hold):
    book = small_book()
    sheet = hand_in(tree, at, [row(1), row(2)])
    hold(sheet, 4)
    assert enrol(tree, at, book, sheet).held_count == 1
    batch = draw(tree, at, book)
    assert (batch.expected_count, batch.left_out) == (1, {"held": 1})


def test_dismissing_a_finding_enrols_its_person_and_the_next_draw_pays(tree, at, hold):
    book = small_book()
    sheet = hand_in(tree, at, [row(1), row(2)])
    finding = hold(sheet, 4)
    enrol(tree, at, book, sheet)
    draw(tree, at, book)
    settle_finding(
        finding=finding, decision="dismissed", reason="list_wrong", seen_number=0,
        by=tree.clerk, at=at,
    )  # fmt: skip
    batch = draw(tree, at, book)
    assert (batch.number, batch.expected_count) == (2, 1)
    assert lines(batch=batch).get().origin_line == 4


def test_confirming_a_finding_enrols_nobody(tree, at, hold):
    book = small_book()
    sheet = hand_in(tree, at, [row(1), row(2)])
    finding = hold(sheet, 4)
    enrol(tree, at, book, sheet)
    draw(tree, at, book)
    settle_finding(
        finding=finding, decision="confirmed", reason="not_entitled", seen_number=0,
        by=tree.clerk, at=at,
    )  # fmt: skip
    with pytest.raises(CannotDrawBatch):
        draw(tree, at, book)
