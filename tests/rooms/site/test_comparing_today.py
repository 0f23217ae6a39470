"""Late correction forms, answers to re-check and people to visit stand on the page 今日."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.rooms.registry import test_corrections as forms

from mingbai.base.scope import Asker
from mingbai.registry.actions import Answer, answer_item, issue_slips
from mingbai.registry.queries import items_of
from mingbai.site.today import Asked, Task
from mingbai.site.today.comparing import about_slips

pytestmark = pytest.mark.django_db

book, found = forms.book, forms.found


def _slips(to: Asker, on: date) -> list[Task]:
    """The page's lines about correction forms on a day of the real calendar."""
    at = datetime(on.year, on.month, on.day, 2, 0, tzinfo=UTC)
    return about_slips(Asked(to=to, period=202106, day=date(2021, 6, 30), at=at))


def test_forms_press_more_once_they_are_late(tree, at, book, found):
    assert _slips(forms.ALL, forms.DAY) == []
    report = issue_slips(
        findings=list(found[0].values()), book=book, on=forms.DAY, by=tree.clerk, at=at
    )
    (task,) = _slips(tree.asker(tree.user_a), forms.DAY)
    assert (task.text, task.tag, task.tone) == ("办理更正单", "1 份", "warn")
    (late,) = _slips(tree.asker(tree.user_a), date(2021, 7, 13))
    assert (late.tag, late.tone) == ("逾期 1 份", "bad")
    slip = next(each for each in report.slips if each.office.code == "t-a")
    (item,) = items_of(slip, to=forms.ALL)
    answer_item(item=item, answer=Answer(text="同名两人"), seen_number=0, by=tree.user_a, at=at)
    texts = {each.text: each.tag for each in _slips(forms.ALL, forms.DAY)}
    assert texts == {"催办更正单": "3 份", "复核更正单答复": "1 项"}
