"""Papers of the year: drafted from book and targets, worded by people, issued by a second hand."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from tests.rooms.programme.books import small_book
from tests.rooms.programme.conftest import ALL

from mingbai.base.files import open_file
from mingbai.programme.actions import (
    CannotDraftDocuments,
    CannotEditDocument,
    CannotIssueDocument,
    draft_documents,
    edit_document,
    issue_document,
)
from mingbai.programme.models import DocumentIssue, YearDocument
from mingbai.programme.queries import (
    document_standings,
    documents_for,
    documents_seen,
    drafts_of_year,
    search_documents,
)
from mingbai.rulebook import load_book

pytestmark = pytest.mark.django_db
DAY = date(2021, 7, 5)
NUMBER = "南民办〔2021〕3号"


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


def draft(desk, **more):
    given = {"year": 2021, "book": small_book(), "by": desk.tree.clerk, "at": desk.at}
    return draft_documents(**(given | more))


@pytest.fixture
def drafted(desk):
    """The notice, the rules and a plan for each of the two programmes."""
    return {(each.kind, each.programme_code): each for each in draft(desk)}


@pytest.fixture
def plan(drafted):
    return drafted["programme-plan", "roads"]


def issue(desk, document, *, number=NUMBER, by=None, day=DAY):
    return issue_document(
        document=document, number=number, issue_date=day, by=by or desk.tree.checker, at=desk.at
    )


def text_of(document):
    return "\n".join(f"{lead}{text}" for _, lead, text in document.body["parts"])


def test_the_year_has_a_notice_rules_and_a_plan_a_programme(drafted):
    assert set(drafted) == {
        ("year-notice", ""), ("appraisal-rules", ""),
        ("programme-plan", "roads"), ("programme-plan", "school"),
    }  # fmt: skip


def test_a_plan_says_targets_money_schedule_and_duty_from_the_records(plan):
    text = text_of(plan)
    assert plan.title == "南陵县2021年项目roads实施方案"
    assert "子项roads.build：里程12.5公里，标志40个（工程类）。" in text
    assert "本项目年度预算1,100.00万元" in text
    assert "子项roads.toilets100.00万元。" in text
    assert "1月1日至12月31日，按月均衡推进。" in text
    assert "民政局负责子项roads.build、子项roads.toilets。" in text
    assert "补助标准" not in text, "a chapter without anything to say is not printed"
    rows = plan.annex["rows"]
    assert rows[0] == ["1", "子项roads.build", "里程", "籍山镇", "7.5公里"]
    assert [row[0] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]


def test_chapters_are_numbered_without_gaps(drafted):
    for document in drafted.values():
        heads = [lead for level, lead, _ in document.body["parts"] if level == 1]
        assert [head[0] for head in heads] == list("一二三四五六七八九十")[: len(heads)]
        assert heads


def test_the_notice_lists_every_programme_and_the_rules_make_a_hundred(drafted):
    notice = drafted["year-notice", ""]
    assert "实施民生工程2项，共4个子项" in text_of(notice)
    assert [row[1] for row in notice.annex["rows"]] == ["项目roads", "项目school"]
    rules = drafted["appraisal-rules", ""]
    assert sum(float(row[3]) for row in rules.annex["rows"]) == 100


def test_the_docx_is_what_the_page_says(plan):
    paper = docx.Document(io.BytesIO(open_file(plan.file)))
    printed = "".join(each.text for each in paper.paragraphs)
    for _, lead, text in plan.body["parts"]:
        assert lead + text in printed
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    assert "7.5公里" in cells


def test_only_what_changed_is_drafted_again(desk, drafted):
    assert draft(desk) == []
    again = draft(desk, book=small_book(mark="other"))
    assert again == [], "a book that says the same of the year drafts nothing"


def test_a_changed_form_makes_papers_out_of_date(desk, drafted, tmp_path):
    folder = tmp_path / "forms" / "year-notice"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(
        "name: 通知\nfrom: 2021-01-01\nsource: 县自拟\ntitle: ['{{place.county}}通知']\n"
        "chapters:\n  - heading: 任务\n    lines:\n      - text: 共{{list.items}}个子项。\n",
        encoding="utf-8",
    )
    drafts = drafts_of_year(year=2021, book=small_book(), day=DAY, forms_folder=tmp_path / "forms")
    digests = {each.place: each.digest for each in drafts}
    states = {
        (each.place.kind, each.place.programme): each.state
        for each in document_standings(to=ALL, year=2021, digests=digests)
    }
    assert states.pop(("year-notice", "")) == "stale"
    assert set(states.values()) == {"draft"}
    (made,) = draft(desk, forms_folder=tmp_path / "forms")
    assert made.turn == 2
    assert text_of(made) == "一、任务\n共4个子项。"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("from: soon", "from"),
        ("title: ['{{nothing.known}}']", "nothing.known"),
        ("indicators: [{group: 甲, name: 乙, weight: 99, scored: 丙}]", "应为 100"),
        ("chapters: [{heading: 甲, lines: [{list: nowhere}]}]", "nowhere"),
        ("chapters: [{heading: 甲, lines: [{lead: 乙}]}]", "text"),
        ("chapters: [{heading: 甲, lines: [{text: 乙, kinds: [wind]}]}]", "wind"),
        ("chapters: [{heading: 甲, lines: [{text: 乙, also: 丙}]}]", "also"),
    ],
)
def test_a_form_that_cannot_be_read_says_why(desk, tmp_path, change, says):
    folder = tmp_path / "year-notice"
    folder.mkdir()
    lines = {
        "name": "name: 通知", "from": "from: 2021-01-01", "source": "source: 自拟",
        "title": "title: [通知]", "chapters": "chapters: [{heading: 甲, lines: [{text: 乙}]}]",
    }  # fmt: skip
    lines[change.partition(":")[0]] = change
    (folder / "own.yaml").write_text("\n".join(lines.values()), encoding="utf-8")
    with pytest.raises(CannotDraftDocuments) as refusal:
        draft(desk, forms_folder=Path(tmp_path))
    assert says in str(refusal.value)
    assert "own.yaml" in str(refusal.value)


def test_people_word_paragraphs_and_the_lists_stay(desk, plan):
    place = next(n for n, part in enumerate(plan.body["parts"]) if part[0] == 2)
    listed = next(n for n, part in enumerate(plan.body["parts"]) if part[0] == 3)
    made = edit_document(
        document=plan, texts={place: "为了群众方便，  制定本方案。"}, by=desk.tree.clerk, at=desk.at
    )
    assert (made.turn, made.edited, made.follows_id) == (2, True, plan.pk)
    assert made.body["parts"][place][2] == "为了群众方便， 制定本方案。"
    assert made.body["parts"][listed] == plan.body["parts"][listed]
    assert made.facts_digest == plan.facts_digest, "words do not make it out of date"
    for texts, says in (
        ({listed: "任务一千万"}, "清单"), ({place: "  "}, "空"), ({99_999: "甲"}, "段落"),
        ({place: made.body["parts"][place][2]}, "没有改动"),
    ):  # fmt: skip
        with pytest.raises(CannotEditDocument, match=says):
            edit_document(document=made, texts=texts, by=desk.tree.clerk, at=desk.at)
    with pytest.raises(CannotEditDocument, match="最新的一稿"):
        edit_document(document=plan, texts={place: "旧稿"}, by=desk.tree.clerk, at=desk.at)


def test_another_hand_issues_it_under_a_number_of_its_own(desk, drafted, plan):
    with pytest.raises(CannotIssueDocument, match="同一个人"):
        issue(desk, plan, by=desk.tree.clerk)
    for number, day, says in (
        ("南民办[2021]3号", DAY, "六角"), ("南民办〔2021〕03号", DAY, "补零"),
        ("南民办〔2020〕3号", DAY, "年份"), (NUMBER, date(2021, 8, 1), "印发日期"),
    ):  # fmt: skip
        with pytest.raises(CannotIssueDocument, match=says):
            issue(desk, plan, number=number, day=day)
    made = issue(desk, plan)
    assert made.number == NUMBER
    printed = "".join(
        each.text for each in docx.Document(io.BytesIO(open_file(made.file))).paragraphs
    )
    assert NUMBER in printed
    with pytest.raises(CannotIssueDocument, match="已经印发"):
        issue(desk, plan)
    with pytest.raises(CannotIssueDocument, match="已经用过"):
        issue(desk, drafted["year-notice", ""])


def test_the_database_holds_the_two_hands_and_freezes_papers(desk, drafted, plan):
    made = issue(desk, plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentIssue.objects.create(
            document=drafted["year-notice", ""], number="南民办〔2021〕9号", issue_date=DAY,
            file=plan.file, drafted_by=desk.tree.clerk, issued_at=desk.at,
            issued_by=desk.tree.clerk, act=made.act,
        )  # fmt: skip
    for model, field in ((YearDocument, "title"), (DocumentIssue, "number")):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped("t").update(**{field: "改"})
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.unscoped("t").all().delete()


def test_drafts_stay_in_the_county_and_issued_ones_go_to_all(desk, plan):
    town = desk.tree.asker(desk.tree.user_a)
    assert not documents_seen(to=town, year=2021).exists()
    issue(desk, plan)
    assert [each.pk for each in documents_seen(to=town, year=2021)] == [plan.pk]


def test_words_find_papers_and_figures_find_theirs(desk, plan):
    town = desk.tree.asker(desk.tree.user_a)
    assert search_documents(to=ALL, text="里程 公里")[0].pk == plan.pk
    assert search_documents(to=ALL, text="没有这样的词") == ()
    assert search_documents(to=ALL, text="  ") == ()
    assert search_documents(to=town, text="里程") == (), "a draft is not found by others"
    assert documents_for(to=town, year=2021, programmes=["roads"]) == ()
    issue(desk, plan)
    assert [each.pk for each in search_documents(to=town, text="2021〕3")] == [plan.pk]
    assert [e.pk for e in documents_for(to=town, year=2021, programmes=["roads"])] == [plan.pk]
    assert documents_for(to=town, year=2021, programmes=["school"]) == ()


def test_a_book_that_left_the_adopted_list_behind_is_told(desk):
    other = load_book(year=2021, county="340223")
    with pytest.raises(CannotDraftDocuments, match="不一致"):
        draft(desk, book=other)


@pytest.fixture
def own_book(monkeypatch):
    """The pages read the county's book; here it is the small one that was adopted."""
    monkeypatch.setattr("mingbai.programme.views.papers.load_book", lambda **_: small_book())


