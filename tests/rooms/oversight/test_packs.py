"""A dispatch meeting's pack: everything derived, frozen as of a ledger entry, told by two hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, InternalError, transaction
from docx import Document
from tests.rooms.delivery.conftest import ALL, County
from tests.rooms.oversight.conftest import Meetings
from tests.rooms.programme.books import B

from mingbai.base.files import open_file
from mingbai.delivery.actions import PlanWords, confirm_plan, plan_catch_up
from mingbai.funds.actions import NewEntry, enter_entries
from mingbai.oversight.actions import (
    CannotCompilePack,
    CannotIssuePack,
    call_off_meeting,
    compile_pack,
    extend_decision,
    issue_pack,
    report_decision,
)
from mingbai.oversight.models import DispatchPack, PackIssue, PackLine
from mingbai.oversight.queries import decisions_seen
from mingbai.oversight.queries.asks import agenda_of
from mingbai.oversight.queries.material import Material
from mingbai.oversight.queries.packs import (
    COUNTS,
    lines_behind,
    pack_lines,
    packs_seen,
    suggested_decisions,
)
from mingbai.rulebook import load_book

REFUSED = (IntegrityError, InternalError)
REAL = load_book(year=2021, county="340223")
DAY = date(2021, 7, 8)


@pytest.fixture
def county(tree, at):
    """Roads far behind, town B slow, teachers silent; half the roads' money is stuck."""
    made = County(tree, at)
    made.book = replace(made.book, lagging=REAL.lagging, dispatch=REAL.dispatch)
    _, made.handed = made.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "155"), month=6,
    )  # fmt: skip
    made.report(("roads.toilets", "", None, "110"), office=tree.office_a, month=6)
    made.report(("roads.toilets", "", None, "45"), office=tree.office_b, month=6)
    entries = [
        NewEntry(kind, "roads.build", "county", amount, date(2021, 6, 5), 202106, note="凭证")
        for kind, amount in (
            ("budget", 100_000_00), ("arrival", 60_000_00), ("release", 30_000_00),
            ("spending", 30_000_00),
        )
    ]  # fmt: skip
    enter_entries(entries=entries, by=tree.clerk, at=at)
    return made


@pytest.fixture
def meetings(county):
    """Meetings of that county; what was decided in June is not done."""
    made = Meetings(county.tree, county.at)
    made.decision()
    return made


@pytest.fixture
def meeting(meetings, tree):
    """The dispatch meeting to come, of two towns and a department."""
    return meetings.plan(period=202106, day=DAY, offices=(tree.civil, tree.office_a, tree.office_b))


def compiled(county, meeting, **kw):
    """The next turn of its pack."""
    given = {"meeting": meeting, "book": county.book, "by": county.tree.clerk, "at": county.at}
    return compile_pack(**{**given, **kw})


def lines(pack, part=None):
    """The lines of a pack, of one part."""
    return [line for line in pack_lines(pack, to=ALL) if part in (None, line.part)]


def told(pack):
    """Counts of its text as numbers."""
    return {
        key.removeprefix("count."): int("".join(c for c in shown if c.isdigit()))
        for key, shown in pack.body["figures"].items()
    }


def test_everything_there_is_to_talk_about_is_derived(county, meeting):
    pack = compiled(county, meeting)
    counts = told(pack)
    assert (counts["lagging"], counts["red"], counts["unanswered"]) == (1, 1, 1)
    assert (counts["town_lagging"], counts["silent"]) == (1, 1)
    assert (counts["money"], counts["decisions"], counts["overdue"]) == (1, 1, 1)
    for key in COUNTS:
        assert counts[key.removeprefix("count.")] == len(lines_behind(lines(pack), key)), key
    roads = next(line for line in lines(pack, "lag") if line.town_id is None)
    facts = roads.facts
    assert (roads.office, facts["actual"], facts["gap"]) == (county.tree.civil, "24.0%", "-26.0")
    assert (facts["plan"], facts["cause"], facts["unanswered"]) == ("未填报", "", True)
    assert roads.origins[0][2] == 4, "the sheet line behind the number"
    (town,) = lines_behind(lines(pack), "count.town_lagging")
    assert (town.town_id, town.office) == (B, county.tree.office_b)
    (silent,) = lines_behind(lines(pack), "count.silent")
    assert (silent.sub_item, silent.facts["actual"]) == ("school.teachers", ""), "silence is no lag"
    (money,) = lines(pack, "money")
    assert (
        money.facts["words"] == "拨付占预算30.0%，比序时低20.0个百分点；到位未拨付3.00万元，占50.0%"
    )
    (pending,) = lines(pack, "decision")
    assert (pending.facts["words"], pending.facts["due"]) == ("已逾期8天", "2021-06-30")


