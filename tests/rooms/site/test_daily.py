"""Once a day the worker looks what is due; 今日 tells whose month was not compared."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.rooms.registry import test_corrections as forms

from mingbai.base.models import Job
from mingbai.registry.actions import compare_sheets
from mingbai.registry.queries import comparison_missed
from mingbai.rulebook import load_book
from mingbai.site import daily
from mingbai.site.daily import look_what_is_due, plan_days
from mingbai.site.today import Asked
from mingbai.site.today.comparing import about_comparison

pytestmark = pytest.mark.django_db
book, found = forms.book, forms.found


def on(month: int, day: int) -> datetime:
    return datetime(2021, month, day, 2, 0, tzinfo=UTC)


def told(to, at) -> list[str]:
    return [each.tag for each in about_comparison(Asked(to, 202107, date(2021, 7, 31), at))]


def test_the_day_is_the_books_and_a_closed_year_is_compared_no_more():
    real = load_book(year=2021, county="340223")
    (rule,) = real.monthly
    assert real.comparison_due(date(2021, 7, rule.day)) == date(2021, 7, rule.day)
    assert real.comparison_due(date(2021, 7, rule.day - 1)) == date(2021, 6, rule.day)
    assert real.comparison_due(date(2022, 1, 31)) == date(2022, 1, rule.day)
    assert real.comparison_due(date(2022, 3, 1)) is None
    assert rule.due_in(date(2021, 2, 9)).day <= 28


def test_the_month_is_compared_once_and_today_tells_until_then(tree, found, monkeypatch):
    real = load_book(year=2021, county="340223")
    to = forms.ALL
    clerk = tree.asker(tree.clerk)
    monkeypatch.setattr(daily, "newest_year", lambda: 2021)
    assert comparison_missed(to=to, book=real, on=date(2021, 9, 5)) == date(2021, 9, 5)
    assert told(clerk, on(9, 5)) == ["应于 9 月 5 日前"]
    assert told(tree.asker(tree.user_a), on(9, 5)) == [], "a town cannot run it"
    (job,) = look_what_is_due(at=on(9, 5))
    assert (job.kind, job.args) == ("compare", {"year": 2021})
    assert look_what_is_due(at=on(9, 5)) == [], "queued once"
    compare_sheets(year=2021, book=forms.small_book(), by=tree.clerk, at=on(9, 6))
    Job.objects.unscoped("t").update(state=Job.State.DONE)
    assert look_what_is_due(at=on(9, 7)) == []
    assert told(clerk, on(9, 7)) == []
    assert told(clerk, on(10, 5)) == ["应于 10 月 5 日前"], "the next month is due again"


def test_the_plan_is_made_once(db):
    from django_q.models import Schedule

    plan_days()
    plan_days()
    plans = Schedule.objects.order_by("pk")
    assert [(each.func, each.schedule_type, each.minutes, each.repeats) for each in plans] == [
        ("mingbai.site.daily.run", "D", None, -1),
        ("mingbai.site.reminding.run", "I", 3, -1),
    ]
