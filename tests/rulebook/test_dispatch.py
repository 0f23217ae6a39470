"""What a dispatch meeting hears and asks is read from the book, dated; nonsense is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from mingbai.rulebook import CannotLoadBook, load_book
from mingbai.rulebook.model.dispatch import AskKind, MoneyGapKind

FILE = "common/dispatch.yaml"


def test_the_book_says_what_every_kind_of_gap_asks_for(book):
    rule = book.dispatch_rule(date(2021, 6, 30))
    assert {each.kind for each in rule.money} == set(get_args(MoneyGapKind))
    assert {each.on for each in rule.asks} == set(get_args(AskKind))
    assert rule.at_risk == Decimal("0.5")
    assert (rule.value_is, rule.rule_id) == ("demonstration", "dispatch@2020-01-01")
    assert book.dispatch_rule(date(2019, 12, 31)) is None


WRONG = [
    ("at_risk: '0.5'", "at_risk: '1.5'", "不大于 1"),
    ("over: '0.05'", "over: '1.05'", "不大于 1"),
    ("kind: arrived_unreleased", "kind: released_behind", "写了两遍"),
    ("on: at_risk\n", "on: silent\n", "写了两遍"),
    ("on: silent\n", "on: lagging\n", "只留一种"),
    ("on: money\n", "on: money\n        among: towns\n", "不分镇"),
    ("on: overdue\n", "on: overdue\n        among: towns\n", "不分部门"),
    ("on: missed\n", "on: missed\n        severity: red\n", "只有滞后"),
    ("汇报逾期未办结的议定事项：{items}", "汇报逾期未办结的议定事项", "要有一处"),
    ("汇报逾期未办结的议定事项：{items}", "汇报{item}：{items}", "要有一处"),
    ("on: silent\n", "on: quiet\n", "不在可用的值之内"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_what_makes_no_sense_is_refused(spoil, old, new, said):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook, match=said) as refused:
        load_book(year=2021, county="340223", root=root)
    assert "dispatch.yaml" in str(refused.value)