def test_each_office_is_asked_what_the_book_asks(county, meeting):
    pack = compiled(county, meeting)
    asked = {}
    for line in lines(pack, "ask"):
        asked.setdefault(line.office.short_name, []).append(line.facts["text"])
    assert list(asked) == ["民政局", "教育局", "籍山镇", "许镇镇"], "departments first, red before"
    assert asked["民政局"] == [
        "说明子项roads.build滞后的原因，报出赶上序时的日期和责任人",
        "子项roads.build滞后还没有填报赶超计划，会前补报，会上说明",
        "说明子项roads.build资金堵在哪一步，报出到位、拨付、支出的日期",
    ]
    assert asked["教育局"] == ["子项school.teachers本月没有报送进度，说明原因并当场报数"]
    assert asked["籍山镇"] == ["汇报逾期未办结的议定事项：补齐工程验收资料"]
    assert told(pack)["asked"] == 4


def test_a_plan_and_its_cause_are_told_and_no_longer_asked_for(county, meeting):
    cause = REAL.lagging.causes_on(date(2021, 6, 30))[0]
    plan = plan_catch_up(
        year=2021, period=202106, sub_item="roads.build", town=None,
        words=PlanWords(cause.code, "两个点位征地未完", "增加两个班组", "基建股股长"),
        points=[(202109, Decimal(10))], book=county.book, by=county.tree.user_civil, at=county.at,
    )  # fmt: skip
    confirm_plan(plan=plan, by=county.tree.checker, at=county.at)
    pack = compiled(county, meeting)
    roads = next(line for line in lines(pack, "lag") if line.town_id is None)
    assert (roads.facts["cause"], roads.facts["plan"]) == (cause.name, "已确认")
    assert roads.facts["next"].startswith("9月底累计10")
    assert told(pack)["unanswered"] == 0
    own = [line for line in lines(pack, "ask") if line.office == county.tree.civil]
    assert own
    assert not any("赶超计划" in line.facts["text"] for line in own)


def test_the_docx_holds_the_text_the_tables_and_the_agenda(county, meeting):
    document = Document(BytesIO(open_file(compiled(county, meeting).file)))
    text = "\n".join(each.text for each in document.paragraphs)
    for words in (
        "南陵县2021年第2次民生工程调度会", "2021年7月8日", "截至6月30日",
        "滞后1个（红灯1个）", "逾期1件", "请下列4个单位按次序发言",
    ):  # fmt: skip
        assert words in text, words
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    for words in ("子项roads.build", "-26.0", "未说明", "未填报", "许镇镇", "已逾期8天"):
        assert words in cells, words
    assert "1.汇报逾期未办结的议定事项：补齐工程验收资料。" in cells


def test_what_was_handed_out_stays_whatever_is_reported_later(county, meeting):
    first = compiled(county, meeting)
    before = [(line.part, line.office_id, line.facts) for line in lines(first)]
    more = (("roads.build", "里程", None, "9"), ("roads.build", "标志", None, "100"))
    county.report(*more, month=6, follows=county.handed)
    again = DispatchPack.objects.unscoped("t").get(pk=first.pk)
    assert (again.body, open_file(again.file)) == (first.body, open_file(first.file))
    assert [(line.part, line.office_id, line.facts) for line in lines(first)] == before
    second = compiled(county, meeting)
    assert (second.turn, second.follows_id) == (2, first.pk)
    assert told(second)["lagging"] == 0, "the new turn tells what is known now"
    with pytest.raises(REFUSED, match="frozen"), transaction.atomic():
        DispatchPack.objects.unscoped("t").update(ledger_head="0")
    with pytest.raises(REFUSED, match="frozen"), transaction.atomic():
        PackLine.objects.unscoped("t").filter(part="lag").delete()


