"""Lags of a month: who is judged by which rule, who may see it, what the office answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.rooms.delivery.conftest import ALL
from tests.rooms.programme.books import A, B

from mingbai.base.ledger import last_seq
from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    CannotDecidePlan,
    CannotEnterMean,
    CannotPlanCatchUp,
    PlanWords,
    confirm_plan,
    confirm_reports,
    enter_upper_mean,
    plan_catch_up,
    return_plan,
)
from mingbai.delivery.models import CatchUpPlan, EnteredSheet, PlanPoint, PlanStep
from mingbai.delivery.queries.lags import count_states, lag_row, lag_rows
from mingbai.delivery.queries.plans import plans_sent_back, plans_to_decide
from mingbai.rulebook import load_book
from mingbai.rulebook.model import LagBook

LAGGING = load_book(year=2021, county="340223").lagging
WORDS = PlanWords("land", "两处用地手续未批", "七月办结手续，八月同时开工两处", "基建股股长")
PLAN = ((202107, Decimal(4)), (202109, Decimal("9.375")))


@pytest.fixture(autouse=True)
def static(settings, tmp_path):
    """Tests collect no static files; the folder for them must only exist."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def county(county):
    """The small county with the real lag rules."""
    county.book = replace(county.book, lagging=LAGGING)
    return county


def rows(to=ALL, period=202106, **kw):
    found = lag_rows(to=to, year=2021, period=period, lagging=LAGGING, **kw)
    return {row.judged.key: row for row in found}


def rules(row):
    return {each.rule.code for each in row.found}


@pytest.fixture
def busy(county):
    """Roads far behind, toilets reported by towns with one of them slow, teachers silent."""
    tree = county.tree
    county.report(
        ("roads.build", "里程", None, "2.9"), ("roads.build", "标志", None, "40"), month=5
    )
    county.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "155"), month=6,
    )  # fmt: skip
    county.report(("roads.toilets", "", None, "110"), office=tree.office_a, month=6)
    county.report(("roads.toilets", "", None, "45"), office=tree.office_b, month=6)
    return county


def plan(
    county, *, points=PLAN, words=WORDS, by=None, item="roads.build", town=None, period=202106
):
    return plan_catch_up(
        year=2021, period=period, sub_item=item, town=town, words=words, points=points,
        book=county.book, by=by or county.tree.user_civil, at=county.at,
    )  # fmt: skip


@pytest.mark.django_db
def test_each_state_is_told_apart(busy):
    found = rows()
    roads = found["roads.build", None]
    assert (roads.state, roads.colour, roads.words) == ("lagging", "red", "滞后 26.0 个百分点")
    assert rules(roads) == {"behind", "far-behind", "quarter-and-half", "slow-growth"}
    assert found["roads.toilets", None].state == "on_time"
    assert found["school.teachers", None].state == "silent"
    assert found["school.aid", None].state == "waiting", "no target, no lag"
    town_a, town_b = found["roads.toilets", A], found["roads.toilets", B]
    assert (town_a.state, rules(town_b)) == (
        "on_time", {"town-behind", "town-below-mean", "town-bottom"},
    )  # fmt: skip
    assert ("roads.build", A) not in found, "the department speaks for towns that never report"
    bottom = next(each for each in town_b.found if each.rule.code == "town-bottom")
    assert bottom.words == "2 个镇中排第 2，比最快的镇少 10.0 个百分点"
    counts = count_states(tuple(found.values()))
    assert (counts.lagging, counts.red, counts.silent, counts.waiting) == (2, 1, 1, 1)


@pytest.mark.django_db
def test_a_month_without_a_report_is_silent_and_the_worst_comes_first(busy):
    july = rows(period=202107)
    assert july["roads.build", None].state == "silent"
    assert july["roads.build", None].found == ()
    assert july["roads.build", None].judged.actual is not None, "the old number is still shown"
    listed = list(rows().values())
    assert listed[0].judged.key == ("roads.build", None)


