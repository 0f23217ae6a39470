"""Writing a chapter: words are the office's, figures stay the records'."""

from __future__ import annotations

import pytest

from mingbai.base.models import Act
from mingbai.paper.form import load_form
from mingbai.report.actions import CannotTypeFigure, CannotWriteOutline, write_outline
from mingbai.report.models import OutlineText
from mingbai.report.queries import newest_outline, open_outline

TEXT = "（一）赶进度。{{period.months}}拨付{{funds.released}}，占预算{{funds.released_of_budget}}。"


@pytest.fixture
def county(tree):
    return tree.asker(tree.clerk)


@pytest.fixture
def write(tree, at, year):
    """Write the chapter on next steps, which has no figure in the form's own wording."""

    def writing(text, **more):
        given = {"year": 2021, "half": 1, "chapter": "next", "by": tree.clerk, "at": at} | more
        return write_outline(text=text, **given)

    return writing


def test_versions_are_kept_and_the_newest_is_in_force(write, county):
    write(TEXT)
    second = write(TEXT + "\r\n\r\n  二是保发放。 ")
    assert second.version == 2
    assert second.text == TEXT + "\n\n二是保发放。"
    found = newest_outline(to=county, year=2021, half=1, chapter="next")
    assert found == second
    assert OutlineText.objects.seen_by(county).count() == 2
    act = Act.objects.seen_by(county).get(seq=second.act_id)
    assert act.verb == "write_outline"
    assert "funds.released" in act.payload


def test_saving_the_same_text_changes_nothing(write, county):
    assert write(TEXT) == write(TEXT)
    assert OutlineText.objects.seen_by(county).count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        "拨付6.38亿元",
        "拨付6.38 亿",
        "拨付６．３８亿元",
        "拨付63800万元",
        "占预算的63.78%",
        "占预算63.78％",
        "实施2项民生工程",
    ],
)
def test_a_stated_figure_cannot_be_typed(write, compiled, told, typed):
    compiled()
    with pytest.raises(CannotTypeFigure, match="不能手工填写") as caught:
        write(f"一是抓落实，{typed}。")
    assert "改为插入 {{" in str(caught.value)


@pytest.mark.parametrize(
    "harmless",
    ["确保11月底前完成", "2021年", "2个工作日内办结", "皖政〔2021〕24号", "第2版", "63.78亩"],
)
def test_other_numbers_may_be_typed(write, compiled, told, harmless):
    compiled()
    assert write(f"一是{harmless}。").version == 1


@pytest.mark.parametrize(
    "over", ["拨付6.7亿元，", "拨付近７亿元，", "拨付六亿多元，", "拨付7亿多元，"]
)
def test_a_bound_figure_cannot_be_typed_over(write, over):
    write(TEXT)
    changed = TEXT.replace("拨付{{funds.released}}，", over)
    with pytest.raises(CannotTypeFigure, match="位置被手工写成了"):
        write(changed, dropping=["funds.released"])


def test_a_bound_figure_is_dropped_only_on_purpose(write):
    write(TEXT)
    shorter = "（一）赶进度。{{period.months}}占预算{{funds.released_of_budget}}。"
    with pytest.raises(CannotTypeFigure, match="正文里少了“拨付资金”"):
        write(shorter)
    assert write(shorter, dropping=["funds.released"]).version == 2


def test_figures_of_the_forms_own_wording_are_guarded_too(write):
    default = load_form("half-year-summary").chapter("measures").default_text
    with pytest.raises(CannotTypeFigure, match="正文里少了"):
        write("（一）只说一句。", chapter="measures")
    assert write(default + "\n另加一段。", chapter="measures").version == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("拨付{{funds.relesed}}。", "是不是 {{funds.released}}（拨付资金）"),
        ("拨付{{no.such.thing}}。", "没有名为"),
        ("拨付{{funds.released。", "花括号不成对"),
        ("拨付{funds.released}}。", "花括号不成对"),
    ],
)
def test_misnamed_figures_are_refused_with_a_hint(write, text, said):
    with pytest.raises(CannotTypeFigure) as caught:
        write(text)
    assert said in str(caught.value)


def test_two_writers_do_not_overwrite_each_other(write, tree):
    write(TEXT)
    with pytest.raises(CannotWriteOutline, match="t-clerk已保存了第1版"):
        write(TEXT + "别的话。", follows_version=0)
    assert write(TEXT + "别的话。", follows_version=1).version == 2


@pytest.mark.parametrize(
    ("text", "chapter", "said"),
    [
        ("  \n ", "next", "正文是空的"),
        ("长" * 20_001, "next", "超过20000字"),
        ("话。", "progress", "没有这一章"),
    ],
)
def test_what_cannot_be_saved_says_why(write, text, chapter, said):
    with pytest.raises(CannotWriteOutline, match=said):
        write(text, chapter=chapter)


def test_the_editor_finds_text_and_figures(write, compiled, told, county):
    compiled()
    opened = open_outline(to=county, year=2021, half=1, chapter="measures")
    assert opened.version == 0
    assert opened.text.startswith("（一）")
    shown = {each.key: each.display for each in opened.bindables}
    assert shown["funds.released"] == "6.38亿元"
    assert shown["period.months"] == "1—6月"
    assert set(opened.bound) <= set(shown)
    assert open_outline(to=county, year=2021, half=1, chapter="opening") is None
