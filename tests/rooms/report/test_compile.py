"""Compiling and issuing: figures frozen with evidence, text arranged, docx naming statements."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from django.db import DatabaseError, IntegrityError, transaction

from mingbai.base.files import open_file
from mingbai.base.models import Act
from mingbai.paper.official import read_figure_runs
from mingbai.report.actions import (
    CannotCompileSummary,
    CannotIssueSummary,
    CannotWriteOutline,
    compiling,
    issue_summary,
    write_outline,
)
from mingbai.report.actions.arrange import name_completed
from mingbai.report.models import OutlineText, Statement, Summary, SummaryIssue, SummaryPaper
from mingbai.report.queries import (
    figures_json,
    newest_summary,
    page_blocks,
    paper_file,
    statements_of,
    summaries,
)


def statements(summary, to):
    return {each.key: each for each in statements_of(summary, to=to)}


def words_of(summary, to):
    blocks = page_blocks(summary, statements_of(summary, to=to))
    return "\n".join(block.lead + "".join(run.text for run in block.runs) for block in blocks)


@pytest.fixture
def county(tree):
    return tree.asker(tree.clerk)


def test_figures_come_out_of_the_records(compiled, told, county):
    found = statements(compiled(), county)
    assert found["funds.released"].display == "6.38亿元"
    assert found["funds.released"].value == "63780000000"
    assert found["funds.released"].evidence_count == 2
    assert found["funds.budget"].display == "10亿元"
    ratio = found["funds.released_of_budget"]
    assert (ratio.display, ratio.value) == ("63.78%", "3189/5000")
    assert (ratio.numerator, ratio.denominator) == (63_780_000_000, 100_000_000_000)
    assert found["programme.count"].display == "2项"
    assert found["funds.released"].cutoff_date == date(2021, 6, 30)
    assert len({each.evidence_digest for each in found.values()}) > 3


def test_exactly_the_right_figures_move(compiled, told, money, county):
    before = statements(compiled(), county)
    money(1_000_000_000, line=9)
    after = statements(compiled(), county)
    moved = {key for key in before if before[key].value != after[key].value}
    assert moved == {"funds.released", "funds.released_of_budget"}
    kept = {key for key in before if before[key].evidence_digest == after[key].evidence_digest}
    assert kept == set(before) - moved


def test_money_after_the_cutoff_is_not_told(compiled, told, money, county):
    money(5_000_000_000, period=202107, line=11)
    assert statements(compiled(), county)["funds.released"].display == "6.38亿元"
    assert statements(compiled(half=2), county)["funds.released"].display == "6.88亿元"


def test_text_reads_as_an_official_would_write_it(compiled, told, county):
    summary = compiled()
    text = words_of(summary, county)
    assert "2021年1—6月" in text
    assert "民生工程2项" in text
    assert "已拨付6.38亿元" in text
    assert "尚无提前完成全年任务的子项" in text
    assert "{{" not in text
    assert summary.body["title"][0] == "南陵县2021年1—6月民生工程"


def test_completed_list_is_grouped_by_programme(completed_item):
    done = [
        completed_item("困难残疾人康复", "药费补助", whole=True),
        completed_item("困难残疾人康复", "康复训练", whole=True),
        completed_item("学前教育促进", "幼儿资助"),
        completed_item("学前教育促进", "幼师培训"),
        completed_item("卫生室建设", "人员进修"),
        completed_item("卫生室建设", "岗位培训"),
        completed_item("卫生室建设", "医师培训"),
        completed_item("文化惠民工程", "送戏进万村"),
    ]
    assert name_completed(done) == (
        "困难残疾人康复，学前教育促进中幼儿资助和幼师培训，"
        "卫生室建设中人员进修、岗位培训和医师培训，以及文化惠民工程中送戏进万村"
    )
    whole = [completed_item(name, "子项", whole=True) for name in ("甲", "乙", "丙")]
    assert name_completed(whole) == "甲、乙和丙"
    assert name_completed(whole[:1]) == "甲"
    assert name_completed([]) == ""


def test_completed_list_is_one_statement(compiled, told, county, completed_item, monkeypatch):
    done = (completed_item("技能培训提升", "岗前培训"), completed_item("康复", "药费", whole=True))
    monkeypatch.setattr(compiling, "completed", lambda **_: done)
    summary = compiled()
    listed = statements(summary, county)["delivery.completed_sub_items"]
    assert listed.display == "技能培训提升中岗前培训，以及康复"
    assert f"已经完成全年任务的有：{listed.display}。" in words_of(summary, county)


def test_docx_names_each_statement(compiled, told, county):
    summary = compiled(demonstration=True)
    content = open_file(paper_file(summary, to=county))
    runs = read_figure_runs(content)
    by_id = {str(each.pk): each for each in statements_of(summary, to=county)}
    assert {run.statement for run in runs} == set(by_id)
    assert all(run.text == by_id[run.statement].display for run in runs)
    paper = docx.Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "一、任务完成和信息报送情况" in text
    assert "县民生办\n2021年7月5日" in text
    assert "演示数据" in paper.sections[0].header.paragraphs[0].text
    assert summary.ledger_head[:16] in paper.sections[0].footer.paragraphs[1].text


def test_statements_and_summaries_are_frozen(compiled, told, county):
    summary = compiled()
    why = "a test of the triggers"
    for model in (Summary, Statement, SummaryPaper):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped(why).update(id=99)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped(why).delete()
    assert summary.turn == 1


def test_compiling_leaves_one_act_that_names_no_value(compiled, told, county):
    compiled()
    act = Act.objects.seen_by(county).filter(verb="compile_summary").get()
    assert act.subject == "2021年上半年小结第1稿"
    assert "63780000000" not in act.payload


def test_each_draft_follows_the_one_before(compiled, told, county):
    first, second, other = compiled(), compiled(), compiled(half=2)
    assert (first.turn, first.follows) == (1, None)
    assert (second.turn, second.follows) == (2, first)
    assert (other.turn, other.follows) == (1, None)
    assert newest_summary(to=county, year=2021) == other
    assert second.as_of_seq == first.as_of_seq + 1


def test_without_a_list_nothing_is_compiled(tree, at, compiled):
    with pytest.raises(CannotCompileSummary, match="2021年的项目清单还没有启用"):
        compiled()
    with pytest.raises(CannotCompileSummary, match="时段只有"):
        compiled(half=3)
    assert not Summary.objects.unscoped("a test counts").exists()


def test_the_countys_own_form_is_used(compiled, told, county, tmp_path):
    folder = tmp_path / "half-year-summary"
    folder.mkdir()
    form = """