@pytest.mark.django_db
@pytest.mark.django_db
def test_a_report_that_waits_for_a_checker_is_not_silence(county):
    """Neither silence nor old numbers: it waits, and once confirmed it is judged."""
    rule = load_book(year=2021, county="340223").reporting[0]
    asks = replace(rule, effects=dict.fromkeys(rule.effects, "note"))
    county.report(("roads.toilets", "", None, "100"), month=5)
    county.book = replace(county.book, reporting=(asks,))
    entry, sheet = county.report(
        ("roads.build", "里程", None, "3"), ("roads.build", "标志", None, "40"),
        ("roads.toilets", "", None, "300"), month=6,
    )  # fmt: skip
    assert entry.reports_count == 3
    for as_of in (None, last_seq()):
        found = rows(as_of=as_of)
        row = found["roads.toilets", None]
        assert (row.state, row.words, row.colour) == ("unchecked", "待确认", "grey"), as_of
        assert not row.owes_answer
        assert found["school.teachers", None].state == "silent", "who sent nothing is silent"
        whole = count_states([each for each in found.values() if each.judged.town is None])
        assert (whole.unchecked, whole.silent) == (2, 1)
    (waiting,) = EnteredSheet.objects.unscoped("t").filter(sheet=sheet)
    confirm_reports(reports=[waiting], book=county.book, by=county.tree.checker, at=county.at)
    assert rows()["roads.toilets", None].state in ("on_time", "done")
    assert rows()["roads.build", None].state == "lagging"


def test_each_office_sees_its_own(busy):
    tree = busy.tree
    civil, town = rows(tree.asker(tree.user_civil)), rows(tree.asker(tree.user_b))
    assert set(civil) == {
        ("roads.build", None), ("roads.toilets", None), ("roads.toilets", A), ("roads.toilets", B),
    }  # fmt: skip
    assert set(town) == {("roads.toilets", B)}
    told = town["roads.toilets", B]
    assert rules(told) == rules(rows()["roads.toilets", B]), "places are of all towns all the same"


@pytest.mark.django_db
def test_the_mean_of_the_level_above_is_judged_once_it_is_known(busy):
    tree = busy.tree
    assert "below-city" not in rules(rows()["roads.build", None])
    given = {"year": 2021, "period": 202106, "by": tree.clerk, "at": busy.at}
    for ratio in ("0.1", "0.55"):
        mean = enter_upper_mean(
            sub_item="roads.build", ratio=Decimal(ratio), issuer="市民生办",
            document_number="2021年第6期", **given,
        )  # fmt: skip
    row = rows()["roads.build", None]
    (lag,) = [each for each in row.found if each.rule.code == "below-city"]
    assert lag.words == "平均 55.0%，差 31.0 个百分点"
    assert "below-city" not in rules(rows(as_of=mean.act_id - 1)["roads.build", None])
    wrong = (("no.such", "0.5", 202106, "市"), ("roads.build", "0.5", 202206, "市"),
             ("roads.build", "11", 202106, "市"), ("roads.build", "0.5", 202106, " "))  # fmt: skip
    for item, ratio, period, issuer in wrong:
        with pytest.raises(CannotEnterMean):
            enter_upper_mean(
                year=2021, period=period, sub_item=item, ratio=Decimal(ratio), issuer=issuer,
                document_number="1", by=tree.clerk, at=busy.at,
            )  # fmt: skip


@pytest.mark.django_db
def test_a_plan_is_typed_confirmed_and_followed_by_the_month(busy):
    tree = busy.tree
    assert rows()["roads.build", None].owes_answer
    made = plan(busy)
    assert not rows()["roads.build", None].owes_answer, "typed, and waiting for the county"
    with pytest.raises(CannotDecidePlan, match="同一个人"):
        confirm_plan(plan=made, by=tree.user_civil, at=busy.at)
    confirm_plan(plan=made, by=tree.checker, at=busy.at)
    with pytest.raises(CannotDecidePlan, match="已有决定"):
        return_plan(plan=made, reason="再想想", by=tree.checker, at=busy.at)

    def standing(period):
        row = lag_row(
            to=ALL, year=2021, period=period, sub_item="roads.build", town=None, lagging=LAGGING
        )
        return row, [(point.period % 100, point.state) for point in row.held_to.points]

    assert standing(202106)[1] == [(7, "pending"), (9, "pending")]
    assert standing(202107)[1] == [(7, "silent"), (9, "pending")]
    busy.report(("roads.build", "里程", None, "4"), ("roads.build", "标志", None, "40"), month=7)
    row, points = standing(202107)
    assert points == [(7, "met"), (9, "pending")]
    assert (row.state, row.owes_answer) == ("lagging", False), "behind, but as the plan foresaw"
    busy.report(("roads.build", "里程", None, "9.3"), ("roads.build", "标志", None, "40"), month=9)
    row, points = standing(202109)
    assert points == [(7, "met"), (9, "missed")]
    assert row.owes_answer
    assert row.held_to.missed_count == 1