def open_as(client, user):
    client.force_login(user, backend="mingbai.base.auth.OfficeBackend")
    return client


def test_the_pages_tell_the_whole_life(client, desk, own_book, plan):
    tree = desk.tree
    clerk = open_as(client, tree.clerk)
    page = clerk.get(reverse("programme:documents") + "?q=里程").content.decode()
    assert plan.title in page
    words = reverse("programme:word_document", args=[plan.pk])
    form = clerk.get(words).context["form"]
    sent = {name: field.initial for name, field in form.fields.items()}
    assert clerk.post(words, sent).status_code == 422, "nothing changed"
    first = next(iter(sent))
    answer = clerk.post(words, sent | {first: "另一种说法。"})
    newest = documents_seen(to=ALL, year=2021).filter(programme_code="roads").first()
    assert answer["Location"] == reverse("programme:document", args=[newest.pk])
    issuing = reverse("programme:issue_paper", args=[newest.pk])
    assert clerk.post(issuing, {}).status_code == 403
    checker = open_as(client, tree.checker)
    assert checker.post(issuing, {"number": "三号", "issue_date": "2021-07-05"}).status_code == 422
    assert clerk.get(reverse("programme:document", args=[newest.pk])).status_code == 200
    old = open_as(client, tree.user_a).get(reverse("programme:document", args=[newest.pk]))
    assert old.status_code == 404


def test_the_list_has_a_query_budget(
    client, desk, own_book, drafted, django_assert_max_num_queries
):
    clerk = open_as(client, desk.tree.clerk)
    clerk.get(reverse("programme:documents"))
    with django_assert_max_num_queries(30):
        clerk.get(reverse("programme:documents"))


def test_before_the_list_is_adopted_nothing_is_drafted(tree, at):
    with pytest.raises(CannotDraftDocuments, match="尚未启用"):
        draft_documents(year=2021, book=small_book(), by=tree.clerk, at=at)
