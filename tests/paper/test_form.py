"""Form files: places for figures, the county's own wording, faults said plainly."""

from __future__ import annotations

import pytest

from mingbai.paper.form import (
    FORMS_FOLDER,
    CannotLoadForm,
    CannotReadText,
    Place,
    load_form,
    split_text,
)


def test_text_is_cut_at_its_places():
    pieces = split_text("拨付{{funds.released}}，占{{ funds.released_of_budget }}。")
    assert pieces == (
        "拨付",
        Place("funds.released"),
        "，占",
        Place("funds.released_of_budget"),
        "。",
    )
    assert split_text("") == ()


@pytest.mark.parametrize("text", ["{{funds.released", "funds}}", "{{资金}}", "{{ }}", "{{a{{b}}"])
def test_broken_places_are_refused(text):
    with pytest.raises(CannotReadText, match="花括号不成对"):
        split_text(text)


def test_half_year_summary_derives_its_first_chapter():
    form = load_form("half-year-summary")
    assert form.places() >= {
        "programme.count",
        "funds.released",
        "funds.budget",
        "funds.released_of_budget",
        "delivery.completed_sub_items",
        "payment.person_times",
        "payment.paid_amount",
        "outreach.pieces_sent",
        "outreach.city_adopted",
        "outreach.city_adopted_ratio",
        "outreach.province_adopted",
    }
    assert [chapter.key for chapter in form.chapters if chapter.outline] == ["measures", "next"]
    assert all(chapter.default_text for chapter in form.chapters if chapter.outline)
    assert form.chapter("measures").heading == "二、主要做法"
    with pytest.raises(KeyError):
        form.chapter("annex")


def test_county_folder_comes_first_and_the_shipped_form_is_the_fallback(tmp_path):
    folder = tmp_path / "half-year-summary"
    folder.mkdir()
    shipped = (FORMS_FOLDER / "half-year-summary" / "form.yaml").read_text(encoding="utf-8")
    (folder / "form.yaml").write_text(shipped.replace("主要做法", "工作措施"), encoding="utf-8")
    own = load_form("half-year-summary", county_folder=tmp_path)
    assert own.chapter("measures").heading == "二、工作措施"
    (folder / "form.yaml").unlink()
    assert load_form("half-year-summary", county_folder=tmp_path) == load_form("half-year-summary")


@pytest.mark.parametrize(
    "text",
    [
        "name: 只有名字",
        "title: [未闭合",
        "- 一\n- 二",
        "name: 甲\ntitle: [乙]\nsender: '{{place'\nchapters: []",
        "name: 甲\ntitle: [乙]\nsender: 丙\nchapters: [{key: a}, {key: a}]",
    ],
)
def test_malformed_form_is_named(tmp_path, text):
    (tmp_path / "half-year-summary").mkdir()
    (tmp_path / "half-year-summary" / "form.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotLoadForm, match=r"half-year-summary/form\.yaml"):
        load_form("half-year-summary", county_folder=tmp_path)


@pytest.mark.parametrize("kind", ["../secret", "年报", "no-such-form"])
def test_unknown_form_is_refused(kind):
    with pytest.raises(CannotLoadForm, match="没有名为"):
        load_form(kind)