@pytest.mark.django_db
def test_a_plan_that_is_sent_back_must_be_typed_anew(busy):
    tree = busy.tree
    first = plan(busy)
    with pytest.raises(CannotDecidePlan, match="写明理由"):
        return_plan(plan=first, reason=" ", by=tree.checker, at=busy.at)
    house, civil = ALL, tree.asker(tree.user_civil)
    assert list(plans_to_decide(to=house, year=2021)) == [first]
    return_plan(plan=first, reason="八月节点不够", by=tree.checker, at=busy.at)
    assert not plans_to_decide(to=house, year=2021).exists()
    assert list(plans_sent_back(to=civil, year=2021)) == [first]
    assert not plans_sent_back(to=tree.asker(tree.user_a), year=2021).exists()
    assert rows()["roads.build", None].owes_answer
    second = plan(busy)
    assert not plans_sent_back(to=civil, year=2021).exists(), "typed anew"
    third = plan(busy)
    assert list(plans_to_decide(to=house, year=2021)) == [third]
    assert (second.turn, third.turn) == (2, 3)
    with pytest.raises(CannotDecidePlan, match="新稿"):
        confirm_plan(plan=second, by=tree.checker, at=busy.at)
    confirm_plan(plan=third, by=tree.checker, at=busy.at)
    assert rows()["roads.build", None].held_to.plan == third


