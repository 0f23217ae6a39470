"""An objection that comes after the drawing stops the batch like any other change of its ground."""

from __future__ import annotations

import pytest
from tests.rooms.payment.test_paying_once import draw, enrol
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.payment.actions import CannotApproveBatch, approve_batch, find_doubts
from mingbai.payment.queries.source import source_mark
from mingbai.registry.actions import (
    answer_objection,
    approve_posting,
    decide_objection,
    draft_posting,
    put_up_posting,
    record_objection,
)
from mingbai.registry.models import PostedRow
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def posting(tree, at):
    """Two people enrolled, drawn for by nobody yet, and posted."""
    enrol(tree, at, small_book(), hand_in(tree, at, [row(1), row(2)]))
    hung = draft_posting(
        sub_item=DIBAO, period=202101, town="340223100", stage="payment", channel="village_board",
        start_date=at.date(), book=load_book(year=2021, county="340223"), by=tree.user_a, at=at,
    )  # fmt: skip
    approve_posting(posting=hung, on=at.date(), by=tree.checker, at=at)
    put_up_posting(posting=hung, posted_date=at.date(), by=tree.user_a, at=at)
    return hung


def test_a_batch_drawn_before_an_objection_waits_for_its_end(tree, at, posting):
    book = small_book()
    batch = draw(tree, at, book)
    mark = source_mark(year=2021)
    objection = record_objection(
        posting=posting, row=PostedRow.objects.unscoped("t").get(posting=posting, number=1),
        matter="not_entitled", way="phone", said="家里有两辆车", objector="",
        received_date=at.date(), book=load_book(year=2021, county="340223"), by=tree.user_a, at=at,
    )  # fmt: skip
    assert source_mark(year=2021) != mark, "rosters read before are read anew"
    assert [doubt.cause for doubt in find_doubts(batch=batch, book=book)] == ["objection"]
    with pytest.raises(CannotApproveBatch, match="公示有异议，暂停发放 1 笔"):
        approve_batch(batch=batch, book=book, by=tree.checker, at=at)
    settled = {"objection": objection, "on": at.date(), "at": at}
    answer_objection(**settled, verdict="dismissed", answer="车已报废", by=tree.user_a)
    decide_objection(**settled, agrees=True, by=tree.checker)
    assert approve_batch(batch=batch, book=book, by=tree.checker, at=at).step == "approved"
