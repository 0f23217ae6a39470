"""A county with an adopted list and a way to hand in progress and rosters."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from tests.rooms.delivery.sheets import make_sheet
from tests.rooms.programme.books import small_book

from mingbai.base.models import Office, OfficeDuty
from mingbai.base.scope import Asker
from mingbai.delivery.actions import enter_progress
from mingbai.delivery.figures import make_figure
from mingbai.programme.actions import adopt_year

ALL = Asker.system("tests see everything")


class County:
    """What tests of delivery do: hand in, enter, ask."""

    def __init__(self, tree, at):
        self.tree, self.at, self.book = tree, at, small_book()
        self.school = Office.objects.create(
            code="t-school", name="教育局", short_name="教育局", kind="department",
            division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
        )  # fmt: skip
        for office, item in ((tree.civil, "roads.build"), (tree.civil, "roads.toilets")):
            OfficeDuty.objects.create(office=office, sub_item=item, from_date=date(2021, 1, 1))
        adopt_year(book=self.book, by=tree.clerk, at=at)

    def hand_in(self, kind, rows, *, office=None, **kw):
        office = office or self.tree.civil
        return make_sheet(kind, rows, office=office, by=self.tree.clerk, at=self.at, **kw)

    def enter(self, *sheets):
        return enter_progress(sheets=sheets, book=self.book, by=self.tree.clerk, at=self.at)

    def report(self, *rows, **kw):
        """Rows of (sub-item, measure, month done, total done), handed in and entered."""
        sheet = self.hand_in(
            "progress",
            [
                {"sub_item": item, "measure": name, "month_done": month, "total_done": total}
                for item, name, month, total in rows
            ],
            **kw,
        )
        return self.enter(sheet), sheet

    def teach(self, *people, **kw):
        """People of (name, course, end day, passed) on a roster of the teachers' sub-item."""
        rows = [
            {
                "id_key": hashlib.blake2b(name.encode(), digest_size=16).digest(),
                "course": course, "end_date": end, "passed": passed,
            }
            for name, course, end, passed in people
        ]  # fmt: skip
        kw.setdefault("sub_item", "school.teachers")
        sheet = self.hand_in("training", rows, office=self.school, **kw)
        return self.enter(sheet), sheet

    @staticmethod
    def completion(item, *, cutoff=date(2021, 6, 30), as_of=None, to=ALL):
        return make_figure(
            f"delivery.completion.{item}", year=2021, cutoff=cutoff, as_of=as_of, to=to
        )

    @staticmethod
    def completed_count(*, cutoff=date(2021, 6, 30), as_of=None, to=ALL):
        return make_figure(
            "delivery.completed_sub_items", year=2021, cutoff=cutoff, as_of=as_of, to=to
        )


@pytest.fixture
def county(tree, at):
    return County(tree, at)