WRONG = [
    ((), "至少填一个月"),
    (((202106, Decimal(9)),), "节点月份"),
    (((202201, Decimal(9)),), "节点月份"),
    (((202107, Decimal(5)), (202107, Decimal(6))), "节点月份"),
    (((202107, Decimal(5)), (202108, Decimal(4))), "逐月不减"),
    (((202107, Decimal(2)), (202112, Decimal("12.5"))), "不少于现在"),
    (((202107, Decimal(4)), (202109, Decimal("9.37"))), "到9月底序时应完成 9.375公里"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("points", "said"), WRONG)
def test_a_plan_must_catch_up(busy, points, said):
    with pytest.raises(CannotPlanCatchUp, match=said):
        plan(busy, points=points)
    assert not CatchUpPlan.objects.unscoped("nothing was kept").exists()


@pytest.mark.django_db
def test_a_plan_answers_an_own_lag_with_a_known_cause(busy):
    tree = busy.tree
    for given, said in (
        ({"by": tree.user_a}, "由民政局填报"),
        ({"item": "roads.toilets"}, "没有被判为滞后"),
        ({"item": "no.such"}, "没有被判为滞后"),
        ({"words": replace(WORDS, cause="laziness")}, "列出的原因"),
        ({"words": replace(WORDS, responsible=" ")}, "都要填写"),
    ):
        with pytest.raises(CannotPlanCatchUp, match=said):
            plan(busy, **given)
    town = plan(
        busy, item="roads.toilets", town=B, by=tree.user_b, points=((202112, Decimal(100)),)
    )
    assert (town.office, town.unit, town.target) == (tree.office_b, "户", Decimal(100))


@pytest.mark.django_db
def test_the_database_holds_hands_turns_and_rising_months(busy):
    tree = busy.tree
    first = plan(busy)
    second = plan(busy)
    step = {"step": "confirmed", "step_at": busy.at, "act": first.act}
    for wrong in (
        {"plan": second, "maker": tree.user_civil, "step_by": tree.user_civil},
        {"plan": second, "maker": tree.clerk, "step_by": tree.checker},
        {"plan": first, "maker": tree.user_civil, "step_by": tree.checker},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanStep.objects.create(**step, **wrong)
    for month, total in ((202106, "5"), (202108, "3"), (202201, "12")):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanPoint.objects.create(plan=second, period=month, total=Decimal(total))
    PlanStep.objects.create(**step, plan=second, maker=tree.user_civil, step_by=tree.checker)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanPoint.objects.create(plan=second, period=202112, total=Decimal(12))
    with pytest.raises(IntegrityError), transaction.atomic():
        CatchUpPlan.objects.unscoped("frozen").update(cause="funds")


@pytest.mark.django_db
def test_a_plan_by_rosters_is_followed_by_people(county):
    county.teach(("甲", "电工", date(2021, 6, 2), "yes"), month=6)
    school = county.school
    user = county.tree.user_a
    user.office = school
    user.save()
    made = plan(county, item="school.teachers", by=user, points=((202109, Decimal(3)),))
    confirm_plan(plan=made, by=county.tree.checker, at=county.at)
    county.teach(("乙", "电工", date(2021, 9, 2), "yes"), ("丙", "电工", date(2021, 9, 2), "yes"),
                 month=9)  # fmt: skip
    (point,) = rows(period=202109)["school.teachers", None].held_to.points
    assert (point.done, point.state) == (Decimal(3), "met")
    earlier = rows(period=202109, as_of=made.act_id)["school.teachers", None]
    assert earlier.held_to is None, "as it was known before the county confirmed"


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def page(client, county):
    def open_page(address, user=None, data=None):
        client.force_login(user or county.tree.clerk, backend="mingbai.base.auth.OfficeBackend")
        return client.post(address, data) if data is not None else client.get(address)

    return open_page


LAG = "/programmes/lags/2021/6/roads.build/"


@pytest.mark.django_db
def test_the_pages_tell_rules_and_take_the_plan_to_the_end(busy, page):
    tree = busy.tree
    text = page("/programmes/lags/?year=2021&month=6").content.decode()
    for words in ("滞后 26.0 个百分点", "低于序时进度十个百分点以上", "本月未报", "未填"):
        assert words in text
    assert "style=" not in text
    narrowed = page(f"/programmes/lags/?year=2021&month=6&town={B}").content.decode()
    assert "子项roads.toilets" in narrowed
    assert "子项roads.build</a>" not in narrowed
    assert "填写原因和赶超计划" not in page(LAG).content.decode(), "not the county's to answer"
    form = page(LAG, tree.user_civil).content.decode()
    assert "填写原因和赶超计划" in form
    assert "序时 9.375" in form
    given = {
        "cause": "land", "cause_words": "用地未批", "steps_planned": "办结手续",
        "responsible": "基建股", "total_202107": "4", "total_202109": "9",
    }  # fmt: skip
    short = page(f"{LAG}plan/", tree.user_civil, given)
    assert short.status_code == 422
    assert "还是滞后" in short.content.decode()
    assert page(f"{LAG}plan/", tree.user_civil, {**given, "total_202109": "9.4"}).status_code == 302
    text = page(LAG, tree.checker).content.decode()
    assert "用地未落实" in text
    assert "确认这份计划" in text
    (made,) = CatchUpPlan.objects.unscoped("the test looks")
    assert page(f"/programmes/plans/{made.pk}/confirm/", tree.checker, {}).status_code == 302
    assert "已确认" in page(LAG).content.decode()
    assert page(f"/programmes/lags/2021/6/roads.toilets/{A}/", tree.user_b).status_code == 404


@pytest.mark.django_db
def test_the_mean_is_entered_on_the_page(busy, page):
    given = {"sub_item": "roads.build", "percent": "62.5", "issuer": "市", "document_number": "1期"}
    assert page("/programmes/lags/2021/6/mean/", None, given).status_code == 302
    text = page("/programmes/lags/?year=2021&month=6").content.decode()
    assert "62.50%" in text
    assert "低于全市平均" in text


@pytest.mark.django_db
def test_the_list_costs_the_same_whatever_it_shows(busy, page):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert page("/programmes/lags/?year=2021&month=6&state=all&town=all").status_code == 200
        return len(spent)

    page("/programmes/lags/?year=2021&month=6")
    before = cost()
    for month, done in ((3, "1"), (4, "2"), (6, "46")):
        busy.report(("roads.toilets", "", None, done), office=busy.tree.office_b, month=month,
                    town=B)  # fmt: skip
    one = plan(busy)
    with_plan = cost()
    plan(busy, item="roads.toilets", town=B, by=busy.tree.user_b, points=((202112, Decimal(100)),))
    confirm_plan(plan=one, by=busy.tree.checker, at=busy.at)
    assert cost() == with_plan
    assert with_plan <= before + 5
    assert before <= 60


def test_a_book_without_rules_judges_nobody_late():
    assert LagBook().rules_on(date(2021, 6, 30)) == ()
    assert Asker.system("x").sees_all
