"""Late correction forms, answers to re-check and people to visit stand on the page 今日."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rooms.registry import test_corrections as forms

from mingbai.registry.actions import Answer, answer_item, issue_slips
from mingbai.registry.queries import items_of
from mingbai.site.comparing import about_comparison

pytestmark = pytest.mark.django_db

book, found = forms.book, forms.found


def test_forms_press_more_once_they_are_late(tree, at, book, found):
    assert about_comparison(forms.ALL, 2021, forms.DAY) == []
    report = issue_slips(
        findings=list(found[0].values()), book=book, on=forms.DAY, by=tree.clerk, at=at
    )
    (task,) = about_comparison(tree.asker(tree.user_a), 2021, forms.DAY)
    assert (task.text, task.tag, task.tone) == ("办理更正单", "1 份", "warn")
    (late,) = about_comparison(tree.asker(tree.user_a), 2021, date(2021, 7, 13))
    assert (late.tag, late.tone) == ("逾期 1 份", "bad")
    slip = next(each for each in report.slips if each.office.code == "t-a")
    (item,) = items_of(slip, to=forms.ALL)
    answer_item(item=item, answer=Answer(text="同名两人"), seen_number=0, by=tree.user_a, at=at)
    texts = {each.text: each.tag for each in about_comparison(forms.ALL, 2021, forms.DAY)}
    assert texts == {"催办更正单": "3 份", "复核更正单答复": "1 项"}
