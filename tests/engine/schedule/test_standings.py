"""Gaps in 百分点 and rankings with ties, as published; the table of official days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.engine.schedule import (
    CannotSchedule,
    ListedDay,
    Season,
    elapsed_ratio,
    gap_points,
    make_calendar,
    rank_ties,
    read_days,
    round_half_up,
    write_days,
)
from mingbai.engine.schedule.seeding import seed_days

D = dt.date


#: As published: reached, month, the schedule's own share as texts print it, the gap they state.
PUBLISHED = [
    ("74.9", 6, "50.0", "24.9"),  # 黄山市民生工程，2013年上半年
    ("73.5", 5, "41.7", "31.8"),  # 安徽省民生工程，2018年1至5月
    ("80.4", 8, "66.7", "13.7"),  # 安庆市民生工程，2015年1至8月（“近14个百分点”）
    ("99.8", 11, "91.67", "8.13"),  # 民生工程，1至11月
    ("88.9", 8, "66.7", "22.2"),  # 安徽省民生工程，1至8月
    ("97.9", 8, "66.7", "31.2"),  # 同上，中央及省级资金
    ("70.93", 8, "66.67", "4.26"),  # 黄山市重点项目，2010年1至8月
    ("77.2", 8, "66.7", "10.5"),  # 宁德市重点项目，1至8月
    ("43.2", 4, "33.3", "9.9"),  # 省重点项目，1至4月
    ("37.8", 4, "33.3", "4.5"),  # 市重点项目，1至4月
    ("44", 5, "41.7", "2.3"),  # 资阳市省列重点项目，1至5月
]


@pytest.mark.parametrize(("reached", "month", "due", "gap"), PUBLISHED)
def test_published_gaps_follow_from_the_months_gone_by(reached, month, due, gap):
    planned = elapsed_ratio(month)
    places = -Decimal(gap).as_tuple().exponent
    assert round_half_up(planned * 100, places) == Decimal(due)
    assert gap_points(Decimal(reached) / 100, planned, places) == Decimal(gap)
    wrong = elapsed_ratio(month - 1)
    assert gap_points(Decimal(reached) / 100, wrong, places) != Decimal(gap), "the control"


def test_a_gap_may_be_behind():
    assert gap_points(Fraction(24, 100), Fraction(1, 2)) == Decimal("-26.0")
    assert gap_points(Fraction(4995, 10000), Fraction(1, 2)) == Decimal("-0.1")
    with pytest.raises(ValueError, match="no month 13"):
        elapsed_ratio(13)


def test_ties_share_a_place_and_the_next_is_skipped():
    """As circulars print it: 第三名甲、乙；第五名丙."""
    scores = [
        ("丙", "88.5"),
        ("甲", "90"),
        ("子", "95"),
        ("乙", "90.0"),
        ("丑", "92"),
        ("丁", "80"),
    ]
    places = rank_ties((name, Decimal(value)) for name, value in scores)
    assert [(place.number, place.members) for place in places] == [
        (1, ("子",)), (2, ("丑",)), (3, ("甲", "乙")), (5, ("丙",)), (6, ("丁",)),
    ]  # fmt: skip
    lowest = rank_ties(((n, Decimal(v)) for n, v in scores), lowest_first=True)
    assert lowest[0].members == ("丁",)


def test_ties_can_be_decided_by_what_is_printed():
    rows = [("甲", Decimal("90.04")), ("乙", Decimal("89.96")), ("丙", Decimal("89.94"))]
    assert [p.number for p in rank_ties(rows)] == [1, 2, 3]
    printed = rank_ties(rows, places=1)
    assert [(p.number, p.value, p.members) for p in printed] == [
        (1, Decimal("90.0"), ("甲", "乙")), (3, Decimal("89.9"), ("丙",)),
    ]  # fmt: skip


@given(st.lists(st.integers(0, 5), max_size=30))
def test_a_place_is_one_more_than_those_before_it(values):
    places = rank_ties([(index, Fraction(value)) for index, value in enumerate(values)])
    for place in places:
        assert place.number == 1 + sum(value > place.value for value in values)
        assert all(values[member] == place.value for member in place.members)
    assert sum(len(place.members) for place in places) == len(values)


# -- the table of official days ------------------------------------------------------------------

TABLE = """日期,安排,名称,依据
2021-10-01,放假,国庆节,国办发明电〔2020〕27号
2021-10-09,调休上班,国庆节,国办发明电〔2020〕27号
"""


def test_the_table_is_read_and_written():
    days = read_days("\ufeff" + TABLE)
    assert days[1] == ListedDay(D(2021, 10, 9), "make_up", "国庆节", "国办发明电〔2020〕27号")
    assert write_days(reversed(days)) == TABLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "表头"),
        ("日期,安排\n", "表头"),
        (TABLE + "2021-10-09,放假,国庆节,某号\n", "第4行的2021-10-09重复"),
        (TABLE + "2021-13-09,放假,国庆节,某号\n", "第4行有误"),
        (TABLE + "2021-10-08,半天,国庆节,某号\n", "第4行有误"),
        (TABLE + "2021-10-08,放假\n", "第4行有误"),
    ],
)
def test_faults_of_the_table_name_their_line(text, said):
    with pytest.raises(CannotSchedule, match=said):
        read_days(text)


def test_a_calendar_of_the_table_with_seasons():
    winter = Season("冬季停工", (12, 15), (1, 20))
    calendar = make_calendar([2021], read_days(TABLE), [winter])
    assert not calendar.works_on(D(2021, 10, 1))
    assert calendar.works_on(D(2021, 10, 9))
    assert not calendar.works_on(D(2021, 1, 20)), "the stop that began the year before"
    assert calendar.works_on(D(2021, 1, 21))
    with pytest.raises(CannotSchedule, match="没有2022年的安排"):
        make_calendar([2021, 2022], read_days(TABLE))


def test_the_first_filling_of_the_table():
    days = seed_days([2021])
    calendar = make_calendar([2021], read_days(write_days(days)))
    assert [day.date.day for day in days if day.kind == "make_up" and day.date.month == 2] == [
        7,
        20,
    ]
    assert {day.name for day in days if day.date.month == 10} == {"国庆节"}
    assert all("待按国办通知核对" in day.source for day in days)
    # 250 worked days: what the official arrangement of 2021 left.
    assert calendar.days_between(D(2021, 1, 1), D(2021, 12, 31)) == 250
    with pytest.raises(CannotSchedule, match="没有1999年"):
        seed_days([1999])
