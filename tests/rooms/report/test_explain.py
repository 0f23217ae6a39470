"""From a statement to the sheet line, and what changed between two drafts."""

from __future__ import annotations

import pytest

from mingbai.funds.actions import reverse_entries
from mingbai.report.queries import (
    CannotExplain,
    collect,
    explain,
    explain_statement,
    list_changes,
    rounding_text,
    statements_of,
)


@pytest.fixture
def county(tree):
    return tree.asker(tree.clerk)


@pytest.fixture
def stated(compiled, told, county):
    """The statements of a draft by key."""
    return {each.key: each for each in statements_of(compiled(), to=county)}


def test_a_figure_walks_down_to_its_sheet_line(stated, county):
    released = stated["funds.released"]
    top = explain_statement(released, (), county)
    assert top.computation == "637,800,000.00元 ≈ 6.38亿元"
    assert [part.label for part in top.parts] == ["poverty", "medicine"]
    assert [part.value for part in top.parts] == ["600,000,000.00元", "37,800,000.00元"]
    assert sum(part.share for part in top.parts) == 1
    assert (top.total, top.adds_up, top.is_last) == ("637,800,000.00元", True, False)
    path = ()
    level = top
    while not level.is_last:
        path = level.parts[0].path
        level = explain_statement(released, path, county)
    assert level.depth < 4
    leaf = level.parts[0]
    assert leaf.address.startswith("/intake/files/")
    assert leaf.address.endswith("/sheets/2/?line=5#L5")
    assert leaf.place == "第2张表第5行"
    assert next(step.label for step in level.steps) == "poverty"


def test_a_ratio_shows_its_two_sides_in_their_own_unit(stated, county):
    ratio = stated["funds.released_of_budget"]
    top = explain_statement(ratio, (), county)
    assert top.computation == "637,800,000.00元 ÷ 1,000,000,000.00元 = 63.78%"
    assert [part.value for part in top.parts] == ["637,800,000.00元", "1,000,000,000.00元"]
    assert top.adds_up is None
    for side in ("numerator", "denominator"):
        assert explain_statement(ratio, (side,), county).adds_up is True
    assert rounding_text(top.card) == "百分数，四舍五入保留2位小数"


def test_later_records_do_not_change_an_older_answer(stated, county, money):
    money(9_900_000_000, line=20)
    top = explain_statement(stated["funds.released"], (), county)
    assert top.total == "637,800,000.00元"
    assert top.adds_up


def test_a_split_that_does_not_add_up_is_said(stated, county, monkeypatch):
    real = collect.walk
    monkeypatch.setattr(
        collect, "walk", lambda key, path, **more: real(key, path, **more)[: 1 if not path else 9]
    )
    assert explain_statement(stated["funds.released"], (), county).adds_up is False


def test_a_wrong_path_is_said_plainly(stated, county):
    with pytest.raises(CannotExplain, match="没有这一层"):
        explain_statement(stated["funds.released"], ("skills.poverty", "bad", "x"), county)


def test_long_levels_are_paged(stated, county, money, monkeypatch):
    monkeypatch.setattr(explain, "LEVEL_SIZE", 2)
    page = explain_statement(stated["funds.released"], (), county)
    assert page.after == ("@2",)
    assert page.adds_up is None
    later = explain_statement(stated["funds.released"], ("@2",), county)
    assert later.before == ()
    assert later.parts == ()


def test_below_the_county_only_own_records_are_listed(compiled, told, tree, county):
    summary = compiled()
    released = next(
        each for each in statements_of(summary, to=county) if each.key == "funds.released"
    )
    seen = explain_statement(released, (), tree.asker(tree.user_a))
    assert seen.adds_up is None
    assert len(seen.parts) < 2


def test_changes_name_the_figure_the_part_the_record_and_the_act(
    compiled, told, money, county, tree, at
):
    compiled()
    wrong = money(2_000_000_000, sub_item="rehab.medicine", line=30)
    reverse_entries(entries=[wrong], reason="填错", by=tree.clerk, at=at)
    money(1_000_000_000, line=31)
    changes = {change.key: change for change in list_changes(compiled(), to=county)}
    assert set(changes) >= {"funds.released", "funds.released_of_budget"}
    assert "funds.budget" not in changes
    released = changes["funds.released"]
    assert (released.old.display, released.new.display) == ("6.38亿元", "6.48亿元")
    assert [part.label for part in released.parts] == ["poverty"]
    part = released.parts[0]
    assert (part.old, part.new) == ("600,000,000.00元", "610,000,000.00元")
    came = [record for record in part.records if record.came]
    assert [record.value for record in came] == ["10,000,000.00元"]
    assert came[0].address.endswith("?line=31#L31")
    assert [each.name for each in released.acts] == ["记入资金", "冲销资金", "记入资金"]


def test_a_draft_without_change_or_without_forerunner_lists_none(compiled, told, county):
    first = compiled()
    assert list_changes(first, to=county) == ()
    assert list_changes(compiled(), to=county) == ()
