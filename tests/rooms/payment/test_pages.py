"""The payment pages: one list, one batch, one person; buttons by role, never for one's own work."""

from __future__ import annotations

import pytest
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.payment.actions import draw_batch
from mingbai.payment.models import BatchStep, PaymentLine
from mingbai.registry.actions import enrol_sheets
from mingbai.registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(tree, at, monkeypatch):
    """January drawn by the clerk, for sixty people of one town."""
    book = small_book()
    for page in ("registry.views.persons", "payment.views.drawing", "payment.views.paid"):
        monkeypatch.setattr(f"mingbai.{page}.newest_year", lambda: 2021)
    for page in ("cards", "drawing", "one_batch"):
        monkeypatch.setattr(f"mingbai.payment.views.{page}.load_book", lambda **_: book)
    names = {DIBAO: "农村低保"}
    monkeypatch.setattr("mingbai.payment.views.drawing.payable_names", lambda **_: names)
    for month in (1, 2):
        sheet = hand_in(tree, at, [row(n) for n in range(60)], month=month)
        enrol_sheets(sheets=[sheet], book=book, by=tree.clerk, at=at)
    return draw_batch(sub_item=DIBAO, period=202101, book=book, by=tree.clerk, at=at)


def test_list_and_batch_take_a_fixed_number_of_queries(
    tree, client, batch, django_assert_max_num_queries
):
    client.force_login(tree.clerk)
    for path in ("/payment/", f"/payment/batches/{batch.pk}/"):
        with django_assert_max_num_queries(32) as first:
            text = client.get(path).content.decode()
        with django_assert_max_num_queries(32) as second:
            client.get(f"{path}?page=2")
        assert len(first) == len(second)
        assert row(1)["name"] not in text
    assert text.count(" 行</a></td>") == 50


def test_lines_name_their_rule_in_chinese_and_keep_the_id_for_auditors(tree, client, batch):
    client.force_login(tree.clerk)
    rule = small_book().sub_item(DIBAO).amounts[0]
    line = PaymentLine.objects.unscoped("test").first()
    text = client.get(f"/payment/batches/{batch.pk}/").content.decode()
    assert text.count(f'<span title="{rule.source}">{rule.name}</span></td>') == 50
    assert text.count(f'<code class="muted">{rule.rule_id}</code>') == 1
    assert f"{rule.name}：{rule.source}" in text
    assert f">{line.item}<" not in text
    text = client.get(f"/payment/people/{line.person_id}/").content.decode()
    assert f'{rule.name}<br><small class="muted">{rule.source}</small>' in text
    assert rule.rule_id not in text


def test_three_people_take_a_batch_to_paid(tree, client, batch):
    path = f"/payment/batches/{batch.pk}/"
    client.force_login(tree.clerk)
    assert "须由他人复核" in client.get(path).content.decode()
    assert client.post(f"{path}approve/").status_code == 403
    client.force_login(tree.checker)
    assert "复核通过" in client.get(path).content.decode()
    client.post(f"{path}approve/")
    assert client.post(f"{path}confirm/", {"paid_date": "2021-01-31"}).status_code == 403
    client.force_login(tree.payer)
    client.post(f"{path}confirm/", {"paid_date": ""})
    assert BatchStep.objects.unscoped("test").count() == 2
    assert (
        "已确认发放"
        in client.post(f"{path}confirm/", {"paid_date": "2021-01-31"}, follow=True).content.decode()
    )
    steps = BatchStep.objects.unscoped("test").order_by("number")
    assert list(steps.values_list("step", flat=True)) == ["drawn", "approved", "paid"]


def test_drawing_from_the_page_holds_the_maker_to_the_declared_total(tree, client, batch):
    client.force_login(tree.clerk)
    sent = {"sub_item": DIBAO, "month": 2, "count": 60, "amount": "1.00"}
    wrong = client.post("/payment/draw/", sent, follow=True).content.decode()
    assert "不一致" in wrong
    sent["amount"] = "30000.00"
    assert "已制表" in client.post("/payment/draw/", sent, follow=True).content.decode()
    again = client.post("/payment/draw/", sent, follow=True).content.decode()
    assert "此前批次已列入 60 行" in again
    assert PaymentLine.objects.unscoped("test").count() == 120


def test_a_town_sees_its_part_and_may_not_act(tree, client, batch):
    path = f"/payment/batches/{batch.pk}/"
    client.force_login(tree.user_b)
    assert client.get(path).status_code == 404
    client.force_login(tree.user_a)
    text = client.get(path).content.decode()
    assert "本页只显示本镇部分" in text
    for action in ("approve", "confirm", "void"):
        assert client.post(f"{path}{action}/", {"reason": "试"}).status_code == 403
    sent = {"sub_item": DIBAO, "month": 2}
    client.post("/payment/draw/", sent)
    assert PaymentLine.objects.unscoped("test").count() == 60


def test_voiding_from_the_page_needs_a_reason(tree, client, batch):
    path = f"/payment/batches/{batch.pk}/"
    client.force_login(tree.checker)
    client.post(f"{path}void/", {"reason": " "})
    assert BatchStep.objects.unscoped("test").count() == 1
    client.post(f"{path}void/", {"reason": "花名册有误"})
    assert "已作废" in client.get(path).content.decode()


def test_a_persons_payments_stand_in_one_list(tree, client, batch):
    person = Person.objects.unscoped("test").order_by("id").first()
    client.force_login(tree.user_a)
    text = client.get(f"/payment/people/{person.pk}/").content.decode()
    assert "500" in text
    assert row(0)["name"] not in text
    client.force_login(tree.user_b)
    assert client.get(f"/payment/people/{person.pk}/").status_code == 404
