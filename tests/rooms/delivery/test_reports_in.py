"""Monthly reports before they count: questions with figures, answers, two people, corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.programme.books import YUAN, book, measure, programme, small_book, sub_item

from mingbai.base.ledger import last_seq, record_act
from mingbai.base.models import Role, User
from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    CannotAnswerReport,
    CannotConfirmReport,
    CannotReturnReport,
    CannotWaiveChecking,
    NewAnswer,
    answer_questions,
    confirm_reports,
    return_report,
    waive_checking,
)
from mingbai.delivery.models import EnteredSheet, ReportStep
from mingbai.delivery.queries import lights
from mingbai.delivery.queries.desk import (
    cards_of,
    is_waived,
    office_reports,
    report_seen,
    reports_seen,
    unconfirmed_sheets,
)
from mingbai.delivery.queries.questions import questions_of
from mingbai.funds.actions import NewEntry, enter_entries
from mingbai.programme.actions import adopt_year
from mingbai.rulebook import load_book

ALL = Asker.system("tests see everything")
JUNE = date(2021, 6, 30)


def user(name, office, role):
    made = User(username=name, display_name=name, office=office)
    made.set_unusable_password()
    made.save()
    Role.objects.create(user=made, role=role, from_date=date(2021, 1, 1))
    return made


class Desk:
    """A county whose rulebook asks for a checker's word; reports come from 民政局's clerk."""

    def __init__(self, county):
        self.county, self.tree, self.at = county, county.tree, county.at
        county.book = self.book = self.with_rule(small_book())
        self.maker = county.tree.user_civil
        self.checker = user("t-civil-checker", county.tree.civil, "checker")
        self.leader = user("t-leader", county.tree.office, "leader")

    @staticmethod
    def with_rule(made):
        rules = load_book(year=2021, county="340223").reporting
        return replace(made, reporting=rules, digest=made.digest[::-1])

    def report(self, *rows, by=None, office=None, **kw):
        """Hand in rows of (sub-item, measure, month done, total done); the entered sheet."""
        county, old = self.county, self.tree.clerk
        self.tree.clerk = by or self.maker
        try:
            county.report(*rows, office=office or self.tree.civil, **kw)
        finally:
            self.tree.clerk = old
        newest = EnteredSheet.objects.unscoped("t").order_by("-pk").first()
        return report_seen(newest.pk, to=ALL)

    def questions(self, entered):
        return questions_of(sheets=[entered], book=self.book)[entered.pk]

    def asked(self, entered):
        return [(q.code, q.line) for q in self.questions(entered)]

    def confirm(self, *reports, by=None):
        return confirm_reports(reports=reports, book=self.book, by=by or self.checker, at=self.at)

    def answer(self, entered, by=None, reason="other", words="已与镇核对"):
        answers = [NewAnswer(q, reason, words) for q in self.questions(entered) if q.is_open]
        return answer_questions(
            reports=[entered], answers=answers, book=self.book, by=by or self.maker, at=self.at
        )

    def value(self, item="roads.toilets", **kw):
        return self.county.completion(item, **kw).value


@pytest.fixture
def desk(county):
    return Desk(county)


@pytest.mark.django_db
def test_a_report_counts_only_once_confirmed_and_the_past_stays(desk):
    said = desk.report(("roads.toilets", "", None, "150"), month=6)
    assert desk.value() is None
    (light,) = (x for x in lights(to=ALL, year=2021, period=202106)
                if x.sub_item.code == "roads.toilets")  # fmt: skip
    assert (light.colour, light.words, light.silent) == ("grey", "未核", False)
    seq = last_seq()
    desk.confirm(said)
    assert desk.value() == Fraction(1, 2)
    assert desk.value(as_of=seq) is None, "what was not confirmed then did not count then"


@pytest.mark.django_db
def test_without_the_rule_entering_is_enough(county):
    county.report(("roads.toilets", "", None, "150"), month=6)
    assert county.completion("roads.toilets").value == Fraction(1, 2)
    assert unconfirmed_sheets(to=ALL, year=2021, through=JUNE) == ()


@pytest.mark.django_db
def test_a_correction_takes_over_only_when_it_is_confirmed_too(desk):
    first = desk.report(("roads.toilets", "", None, "150"), month=6)
    desk.confirm(first)
    second = desk.report(("roads.toilets", "", None, "120"), month=6, follows=first.sheet)
    assert desk.value() == Fraction(1, 2), "the confirmed one still counts"
    with pytest.raises(CannotConfirmReport, match="已经办理过或已被更正"):
        desk.confirm(first)
    desk.confirm(second)
    assert desk.value() == Fraction(120, 300)


@pytest.mark.django_db
def test_the_maker_and_who_answered_do_not_confirm(desk):
    both = user("t-both", desk.tree.civil, "checker")
    Role.objects.create(user=both, role="clerk", from_date=date(2021, 1, 1))
    own = desk.report(("roads.toilets", "", None, "90"), month=5, by=both)
    with pytest.raises(CannotConfirmReport, match="本人报送"):
        desk.confirm(own, by=both)
    desk.confirm(own)
    fell = desk.report(("roads.toilets", "", None, "80"), month=6)
    desk.answer(fell, by=both)
    with pytest.raises(CannotConfirmReport, match="本人说明"):
        desk.confirm(fell, by=both)
    desk.confirm(fell)


@pytest.mark.django_db
def test_the_county_stands_in_only_for_offices_without_a_checker(desk):
    said = desk.report(("roads.toilets", "", None, "90"), month=6)
    with pytest.raises(CannotConfirmReport, match="由民政局的复核人核"):
        desk.confirm(said, by=desk.tree.checker)
    town = desk.report(
        ("roads.toilets", "", None, "30"), month=6, office=desk.tree.office_a, by=desk.tree.user_a
    )
    with pytest.raises(CannotConfirmReport, match="复核人核"):
        desk.confirm(town, by=desk.checker)
    (step,) = desk.confirm(town, by=desk.tree.checker)
    assert step.stands_in


@pytest.mark.django_db
def test_a_fall_is_a_question_answered_for_these_figures_only(desk):
    may = desk.report(("roads.toilets", "", None, "120"), month=5)
    june = desk.report(("roads.toilets", "", "0", "110"), month=6)
    (question,) = desk.questions(june)
    assert question.text == "累计 110户，比上次报的 120户 少"
    with pytest.raises(CannotConfirmReport, match="还有 1 处没有说明"):
        desk.confirm(june)
    desk.answer(june, reason="corrected-before", words="5月把意向户算进去了")
    assert not any(q.is_open for q in desk.questions(june))
    more = desk.report(("roads.toilets", "", None, "130"), month=5, follows=may.sheet)
    (moved,) = desk.questions(june)
    assert moved.is_open, "the other figure is another now"
    desk.report(("roads.toilets", "", None, "110"), month=5, follows=more.sheet)
    assert desk.questions(june) == ()
    desk.confirm(june)


@pytest.mark.django_db
def test_months_targets_units_and_lines_left_out_are_asked(desk):
    desk.report(("roads.toilets", "", None, "100"), month=4)
    rows = [
        {"sub_item": "roads.toilets", "month_done": "5", "total_done": "120", "target": "310"},
        {"sub_item": "roads.build", "measure": "花坛", "total_done": "1"},
        {"sub_item": "roads.build", "measure": "里程", "unit_name": "里", "total_done": "20"},
    ]
    sheet = desk.county.hand_in("progress", rows, month=5)
    desk.county.enter(sheet)
    entered = reports_seen(to=ALL, year=2021).get(sheet=sheet)
    assert desk.asked(entered) == [
        ("target_differs", 4), ("sum_differs", 4), ("unknown_measure", 5), ("unit_differs", 6),
        ("far_above", 6),
    ]  # fmt: skip


@pytest.mark.django_db
def test_towns_are_held_against_the_department_once_all_have_reported(desk):
    tree = desk.tree
    whole = desk.report(("roads.toilets", "", None, "150"), month=6)
    desk.report(("roads.toilets", "", None, "80"), month=6, office=tree.office_a, by=tree.user_a)
    assert desk.questions(whole) == ()
    desk.report(("roads.toilets", "", None, "60"), month=6, office=tree.office_b, by=tree.user_b)
    (question,) = desk.questions(whole)
    assert (question.code, question.said, question.held) == (
        "towns_differ", Decimal(150), Decimal(140)
    )  # fmt: skip


@pytest.mark.django_db
def test_people_claimed_are_held_against_rosters(desk):
    school = desk.county.school
    said = desk.report(("school.teachers", "", None, "3"), month=3, office=school)
    (question,) = desk.questions(said)
    assert (question.code, question.held) == ("roster_differs", 0)
    done = date(2021, 3, 20)
    desk.county.teach(*((name, "电工", done, "yes") for name in "甲乙丙"))
    assert desk.questions(said) == ()


@pytest.mark.django_db
def test_money_claimed_is_held_against_money_released(desk):
    roads = sub_item("roads.build", measures=(measure("cost", unit="万元", target="400"),))
    made = desk.with_rule(book((programme("roads", 1, (roads,)),), mark="money"))
    desk.county.book = desk.book = made
    adopt_year(book=made, by=desk.tree.clerk, at=desk.at)
    said = desk.report(("roads.build", "", None, "200"), month=6)
    assert [(q.code, q.held) for q in desk.questions(said)] == [("money_differs", 0)]
    enter_entries(
        entries=[
            NewEntry("release", "roads.build", "county", 2_000_000 * YUAN, date(2021, 6, 3), 202106,
                     origin_file_id=said.sheet.file_id, origin_sheet=1, origin_line=7)
        ],
        by=desk.tree.clerk, at=desk.at,
    )  # fmt: skip
    assert desk.questions(said) == ()


@pytest.mark.django_db
def test_people_claimed_are_held_against_people_enrolled(desk):
    aid = sub_item("school.aid", measures=(measure(unit="人", target="9"),), kind="subsidy",
                   roster="subsidy")  # fmt: skip
    made = desk.with_rule(book((programme("school", 2, (aid,)),), mark="people"))
    desk.county.book = desk.book = made
    adopt_year(book=made, by=desk.tree.clerk, at=desk.at)
    said = desk.report(("school.aid", "", None, "4"), month=6)
    (question,) = desk.questions(said)
    assert (question.code, question.said, question.held) == ("people_differ", 4, 0)


@pytest.mark.django_db
def test_answers_need_a_known_reason_words_and_the_own_office(desk):
    desk.report(("roads.toilets", "", None, "120"), month=5)
    june = desk.report(("roads.toilets", "", None, "110"), month=6)
    for reason, words, by, said in (
        ("made-up", "话", None, "选理由"),
        ("other", " ", None, "写明情况"),
        ("other", "话", desk.tree.user_a, "由民政局说明"),
    ):
        with pytest.raises(CannotAnswerReport, match=said):
            desk.answer(june, reason=reason, words=words, by=by)
    stale = replace(desk.questions(june)[0], held=Decimal(1))
    with pytest.raises(CannotAnswerReport, match="已有变化"):
        answer_questions(
            reports=[june], answers=[NewAnswer(stale, "other", "话")], book=desk.book,
            by=desk.maker, at=desk.at,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_report_sent_back_counts_nowhere_until_it_is_corrected(desk):
    said = desk.report(("roads.toilets", "", None, "150"), month=6)
    for reason, by, why in ((" ", desk.checker, "理由"), ("错", desk.maker, "自己报的")):
        with pytest.raises(CannotReturnReport, match=why):
            return_report(entered=said, reason=reason, by=by, at=desk.at)
    return_report(entered=said, reason="里程与台账不符", by=desk.checker, at=desk.at)
    with pytest.raises(CannotReturnReport):
        return_report(entered=said, reason="再退", by=desk.checker, at=desk.at)
    assert desk.value() is None
    (row,) = (r for r in office_reports(to=ALL, book=desk.book, period=202106)
              if r.office == desk.tree.civil)  # fmt: skip
    assert row.state == "returned"
    again = desk.report(("roads.toilets", "", None, "140"), month=6, follows=said.sheet)
    desk.confirm(again)
    assert desk.value() == Fraction(140, 300)


@pytest.mark.django_db
def test_who_owes_a_month_is_listed_with_the_worst_of_its_sheets(desk):
    states = {
        row.office.code: row.state for row in office_reports(to=ALL, book=desk.book, period=202106)
    }
    assert states == dict.fromkeys(("t-civil", "t-school", "t-a", "t-b"), "missing")
    desk.report(("roads.toilets", "", None, "150"), month=6)
    rows = office_reports(to=desk.tree.asker(desk.maker), book=desk.book, period=202106)
    assert [(row.office.code, row.state) for row in rows] == [("t-civil", "waiting")]
    (card,) = cards_of(reports_seen(to=ALL, year=2021), book=desk.book)
    assert (card.state, card.words, card.open_count) == ("waiting", "未核", 0)


@pytest.mark.django_db
def test_only_a_leader_lets_papers_go_without_what_is_left(desk):
    said = desk.report(("roads.toilets", "", None, "150"), month=6)
    left = unconfirmed_sheets(to=ALL, year=2021, through=JUNE)
    assert [each.pk for each in left] == [said.pk]
    assert not is_waived(left, year=2021)

    def waive(by=desk.leader, seen=(said.pk,), reason="上级当天要"):
        return waive_checking(period=202106, seen=seen, reason=reason, by=by, at=desk.at)

    for wrong in ({"by": desk.tree.checker}, {"seen": ()}, {"reason": " "}):
        with pytest.raises(CannotWaiveChecking):
            waive(**wrong)
    waive()
    assert is_waived(left, year=2021)
    assert desk.value() is None, "what is waived does not count either"
    later = desk.report(("roads.toilets", "", None, "100"), month=5)
    assert not is_waived([*left, later], year=2021), "a word is about the reports seen"


@pytest.mark.django_db
def test_the_database_holds_who_may_say_what(desk):
    said = desk.report(("roads.toilets", "", None, "150"), month=6)
    act = record_act("confirm_reports", by=desk.checker, at=desk.at)

    def step(by, maker=desk.maker, **kw):
        told = {"step": "confirmed", "questions_count": 0, "stands_in": False, **kw}
        with transaction.atomic():
            return ReportStep.objects.create(
                entered_sheet=said, maker=maker, step_at=desk.at, step_by=by, act=act, **told
            )

    with pytest.raises(IntegrityError):
        step(desk.maker)
    with pytest.raises(DatabaseError, match="not who handed"):
        step(desk.checker, maker=desk.tree.clerk)
    with pytest.raises(IntegrityError):
        step(desk.checker, step="returned")
    step(desk.checker)
    with pytest.raises(IntegrityError):
        step(desk.checker)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportStep.objects.unscoped("t").update(stands_in=True)


@pytest.mark.django_db
def test_questions_cost_the_same_for_many_reports(desk, django_assert_max_num_queries):
    made = [desk.report(("roads.toilets", "", None, str(9 * n)), month=n) for n in range(1, 7)]
    with django_assert_max_num_queries(12):
        questions_of(sheets=made[:1], book=desk.book)
    with django_assert_max_num_queries(12):
        questions_of(sheets=made, book=desk.book)