def test_a_pack_goes_out_before_the_meeting_by_another_hand(county, meeting, meetings):
    tree, at = county.tree, county.at
    first, second = compiled(county, meeting), compiled(county, meeting)
    with pytest.raises(CannotIssuePack, match="同一个人"):
        issue_pack(pack=second, by=tree.clerk, at=at)
    with pytest.raises(CannotIssuePack, match="第2稿"):
        issue_pack(pack=first, by=tree.checker, at=at)
    with pytest.raises(REFUSED, match="later turn"), transaction.atomic():
        PackIssue.objects.create(
            pack=first, compiled_by=tree.clerk, issued_by=tree.checker, issued_at=at, act=first.act
        )
    town = tree.asker(tree.user_b)
    assert not packs_seen(to=town).exists(), "a draft is not for those called"
    issue_pack(pack=second, by=tree.checker, at=at)
    assert list(packs_seen(to=town)) == [second]
    with pytest.raises(CannotIssuePack, match="已经印发"):
        issue_pack(pack=second, by=tree.checker, at=at)
    with pytest.raises(REFUSED, match="handed out"), transaction.atomic():
        PackLine.objects.create(
            pack=second, position=99, part="ask", office=tree.civil, facts={}, origins=[]
        )
    meetings.hold(meeting, states=("came",), day=date(2021, 7, 5))
    with pytest.raises(CannotCompilePack, match="已召开"):
        compiled(county, meeting)


def test_a_pack_needs_a_month_rules_and_a_meeting_to_come(county, meeting, meetings):
    with pytest.raises(CannotCompilePack, match="哪个月"):
        compiled(county, meetings.plan(kind="launch", period=None, day=DAY))
    for missing in ({"dispatch": ()}, {"lagging": type(REAL.lagging)()}):
        with pytest.raises(CannotCompilePack, match="规则库"):
            compiled(county, meeting, book=replace(county.book, **missing))
    call_off_meeting(meeting=meeting, reason="并入下月", by=county.tree.clerk, at=county.at)
    with pytest.raises(CannotCompilePack, match="已取消"):
        compiled(county, meeting)


def test_the_countys_own_form_is_used_and_a_wrong_one_refused(county, meeting, tmp_path):
    folder = tmp_path / "dispatch-pack"
    folder.mkdir()
    form = "name: 材料\ntitle: [本县材料]\nsender: 本办\nchapters:\n- key: one\n  sections:\n"
    form += "  - paragraphs:\n    - key: lagging\n      text: 滞后{{count.lagging}}。\n"
    (folder / "form.yaml").write_text(form, encoding="utf-8")
    pack = compiled(county, meeting, forms_folder=tmp_path)
    assert pack.body["title"] == ["本县材料"]
    (folder / "form.yaml").write_text(form.replace("count.lagging", "count.luck"), encoding="utf-8")
    with pytest.raises(CannotCompilePack, match="没有名为"):
        compiled(county, meeting, forms_folder=tmp_path)


def test_decisions_are_asked_of_as_they_stand_on_the_day_of_the_meeting(county, meetings, tree):
    decision = decisions_of(meetings)[0]
    later = {"due_date": date(2021, 7, 20), "reason": "汛期停工", "by": tree.checker}
    extend_decision(decision=decision, at=county.at, **later)
    first = compiled(county, meetings.plan(period=202106, day=DAY))
    texts = [line.facts["text"] for line in lines(first, "ask")]
    assert "汇报议定事项办理情况：补齐工程验收资料" in texts
    report_decision(decision=decision, text="已补齐", by=tree.user_a, at=county.at)
    second = compiled(county, meetings.plan(period=202106, day=DAY))
    counts = told(second)
    assert (counts["decisions"], counts["overdue"], counts["reported"]) == (1, 0, 1)
    assert not any("议定事项" in line.facts["text"] for line in lines(second, "ask"))


def decisions_of(meetings):
    """The decisions of the meetings so far."""
    return list(decisions_seen(to=meetings.tree.asker(meetings.tree.clerk)))


def test_minutes_begin_with_the_red_lags_of_the_pack(county, meeting):
    assert suggested_decisions(meeting.pk, to=ALL) == []
    compiled(county, meeting)
    (given,) = suggested_decisions(meeting.pk, to=ALL)
    assert (given["text"], given["programme"]) == ("子项roads.build赶上序时进度", "roads")
    assert given["office"] == str(county.tree.civil.pk)


def test_a_long_list_is_named_up_to_a_number(tree):
    rule = next(each for each in REAL.dispatch)
    gaps = tuple(
        SimpleNamespace(sub_item=SimpleNamespace(name=f"子项{n}", lead_office=tree.civil))
        for n in range(rule.named + 2)
    )
    (turn,) = agenda_of(Material(slow=(), money=gaps, pending=(), judged_count=9), rule)
    assert f"子项{rule.named - 1}等{rule.named + 2}项" in turn.asks[0].text
