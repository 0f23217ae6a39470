"""The job that compares everything: findings, enrolments and correction forms follow at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.rooms.registry import test_corrections as forms
from tests.rooms.registry.rosters import hand_in, row

from mingbai.registry.actions import issue_slips
from mingbai.registry.queries import items_of
from mingbai.site import jobs

pytestmark = pytest.mark.django_db

book, found = forms.book, forms.found


def test_comparing_everything_closes_what_a_correction_removed(tree, at, book, found, monkeypatch):
    monkeypatch.setattr(jobs, "load_book", lambda **_: book)
    every, a, _ = found
    report = issue_slips(
        findings=[every["repeated_person"]], book=book, on=forms.DAY, by=tree.clerk, at=at
    )
    hand_in(tree, at, [row(1), row(2)], follows=a)
    job = SimpleNamespace(args={"year": 2021}, queued_by=tree.clerk)
    told = jobs.HANDLERS["compare"](job, lambda done, total, name: None)
    assert (told["gone"], told["items"]) == (1, 1)
    (item,) = items_of(report.slips[0], to=forms.ALL)
    assert item.step == "removed"
    again = jobs.HANDLERS["compare"](job, lambda done, total, name: None)
    assert (again["new"], again["gone"], again["items"]) == (0, 0, 0)
