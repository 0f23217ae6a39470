"""reminding.yaml: every kind is ruled, the county's stand instead, mistakes are refused."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
import yaml

from mingbai.rulebook import CannotLoadBook, load_book
from mingbai.rulebook.loading.reminding import read_reminding
from mingbai.rulebook.model import RemindKind
from mingbai.rulebook.shelf import Shelf

DAY = date(2021, 7, 1)


def entry(**kw):
    return {
        "kind": "slip", "name": "更正单", "before": [3, 1], "after": [2], "every": 0, "until": 9,
        "channels": ["site"], "from": date(2020, 1, 1), "source": "某号文第一条", **kw,
    }  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """A common page of given entries, and the county's."""

    def write(*entries, county=(), hours=()):
        for folder, rules in (("common", entries), ("county-340223", county)):
            (tmp_path / folder).mkdir(exist_ok=True)
            page = {"reminders": list(rules), "hours": list(hours)}
            text = yaml.safe_dump(page, allow_unicode=True)
            (tmp_path / folder / "reminding.yaml").write_text(text, encoding="utf-8")
        return read_reminding(Shelf(tmp_path), county="county-340223")

    return write


def test_the_shipped_page_rules_every_kind_once():
    reminding = load_book(year=2021, county="340223").reminding
    for kind in get_args(RemindKind):
        rule = reminding.rule_on(kind, DAY)
        assert rule is not None, kind
        assert "site" in rule.channels
        assert rule.value_is == "demonstration"
    hours = reminding.hours_on(DAY)
    assert hours is not None
    assert hours.first_hour < hours.last_hour


def test_what_has_no_term_of_its_own_is_given_one():
    reminding = load_book(year=2021, county="340223").reminding
    given = {kind for kind in get_args(RemindKind) if reminding.rule_on(kind, DAY).term}
    assert given == {"lag_plan", "letter"}


def test_the_county_rules_instead_from_its_day_on(read):
    found = read(entry(), county=[entry(before=[5], **{"from": date(2021, 7, 1)})])
    assert found.rule_on("slip", date(2021, 6, 30)).spec.before == (1, 3)
    assert found.rule_on("slip", date(2021, 7, 1)).spec.before == (5,)
    assert found.rule_on("report", DAY) is None
    assert found.hours_on(DAY) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "picnic"}, "picnic"),
        ({"before": [0]}, "天数"),
        ({"before": [1, 1]}, "天数"),
        ({"after": "3"}, "天数"),
        ({"after": [10]}, "不能晚于"),
        ({"lead_from": 10}, "1 到 9"),
        ({"channels": ["mail"]}, "不能去掉"),
        ({"channels": ["site", "fax"]}, "fax"),
        ({"term": {"days": 0, "counted": "working"}}, "不小于1"),
        ({"surprise": 1}, "不认识"),
        ({"source": "演示数据：拟定"}, "value_is"),
    ],
)
def test_mistakes_are_refused_with_the_place(read, change, said):
    with pytest.raises(CannotLoadBook) as refused:
        read(entry(**change))
    assert said in str(refused.value)
    assert "reminders[1]" in str(refused.value)


def test_hours_must_be_a_stretch_of_the_day(read):
    hours = {"first_hour": 18, "last_hour": 8, "from": date(2020, 1, 1), "source": "某号文第一条"}
    with pytest.raises(CannotLoadBook):
        read(entry(), hours=[hours])
