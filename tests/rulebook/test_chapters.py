"""The printed year tells the rules that belong to no single programme, as its files hold them."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from decimal import Decimal

import pytest

from mingbai.rulebook import describe_book, load_book
from mingbai.rulebook.chapters import year_chapters


@pytest.fixture(scope="module")
def book():
    return load_book(year=2021, county="340223")


def test_every_rule_of_the_year_is_printed_with_its_dates_and_source(book):
    text = describe_book(book)
    rules = [
        *book.lagging.rules, *book.weights, *book.reporting, *book.training,
        *book.works.networks, *book.works.seasons, *book.works.terms,
    ]  # fmt: skip
    assert len(rules) > 15
    lines = list(year_chapters(book))
    assert sum(line.endswith("〕") for line in lines) == len(rules)
    for rule in rules:
        assert f"〔{rule.source}〕" in text
    assert all("自20" in line for line in lines if line.endswith("〕"))


def test_what_is_printed_is_what_the_files_say(book):
    text = "\n".join(year_chapters(book))
    assert "全县子项“低于序时进度十个百分点以上”：低于序时10个百分点以上，亮红灯" in text
    assert "3月底低于25%、6月底低于50%" in text
    assert "2—12月判" in text
    assert "各镇按百分制：序时达标60分、任务完成20分、按时报送20分" in text
    assert "满分100分、60分合格" in text
    assert re.search(r"滞后原因分为：资金未到位、.*、其他。", text)


def test_a_changed_rule_changes_the_print(book):
    rule = dataclasses.replace(book.training[0], pass_mark=Decimal("72.5"))
    lag = dataclasses.replace(book.lagging.rules[1], points=Decimal(15))
    lagging = dataclasses.replace(book.lagging, rules=(lag,))
    text = "\n".join(year_chapters(dataclasses.replace(book, training=(rule,), lagging=lagging)))
    assert "72.5分合格" in text
    assert "低于序时15个百分点以上" in text
    assert "镇际末位" not in text


def test_rules_of_other_years_are_left_out(book):
    past = dataclasses.replace(book.weights[0], to_date=date(2020, 12, 31))
    coming = dataclasses.replace(book.weights[1], from_date=date(2022, 1, 1))
    text = "\n".join(year_chapters(dataclasses.replace(book, weights=(past, coming))))
    assert "进度通报排名" not in text


def test_a_book_without_such_rules_prints_no_such_chapter(book):
    from mingbai.rulebook.model import LagBook, WorksRules

    bare = dataclasses.replace(
        book, weights=(), lagging=LagBook(), reporting=(), training=(), works=WorksRules()
    )
    assert list(year_chapters(bare)) == []
