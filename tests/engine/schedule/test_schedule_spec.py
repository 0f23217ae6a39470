"""Small networks with answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from tests.engine.schedule.networks import NATURAL, OFFICIAL, WEEKDAYS, step

from mingbai.engine.schedule import (
    Activity,
    Calendar,
    CannotSchedule,
    Link,
    Season,
    Span,
    bars,
    contradictions,
    make_schedule,
    milestone_light,
    must_happen,
)

D = dt.date
#: A textbook network: durations 3 4 2 5 6 1, length 3+4+6+1.
HOUSE = [
    step("a", 3),
    step("b", 4, "a"),
    step("c", 2, "a"),
    step("d", 5, "c"),
    step("e", 6, "b"),
    step("f", 1, "d", "e"),
]


def windows(schedule, origin):
    return {s.id: ((s.start_date - origin).days, (s.finish_date - origin).days + 1)
            for s in schedule.steps}  # fmt: skip


def test_a_textbook_network():
    start = D(2021, 3, 1)
    found = make_schedule(HOUSE, NATURAL, start_date=start)
    assert windows(found, start) == {
        "a": (0, 3), "b": (3, 7), "c": (3, 5), "d": (5, 10), "e": (7, 13), "f": (13, 14),
    }  # fmt: skip
    assert {s.id: s.total_float for s in found.steps} == dict(
        zip("abcdef", (0, 0, 3, 3, 0, 0), strict=True)
    )
    assert {s.id: s.free_float for s in found.steps} == dict(
        zip("abcdef", (0, 0, 0, 3, 0, 0), strict=True)
    )
    assert found.critical_chains() == (("a", "b", "e", "f"),)
    assert found.spare_days == 0
    assert found.finish_date == found.due_date == D(2021, 3, 14)
    assert (found.step("c").latest_start_date, found.step("c").latest_finish_date) == (
        D(2021, 3, 7), D(2021, 3, 8),
    )  # fmt: skip
    with pytest.raises(StopIteration):
        found.step("nowhere")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link("a"), (5, 8)),
        (Link("a", lag=2), (7, 10)),
        (Link("a", lag=-2), (3, 6)),
        (Link("a", lag=-9), (0, 3)),
        (Link("a", "SS"), (0, 3)),
        (Link("a", "SS", 4), (4, 7)),
        (Link("a", "FF"), (2, 5)),
        (Link("a", "FF", 3), (5, 8)),
        (Link("a", "SF", 4), (1, 4)),
        (Link("a", "FF", -1), (1, 4)),
    ],
)
def test_links_of_each_kind(link, expected):
    start = D(2021, 3, 1)
    found = make_schedule([step("a", 5), step("b", 3, link)], NATURAL, start_date=start)
    assert windows(found, start)["b"] == expected


def test_back_scheduling_the_year_from_the_end_of_november():
    """倒排: all works done by 30 November; the national holiday and weekends are not worked."""
    steps = [
        step("立项", 5), step("招标", 20, "立项"), step("开工", 0, "招标"),
        step("主体", 50, "开工"), step("装饰", 25, Link("主体", "SS", 40)),
        step("验收", 5, "主体", Link("装饰", "FS", 7, natural=True)), step("移交", 0, "验收"),
    ]  # fmt: skip
    found = make_schedule(steps, OFFICIAL, finish_date=D(2021, 11, 30))
    last = {s.id: (s.latest_start_date, s.latest_finish_date) for s in found.steps}
    assert last["移交"] == (D(2021, 11, 30), D(2021, 11, 30))
    assert last["验收"] == (D(2021, 11, 24), D(2021, 11, 30))
    # 7 natural days before 24 November: done by Tuesday the 16th; 25 worked days back from there,
    # over the make-up Saturday of 9 October.
    assert last["装饰"] == (D(2021, 10, 13), D(2021, 11, 16))
    # 40 worked days earlier: 4 in October, 22 in September (two of them in lieu), 14 in August.
    assert last["主体"][0] == D(2021, 8, 12)
    assert found.spare_days == 0
    assert {s.id for s in found.steps if s.critical} == {s.id for s in found.steps}
    assert OFFICIAL.days_between(D(2021, 8, 12), D(2021, 10, 12)) == 40
    assert OFFICIAL.days_between(D(2021, 10, 13), D(2021, 11, 16)) == 25


def test_both_dates_tell_what_is_lacking():
    found = make_schedule(HOUSE, WEEKDAYS, start_date=D(2021, 3, 1), finish_date=D(2021, 3, 12))
    assert found.finish_date == D(2021, 3, 18)
    assert found.spare_days == -4
    assert found.step("a").total_float == -4
    assert found.step("d").total_float == -1
    assert found.step("d").free_float == 3, "what later steps leave, whatever the deadline"
    assert found.critical_chains() == (("a", "b", "e", "f"),), "the deadline changes no chain"


def test_several_critical_chains_and_their_limit():
    ladder = [step("0l", 1), step("0r", 1)]
    for number in range(1, 9):
        below = (f"{number - 1}l", f"{number - 1}r")
        ladder += [step(f"{number}l", 2, *below), step(f"{number}r", 2, *below)]
    found = make_schedule(ladder, NATURAL, start_date=D(2021, 3, 1))
    assert len(found.critical_chains()) == 20
    assert len(found.critical_chains(1000)) == 2**9
    assert len(set(found.critical_chains(1000))) == 2**9


def test_evidence_holds_whatever_was_planned():
    steps = [
        step("a", 3, started_date=D(2021, 3, 1), finished_date=D(2021, 3, 5)),
        step("b", 4, "a", started_date=D(2021, 3, 8)),
        step("c", 2, "b"),
        step("m", 0, "a", finished_date=D(2021, 3, 9)),
    ]
    on_time = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 10))
    assert (on_time.step("b").start_date, on_time.step("b").finish_date) == (
        D(2021, 3, 8), D(2021, 3, 11),
    )  # fmt: skip
    assert on_time.step("a").total_float is None
    assert on_time.step("b").latest_start_date is None
    assert [on_time.step(each).state for each in "abcm"] == ["done", "running", "waiting", "done"]
    assert on_time.step("m").start_date == on_time.step("m").finish_date == D(2021, 3, 9)
    late = make_schedule(
        steps, WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 17), finish_date=D(2021, 3, 15)
    )
    assert late.step("b").finish_date == D(2021, 3, 17), "not ended, so it takes today at least"
    assert late.step("c").finish_date == D(2021, 3, 19)
    assert late.spare_days == -4
    assert late.step("b").total_float == late.step("c").total_float == -4
    assert late.critical_chains() == (("b", "c"),)


def test_what_the_site_says_is_left_counts_from_today():
    running = step("a", 10, started_date=D(2021, 3, 1), remaining_days=3)
    found = make_schedule([running], WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 4))
    assert found.finish_date == D(2021, 3, 8)
    waiting = step("a", 10, remaining_days=3)
    found = make_schedule([waiting], WEEKDAYS, start_date=D(2021, 3, 1))
    assert found.finish_date == D(2021, 3, 3)


def test_a_running_step_is_held_by_what_must_finish_with_it():
    steps = [step("a", 20), step("b", 2, Link("a", "FF"), started_date=D(2021, 3, 1))]
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 2))
    assert found.step("b").finish_date == found.step("a").finish_date == D(2021, 3, 29)
    assert must_happen(found, D(2021, 3, 29), D(2021, 4, 4))[-1].what == "finish"
    overtaken = [step("a", 20), step("b", 2, "a", started_date=D(2021, 3, 1))]
    found = make_schedule(overtaken, WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 2))
    assert found.step("b").finish_date == D(2021, 3, 2), "it has begun: the link is overtaken"
    assert found.step("a").free_float == 0
    running = [step("a", 2, started_date=D(2021, 3, 1)), step("b", 9, Link("a", "SS", 1))]
    found = make_schedule(running, WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 3, 1))
    assert found.critical_chains() == (("b",),), "its start has come and moves nothing any more"


def test_first_days_and_due_dates_hold():
    steps = [step("a", 3, not_before=D(2021, 3, 10)), step("b", 2, "a"), step("c", 1)]
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1))
    assert found.step("a").start_date == D(2021, 3, 10)
    steps = [step("a", 3, due_date=D(2021, 3, 5)), step("b", 2, "a")]
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1), finish_date=D(2021, 3, 31))
    assert found.step("a").latest_finish_date == D(2021, 3, 5)
    assert (found.step("a").total_float, found.step("b").total_float) == (2, 18)


def test_milestones_at_the_opening_and_at_the_close():
    steps = [step("start", 0), step("work", 5, "start"), step("end", 0, "work")]
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1))
    assert found.step("start").start_date == D(2021, 3, 1)
    assert found.step("end").finish_date == D(2021, 3, 5)
    assert found.critical_chains() == (("start", "work", "end"),)
    both = [step("m", 0), step("n", 0, Link("m", "SS", 2)), step("k", 0, Link("n", "FF", 2))]
    found = make_schedule(both, NATURAL, start_date=D(2021, 3, 1))
    assert found.finish_date == D(2021, 3, 4)
    assert [s.total_float for s in found.steps] == [0, 0, 0]


def test_steps_on_calendars_of_their_own():
    """Concrete cures through the weekend; the crew does not work on it."""
    steps = [step("浇筑", 5), step("养护", 3, "浇筑", calendar="natural"), step("砌筑", 2, "养护")]
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1), calendars={"natural": NATURAL})
    assert found.step("养护").finish_date == D(2021, 3, 8)
    assert found.step("砌筑").start_date == D(2021, 3, 9)
    with pytest.raises(CannotSchedule, match="日历“natural”没有给出"):
        make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: [step("a", 1, "b"), step("b", 1, "c"), step("c", 1, "a"), step("d", 1, "a")],
         "a → c → b → a|b → a → c → b|c → b → a → c"),
        (lambda: [step("a", 1, "a")], "a → a"),
        (lambda: [step("a", 1), step("a", 2)], "“a”重复"),
        (lambda: [step("a", 1, "x")], "“x”不存在"),
        (lambda: [step("", 1)], "没有编号"),
        (lambda: [step("a", -1)], "工期为负数"),
        (lambda: [step("a", 1, remaining_days=-1)], "工期为负数"),
        (lambda: [step("a", 1, finished_date=D(2021, 3, 1))], "无开工日期"),
        (lambda: [step("a", 1, started_date=D(2021, 3, 2), finished_date=D(2021, 3, 1))],
         "早于开工日期"),
        (list, "没有工序"),
        (lambda: [step("a", 2000)], "超出工作日历"),
    ],
)  # fmt: skip
def test_what_cannot_be_scheduled_is_said(make, said):
    with pytest.raises(CannotSchedule, match=said):
        make_schedule(make(), WEEKDAYS, start_date=D(2021, 3, 1))


def test_a_circle_is_told_in_the_order_of_work():
    steps = [step("a", 1), step("b", 1, "a", "d"), step("c", 1, "b"), step("d", 1, "c")]
    with pytest.raises(CannotSchedule) as caught:
        make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1))
    circle = str(caught.value).split("：")[1].split("。")[0].split(" → ")
    before = {each.id: {link.before for link in each.after} for each in steps}
    assert circle[0] == circle[-1]
    assert all(one in before[two] for one, two in pairwise(circle))


def test_a_date_is_needed():
    with pytest.raises(CannotSchedule, match="之一"):
        make_schedule(HOUSE, WEEKDAYS)
    with pytest.raises(CannotSchedule, match="超出工作日历"):
        make_schedule(HOUSE, WEEKDAYS, finish_date=D(2020, 1, 3))
    done = step("a", 1, started_date=D(2021, 3, 1), finished_date=D(2021, 3, 1))
    assert make_schedule([done], WEEKDAYS, finish_date=D(2021, 3, 9)).spare_days == 6


def test_what_must_happen_this_week():
    steps = [step("a", 3), step("b", 4, "a"), step("c", 2, "a"), step("m", 0, "b")]
    found = make_schedule(
        steps, WEEKDAYS, start_date=D(2021, 3, 1), finish_date=D(2021, 3, 11), today=D(2021, 3, 8)
    )
    duties = must_happen(found, D(2021, 3, 8), D(2021, 3, 14))
    assert [(d.step.id, d.what, d.by_date, d.late_days) for d in duties] == [
        ("a", "start", D(2021, 3, 3), 3),
        ("a", "finish", D(2021, 3, 5), 1),
        ("b", "start", D(2021, 3, 8), 0),
        ("c", "start", D(2021, 3, 10), 0),
        ("b", "finish", D(2021, 3, 11), 0),
        ("c", "finish", D(2021, 3, 11), 0),
        ("m", "finish", D(2021, 3, 11), 0),
    ]
    assert duties[0].message == ("a最迟应于3月3日开工，已迟 3 个工作日，请调整后续安排或申请延期。")
    assert duties[4].message == "b最迟应于3月11日完工，再迟一天就会影响完工期限。"
    assert must_happen(found, D(2021, 2, 22), D(2021, 2, 28)) == ()


def test_rows_of_a_chart_are_in_the_order_of_work():
    found = make_schedule(HOUSE[::-1], NATURAL, start_date=D(2021, 3, 1))
    rows = bars(found)
    assert [row.id for row in rows] == ["a", "c", "b", "d", "e", "f"]
    assert rows[5].after == ("d", "e")
    assert not rows[0].milestone
    assert rows[0].name == "a"
    assert rows[0].critical


@pytest.mark.parametrize(
    ("done", "today", "light"),
    [
        (None, D(2021, 11, 26), "green"),
        (None, D(2021, 11, 27), "yellow"),
        (None, D(2021, 11, 30), "yellow"),
        (None, D(2021, 12, 1), "red"),
        (D(2021, 12, 5), D(2021, 12, 9), "done"),
    ],
)
def test_lights_turn_yellow_some_days_before(done, today, light):
    assert milestone_light(D(2021, 11, 30), done, today, near_days=3) == light


def test_evidence_against_the_order_is_told():
    steps = [
        step("立项", 1, started_date=D(2021, 2, 1), finished_date=D(2021, 2, 1)),
        step("招标", 10, "立项"),
        step("主体", 30, "招标", started_date=D(2021, 3, 8)),
        step("备料", 3, Link("招标", "SS"), started_date=D(2021, 3, 1)),
        step("验收", 0, Link("备料", "FF"), finished_date=D(2021, 3, 9)),
        step("许可", 0, finished_date=D(2021, 3, 20)),
        step("基础", 2, Link("许可", "SS"), started_date=D(2021, 3, 9),
             finished_date=D(2021, 4, 9)),
        step("封顶", 2, "基础", started_date=D(2021, 4, 12)),
        step("移交", 2, "封顶"),
    ]  # fmt: skip
    found = make_schedule(steps, WEEKDAYS, start_date=D(2021, 3, 1))
    told = {(each.before, each.later): each.message for each in contradictions(found)}
    assert set(told) == {
        ("招标", "主体"), ("招标", "备料"), ("备料", "验收"), ("许可", "基础"),
    }  # fmt: skip
    assert told["招标", "主体"] == (
        "主体已于2021-03-08开工，而紧前工序招标尚未完工，请核对证据日期，确属提前的应补办手续。"
    )
    assert "招标尚未开工" in told["招标", "备料"]
    assert "许可2021-03-20才" in told["许可", "基础"]


# -- calendars ---------------------------------------------------------------------------------


def test_the_official_days_of_a_year():
    worked = [
        sum(OFFICIAL.works_on(D(2021, month, day)) for day in range(1, last + 1))
        for month, last in ((2, 28), (5, 31), (10, 31))
    ]
    assert worked == [17, 19, 17]
    assert OFFICIAL.works_on(D(2021, 2, 7)), "a Sunday worked in lieu"
    assert not OFFICIAL.works_on(D(2021, 12, 21)), "the winter stop"
    assert OFFICIAL.days_between(D(2021, 10, 1), D(2021, 10, 8)) == 1
    assert OFFICIAL.days_between(D(2021, 10, 8), D(2021, 10, 7)) == 0


def test_stops_close_even_make_up_days():
    stopped = OFFICIAL.without(Span(D(2021, 2, 1), D(2021, 2, 28), "汛期"))
    assert not stopped.works_on(D(2021, 2, 20))
    closed = OFFICIAL.closed_spans(D(2021, 2, 6), D(2021, 2, 21))
    assert [(s.first.day, s.last.day) for s in closed] == [(6, 6), (11, 17), (21, 21)]
    assert list(NATURAL.closed_spans(D(2021, 2, 6), D(2021, 2, 21))) == []


def test_seasons_may_pass_new_year():
    winter = Season("冬季停工", (12, 15), (2, 10))
    assert winter.spans([2020]) == (Span(D(2020, 12, 15), D(2021, 2, 10), "冬季停工"),)
    flood = Season("汛期", (6, 15), (9, 15))
    assert flood.spans([2021])[0].last == D(2021, 9, 15)


def test_calendars_that_cannot_be():
    with pytest.raises(CannotSchedule, match="既列为假日又列为"):
        Calendar(D(2021, 1, 1), D(2021, 1, 9), holidays=frozenset({D(2021, 1, 4)}),
                 make_up=frozenset({D(2021, 1, 4)}))  # fmt: skip
    with pytest.raises(CannotSchedule, match="没有一个工作日"):
        Calendar(D(2021, 1, 2), D(2021, 1, 3))
    with pytest.raises(CannotSchedule, match="早于起日"):
        Span(D(2021, 1, 2), D(2021, 1, 1))
    with pytest.raises(CannotSchedule, match="不在工作日历"):
        WEEKDAYS.works_on(D(2030, 1, 1))


def test_an_activity_says_what_is_wrong_at_once():
    with pytest.raises(CannotSchedule):
        Activity("a", days=-3)


def test_a_milestone_alone_closes_the_last_day():
    alone = make_schedule([step("m", 0)], WEEKDAYS, finish_date=D(2021, 11, 30))
    assert alone.step("m").latest_finish_date == D(2021, 11, 30)
    due = make_schedule(
        [step("m", 0)], WEEKDAYS, start_date=D(2021, 3, 1), finish_date=D(2021, 3, 5)
    )
    assert due.step("m").finish_date == D(2021, 3, 1)
    assert due.step("m").latest_finish_date == D(2021, 3, 5)
    assert due.step("m").total_float == 5
    waiting = make_schedule([step("m", 0)], WEEKDAYS, start_date=D(2021, 3, 1), today=D(2021, 4, 1))
    assert waiting.step("m").finish_date == D(2021, 4, 1), "an open one is never in the past"


def test_a_start_held_by_a_weekend_falls_back_to_friday():
    """The later step, on natural days, must start on Saturday with or after the earlier one."""
    steps = [step("a", 1), step("b", 3, Link("a", "SS"), calendar="natural")]
    found = make_schedule(
        steps,
        WEEKDAYS,
        start_date=D(2021, 3, 1),
        finish_date=D(2021, 3, 8),
        calendars={"natural": NATURAL},
    )
    assert found.step("b").latest_start_date == D(2021, 3, 6)
    assert found.step("a").latest_start_date == D(2021, 3, 5)
