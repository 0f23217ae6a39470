"""Lag rules and causes are read from the book, dated; what does not make sense is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from mingbai.rulebook import CannotLoadBook
from mingbai.rulebook.loading.lags import read_lags
from mingbai.rulebook.shelf import Shelf

DAY = date(2021, 6, 30)
RULE = """
  - code: {code}
    name: 规则
    kind: {kind}
    among: {among}
    severity: red
    {more}
    from: {start}
    value_is: demonstration
    source: 演示
"""
CAUSE = """
causes:
  - {code: funds, name: 资金未到位, from: 2020-01-01, value_is: demonstration, source: 演示}
"""


def shelf(folder, rules, *, causes=CAUSE, county=""):
    for name, text in (("common", f"rules:{rules}{causes}"), ("county-340223", county)):
        if text:
            (folder / name).mkdir(exist_ok=True)
            (folder / name / "lag_rules.yaml").write_text(text, encoding="utf-8")
    return Shelf(folder)


def rule(code="one", kind="below_schedule", among="sub_items", more="points: '5'",
         start="2020-01-01"):  # fmt: skip
    return RULE.format(code=code, kind=kind, among=among, more=more, start=start)


def read(folder, rules, **kw):
    known = frozenset({"roads.build"})
    return read_lags(shelf(folder, rules, **kw), county="county-340223", known=known)


def test_the_book_holds_every_kind_of_rule_and_says_where_it_is_from(book):
    rules = book.lagging.rules_on(DAY)
    assert {each.kind for each in rules} == {
        "below_schedule", "below_ratio", "below_mean", "bottom_of_ranking", "growth_below",
    }  # fmt: skip
    assert all(each.source and each.value_is == "demonstration" for each in rules)
    assert {"资金未到位", "用地未落实", "招标推迟", "天气影响", "符合条件的对象不足"} <= {
        each.name for each in book.lagging.causes_on(DAY)
    }
    assert book.lagging.cause_name("land") == "用地未落实"
    assert book.lagging.cause_name("gone") == "gone"


def test_a_rule_by_month_speaks_only_in_its_months(book):
    (half,) = [each for each in book.lagging.rules if each.code == "quarter-and-half"]
    assert [half.spec(month) is not None for month in (2, 3, 6)] == [False, True, True]
    assert half.spec(6).ratio == Fraction(1, 2)
    (growth,) = [each for each in book.lagging.rules if each.code == "slow-growth"]
    assert (growth.spec(1), growth.spec(2).points) == (None, Fraction(2))


def test_a_county_overrules_the_common_rule_from_its_day_on(tmp_path):
    own = "rules:" + rule(more="points: '8'", start="2021-06-01")
    lagging = read(tmp_path, rule(), county=own)
    assert [each.points for each in lagging.rules_on(date(2021, 5, 31))] == [Decimal(5)]
    assert [each.points for each in lagging.rules_on(DAY)] == [Decimal(8)]
    assert {each.rule_id for each in lagging.rules} == {"lag/one@2020-01-01", "lag/one@2021-06-01"}


def test_a_rule_may_be_for_some_kinds_or_sub_items_only(tmp_path):
    some = rule("a", more="points: '1'\n    kinds: [works]")
    one = rule("b", more="points: '1'\n    sub_items: [roads.build]")
    works, named = read(tmp_path, some + one).rules
    assert works.applies_to("x.y", "works")
    assert not works.applies_to("x.y", "subsidy")
    assert named.applies_to("roads.build", "works")
    assert not named.applies_to("x.y", "works")


WRONG = [
    ({"kind": "below_luck"}, "不在可用的值之内"),
    ({"more": "points: '101'"}, "不能超过 100"),
    ({"more": "points: 'many'"}, "应为不小于零的数"),
    ({"kind": "growth_below", "more": "points: '0'"}, "至少增长"),
    ({"kind": "below_mean", "among": "towns", "more": "points: '0'\n    of: upper"}, "peers"),
    ({"kind": "bottom_of_ranking", "more": "count: 1"}, "末位规则请用 towns"),
    ({"kind": "bottom_of_ranking", "among": "towns", "more": "count: 0"}, "不小于1"),
    ({"kind": "below_ratio", "more": "nodes: [{month: 13, ratio: '0.5'}]"}, "月份是 1 到 12"),
    ({"kind": "below_ratio",
      "more": "nodes: [{month: 6, ratio: '0.5'}, {month: 9, ratio: '0.4'}]"}, "从早到晚"),
    ({"more": "points: '1'\n    months: [6, 3]"}, "从小到大"),
    ({"more": "points: '1'\n    months: [0]"}, "从小到大"),
    ({"more": "points: '1'\n    kinds: [magic]"}, "这类子项"),
    ({"more": "points: '1'\n    sub_items: [no.such]"}, "没有子项"),
    ({"more": "points: '1'\n    speed: fast"}, "不认识这个键"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_makes_no_sense_is_refused_with_file_and_key(tmp_path, given, said):
    with pytest.raises(CannotLoadBook, match=said) as refused:
        read(tmp_path, rule(**given))
    assert "lag_rules.yaml" in str(refused.value)


def test_rules_without_causes_are_refused_and_overlaps_too(tmp_path):
    with pytest.raises(CannotLoadBook, match="滞后原因"):
        read(tmp_path, rule(), causes="")
    with pytest.raises(CannotLoadBook, match="重叠"):
        read(tmp_path, rule() + rule())
