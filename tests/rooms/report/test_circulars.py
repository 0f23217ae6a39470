"""Circulars: ranking with ties, lines and scores frozen, two hands, pages that lead to the rows."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.rooms.delivery.conftest import ALL, County
from tests.rooms.programme.books import A, B

from mingbai.base.files import open_file
from mingbai.base.models import Role
from mingbai.report.actions import (
    CannotCompileCircular,
    CannotIssueCircular,
    compile_circular,
    issue_circular,
)
from mingbai.report.actions.closing import CannotWriteClosing, write_closing
from mingbai.report.actions.naming import _slowest, name_place, name_places
from mingbai.report.models import Circular, CircularIssue, CircularLine, CircularScore
from mingbai.report.queries.circulars import COUNTS, circular_lines, circular_scores, circulars
from mingbai.rulebook import load_book

REAL = load_book(year=2021, county="340223")


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def county(tree, at):
    made = County(tree, at)
    made.book = replace(made.book, lagging=REAL.lagging, weights=REAL.weights)
    made.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "155"), month=6,
    )  # fmt: skip
    made.report(("roads.toilets", "", None, "110"), office=tree.office_a, month=6)
    made.report(("roads.toilets", "", None, "45"), office=tree.office_b, month=6)
    return made


def compiled(county, **kw):
    given = {"year": 2021, "period": 202106, "book": county.book, "by": county.tree.clerk}
    return compile_circular(**{**given, "at": county.at, **kw})


def scored(*rows):
    return [
        SimpleNamespace(place=place, office=SimpleNamespace(short_name=name))
        for name, place in rows
    ]


def test_ties_share_a_place_and_the_next_is_skipped_as_circulars_print_it():
    weights = replace(REAL.weights[0], top=5, bottom=1)
    rows = scored(("子", 1), ("丑", 2), ("甲", 3), ("乙", 3), ("丙", 5), ("丁", 6))
    text = name_places(rows, weights)
    assert "第三名甲、乙；第五名丙" in text
    assert text.endswith("排在后面的是：第六名丁")
    assert [name_place(n) for n in (1, 10, 11, 20, 21, 100)] == [
        "第一名", "第十名", "第十一名", "第二十名", "第二十一名", "第100名",
    ]  # fmt: skip
    few = name_places(scored(("甲", 1), ("乙", 2)), replace(weights, top=3, bottom=3))
    assert few == "第一名甲；第二名乙", "nobody is named at both ends"


def test_the_slowest_towns_are_named_with_whoever_ties_and_the_rest_counted():
    def town(name, done):
        return SimpleNamespace(
            state="lagging", judged=SimpleNamespace(town_name=name, actual=Fraction(done, 100))
        )

    rows = [town("甲", 10), town("乙", 20), town("丙", 20), town("丁", 30)]
    assert _slowest(rows, 2) == "甲（10.0%）、乙（20.0%）、丙（20.0%）等 4 个镇"
    assert _slowest(rows[:3], 3) == "甲（10.0%）、乙（20.0%）、丙（20.0%）"
    assert _slowest([], 3) == ""


@pytest.mark.django_db
def test_towns_and_departments_are_ranked_and_each_score_breaks_down(county):
    made = compiled(county)
    scores = {each.office.short_name: each for each in circular_scores(made, to=ALL)}
    town_a, town_b = scores["籍山镇"], scores["许镇镇"]
    assert (town_a.place, town_b.place, town_a.ranked) == (1, 2, "towns")
    # schedule 100 % and 45 % of 50 %; completion 55 % and 45 %; both reported.
    assert town_a.score == Decimal(60) + Decimal("11") + Decimal(20)
    assert town_b.score == Decimal(54) + Decimal(9) + Decimal(20)
    civil, school = scores["民政局"], scores["教育局"]
    assert school.score < civil.score, "the silent have nothing to be scored by but silence"
    for each in scores.values():
        parts = sum(Decimal(part["points"]) for part in each.parts)
        assert abs(max(parts, Decimal(0)) - each.score) <= Decimal("0.02")
    assert "released" not in {part["code"] for part in civil.parts}, "no budget, no indicator"
    assert sum(Decimal(p["weight"]) for p in civil.parts if p["kind"] == "indicator") == 100


@pytest.mark.django_db
def test_every_count_of_the_text_is_the_count_of_its_rows(county):
    made = compiled(county)
    used = {
        run["figure"]
        for block in made.body["blocks"] if block["kind"] == "paragraph"
        for run in block["runs"] if isinstance(run, dict)
    }  # fmt: skip
    assert used <= set(COUNTS)
    assert set(made.body["figures"]) == set(COUNTS)
    for key in COUNTS:
        count = circular_lines(made, to=ALL, key=key).count()
        assert made.body["figures"][key].rstrip("个项") == str(count), key
    line = CircularLine.objects.unscoped("the test looks").get(circular=made, town_id=B)
    assert line.origins[0][2] == 4, "the sheet line behind the town's number"
    assert any("序时应达 50.0%，差 5.0 个百分点" in words for words in line.found)


@pytest.mark.django_db
def test_the_paper_names_the_slow_and_the_silent(county):
    made = compiled(county)
    with zipfile.ZipFile(io.BytesIO(open_file(made.file))) as parts:
        text = parts.read("word/document.xml").decode()
    for words in ("许镇镇（45.0%）", "教育局", "第一名籍山镇", "实施进度情况的通报"):
        assert words in text, words
    again = compiled(county)
    assert (again.turn, again.follows_id) == (2, made.pk)
    assert {**again.body} == {**made.body}


def words_of(made):
    with zipfile.ZipFile(io.BytesIO(open_file(made.file))) as parts:
        return parts.read("word/document.xml").decode()


@pytest.mark.django_db
def test_the_office_writes_what_is_asked_and_it_is_frozen_with_the_draft(county):
    def write(text, follows, **kw):
        return write_closing(
            period=202106, text=text, follows_version=follows, by=county.tree.clerk, at=county.at,
            **kw,
        )  # fmt: skip

    own = compiled(county)
    assert "排出按月赶上的节点" in words_of(own), "the form's own words where nobody wrote"
    with pytest.raises(CannotWriteClosing, match=r"没有名为 count\.nothing 的数"):
        write("滞后的{{count.nothing}}", 0)
    with pytest.raises(CannotWriteClosing, match="花括号"):
        write("滞后的{{count.lagging}", 0)
    with pytest.raises(CannotWriteClosing, match="写明要求"):
        write("  ", 0)
    first = write("请滞后的{{count.lagging}}责任部门七月十日前报送措施。", 0)
    assert first.version == 1
    with pytest.raises(CannotWriteClosing, match="新的一版"):
        write("别的话", 0)
    with pytest.raises(CannotIssueCircular, match="重新编制"):
        issue_circular(circular=own, by=county.tree.checker, at=county.at)
    made = compiled(county)
    text = words_of(made)
    assert "七月十日前报送措施" in text
    assert "排出按月赶上的节点" not in text
    lagging = made.body["figures"]["count.lagging"]
    assert any(
        {"figure": "count.lagging"} in block.get("runs", ())
        for block in made.body["blocks"]
        if block.get("key") == "demands"
    ), f"the count {lagging} is bound, not typed"
    issue_circular(circular=made, by=county.tree.checker, at=county.at)
    with pytest.raises(CannotWriteClosing, match="已经印发"):
        write("再改", 1)
    assert Circular.objects.unscoped("t").get(pk=made.pk).body == made.body


@pytest.mark.django_db
def test_the_closing_is_written_on_its_page(county, client):
    page = "/report/circulars/closing/2021/6/"
    client.force_login(county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
    shown = client.get(page).content.decode()
    assert "排出按月赶上的节点" in shown
    assert "{{count.lagging}}" in shown
    assert page in client.get("/report/circulars/").content.decode()
    bad = client.post(page, {"text": "{{count.nothing}}", "follows_version": "0"})
    assert bad.status_code == 422
    assert client.post(page, {"text": "请抓紧。", "follows_version": "0"}).status_code == 302
    assert "第 1 版" in client.get(page).content.decode()
    client.force_login(county.tree.user_civil, backend="mingbai.base.auth.OfficeBackend")
    assert client.get(page).status_code == 403


@pytest.mark.django_db
def test_a_report_that_waits_is_named_as_waiting_not_as_silent(county):
    rule = REAL.reporting[0]
    county.book = replace(
        county.book, reporting=(replace(rule, effects=dict.fromkeys(rule.effects, "note")),)
    )
    county.report(("roads.toilets", "", None, "120"), office=county.tree.office_a, month=7)
    made = compiled(county, period=202107)
    silent = circular_lines(made, to=ALL, key="count.town_silent")
    waiting = circular_lines(made, to=ALL, key="count.town_unchecked")
    assert {each.town_id for each in waiting} == {A}
    assert A not in {each.town_id for each in silent}
    assert "尚未核定的子项" in words_of(made)
    scores = {each.office.short_name: each for each in circular_scores(made, to=ALL)}
    reporting = {
        name: next(p for p in each.parts if p["code"] == "reporting")["points"]
        for name, each in scores.items()
        if each.ranked == "towns"
    }
    assert Decimal(reporting["籍山镇"]) > Decimal(reporting["许镇镇"]), "who handed in reported"


@pytest.mark.django_db
def test_what_is_compiled_stays_whatever_is_reported_later(county):
    made = compiled(county)
    before = [(s.office_id, s.place, s.score) for s in circular_scores(made, to=ALL)]
    county.report(("roads.toilets", "", None, "100"), office=county.tree.office_b, month=6, town=B)
    assert [(s.office_id, s.place, s.score) for s in circular_scores(made, to=ALL)] == before
    newer = compiled(county)
    places = {s.office.short_name: s.place for s in circular_scores(newer, to=ALL)}
    assert places["许镇镇"] == 1
    why = "the test tries to change what is frozen"
    for model in (Circular, CircularLine, CircularScore):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.unscoped(why).all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        CircularScore.objects.unscoped(why).update(place=1)


@pytest.mark.django_db
def test_two_hands_and_only_the_newest_goes_out(county):
    tree = county.tree
    first, second = compiled(county), compiled(county)
    with pytest.raises(CannotIssueCircular, match="同一个人"):
        issue_circular(circular=second, by=tree.clerk, at=county.at)
    with pytest.raises(CannotIssueCircular, match="第2稿"):
        issue_circular(circular=first, by=tree.checker, at=county.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        CircularIssue.objects.create(
            circular=first, compiled_by=tree.clerk, issued_by=tree.checker, issued_at=county.at,
            act=first.act,
        )  # fmt: skip
    town = tree.asker(tree.user_a)
    assert not circulars(to=town).exists(), "a draft is not for towns"
    issue_circular(circular=second, by=tree.checker, at=county.at)
    assert list(circulars(to=town)) == [second]
    with pytest.raises(CannotIssueCircular, match="已经印发"):
        issue_circular(circular=second, by=tree.checker, at=county.at)


@pytest.mark.django_db
def test_what_is_missing_is_said(county):
    for given, said in (
        ({"period": 202206}, "月份"),
        ({"book": replace(county.book, weights=())}, "权重"),
        ({"book": replace(county.book, lagging=type(REAL.lagging)())}, "滞后规则"),
        ({"year": 2022, "period": 202206}, "还没有启用"),
    ):
        with pytest.raises(CannotCompileCircular, match=said):
            compiled(county, **given)


@pytest.mark.django_db
def test_the_form_may_be_the_countys_own_but_names_only_known_counts(county, tmp_path):
    folder = tmp_path / "progress-circular"
    folder.mkdir()
    text = (
        "name: 通报\ntitle: [通报]\nsender: 县办\nchapters:\n  - key: a\n    sections:\n"
        "      - paragraphs:\n          - {key: a, text: '滞后{{count.%s}}。'}\n"
    )
    (folder / "form.yaml").write_text(text % "lagging", encoding="utf-8")
    made = compiled(county, forms_folder=tmp_path)
    assert made.body["blocks"][0]["runs"] == ["滞后", {"figure": "count.lagging"}, "。"]
    (folder / "form.yaml").write_text(text % "luck", encoding="utf-8")
    with pytest.raises(CannotCompileCircular, match=r"count\.luck"):
        compiled(county, forms_folder=tmp_path)


@pytest.mark.django_db
def test_the_pages_lead_from_a_number_to_its_rows(county, client, monkeypatch):
    tree = county.tree
    Role.objects.create(user=tree.checker, role="leader", from_date=county.at.date())
    monkeypatch.setattr(
        "mingbai.report.views.circulars.load_book", lambda **_: county.book
    )  # the small county's book

    def page(address, user, data=None):
        client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
        return client.post(address, data) if data is not None else client.get(address)

    given = {"year": "2021", "month": "6"}
    answer = page("/report/circulars/compile/", tree.clerk, given)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    text = page(address, tree.clerk).content.decode()
    assert "第一名籍山镇" in text
    assert f"{address}rows/count.lagging/" in text
    assert f"{address}scores/{tree.office_b.pk}/" in text
    assert "style=" not in text
    rows = page(f"{address}rows/count.town_lagging/", tree.clerk).content.decode()
    assert "许镇镇" in rows
    assert "?line=4" in rows
    parts = page(f"{address}scores/{tree.office_b.pk}/", tree.clerk).content.decode()
    assert "序时达标" in parts
    assert "83 分" in parts
    assert page(f"{address}rows/count.luck/", tree.clerk).status_code == 404
    assert page(address, tree.user_a).status_code == 404
    assert page(f"{address}issue/", tree.checker, {}).status_code == 302
    assert page(address, tree.user_a).status_code == 200
    assert page(f"{address}docx/", tree.user_a).status_code == 200
    with CaptureQueriesContext(connection) as spent:
        assert "已印发" in page("/report/circulars/", tree.user_a).content.decode()
    assert len(spent) <= 20
    assert A != B