name: 简报
title: ["{{place.county}}简报"]
sender: "{{place.office}}"
chapters:
  - key: opening
    sections:
      - paragraphs: [{key: a, text: "支出{{funds.spent}}。"}]
"""
    (folder / "form.yaml").write_text(form, encoding="utf-8")
    summary = compiled(forms_folder=tmp_path)
    assert words_of(summary, county) == "支出0亿元。"
    (folder / "form.yaml").write_text(form.replace("funds.spent", "funds.lost"), encoding="utf-8")
    with pytest.raises(CannotCompileSummary, match=r"funds\.lost"):
        compiled(forms_folder=tmp_path)
    (folder / "form.yaml").write_text("name: 坏的", encoding="utf-8")
    with pytest.raises(CannotCompileSummary, match="读不通"):
        compiled(forms_folder=tmp_path)


def test_outline_goes_into_the_next_draft(compiled, told, tree, at, county):
    write_outline(
        year=2021, half=1, chapter="next", by=tree.clerk, at=at,
        text="（一）赶进度。已拨{{funds.released}}，到位{{funds.arrived}}。\n二是保发放。",
    )  # fmt: skip
    summary = compiled()
    text = words_of(summary, county)
    assert "（一）赶进度。已拨6.38亿元，到位0亿元。\n二是保发放。" in text
    assert "funds.arrived" in statements(summary, county)
    blocks = page_blocks(summary, statements_of(summary, to=county))
    assert next(block for block in blocks if block.lead).lead.startswith("（一）")


def test_issuing_needs_another_hand(compiled, told, tree, at):
    summary = compiled()
    with pytest.raises(CannotIssueSummary, match="不能是同一个人"):
        issue_summary(summary=summary, by=tree.clerk, at=at)
    issue = issue_summary(summary=summary, by=tree.checker, at=at)
    assert issue.issued_by == tree.checker
    with pytest.raises(CannotIssueSummary, match="已经印发"):
        issue_summary(summary=summary, by=tree.checker, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        SummaryIssue.objects.create(
            summary=compiled(), compiled_by=tree.clerk, issued_by=tree.clerk, issued_at=at,
            act=issue.act,
        )  # fmt: skip


def test_an_overtaken_draft_is_not_issued(compiled, told, tree, at):
    first = compiled()
    compiled()
    with pytest.raises(CannotIssueSummary, match="已有第2稿"):
        issue_summary(summary=first, by=tree.checker, at=at)


def test_below_the_county_only_issued_summaries_are_seen(compiled, told, tree, at):
    town = tree.asker(tree.user_a)
    summary = compiled()
    assert not summaries(to=town).exists()
    assert statements_of(summary, to=town) == ()
    issue_summary(summary=summary, by=tree.checker, at=at)
    assert summaries(to=town).get() == summary
    assert statements_of(summary, to=town)


def test_figures_json_is_exact(compiled, told, county):
    listed = {each["key"]: each for each in figures_json(compiled(), to=county)}
    released = listed["funds.released"]
    assert released["value"] == 63_780_000_000
    assert (released["unit"], released["display"], released["cutoff"]) == (
        "fen",
        "6.38亿元",
        "2021-06-30",
    )
    assert released["evidence_rows"] == 2
    assert len(released["digest"]) == 64
    ratio = listed["funds.released_of_budget"]
    assert ratio["value"] == "3189/5000"
    assert ratio["denominator"]["value"] == 100_000_000_000
    assert listed["outreach.city_adopted_ratio"]["value"] is None


def test_two_hands_at_one_moment_make_one_record(compiled, told, tree, at, monkeypatch):
    summary = compiled()

    def taken(**_):
        raise IntegrityError("unique")

    refusals = (
        (Summary, CannotCompileSummary, compiled),
        (
            SummaryIssue,
            CannotIssueSummary,
            lambda: issue_summary(summary=summary, by=tree.checker, at=at),
        ),
        (
            OutlineText,
            CannotWriteOutline,
            lambda: write_outline(
                year=2021, half=1, chapter="next", text="话。", by=tree.clerk, at=at
            ),
        ),
    )
    acts = Act.objects.unscoped("a test counts").count()
    for model, refusal, act in refusals:
        with monkeypatch.context() as patch:
            patch.setattr(model.objects, "create", taken)
            with pytest.raises(refusal):
                act()
    assert Act.objects.unscoped("a test counts").count() == acts
