"""A county whose year is adopted, with two towns and people who make and check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import OfficeTree
from tests.rooms.programme.books import small_book

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.programme.actions import (
    Edit,
    Grounds,
    adopt_year,
    approve_revision,
    save_revision,
    submit_revision,
)
from mingbai.programme.models import TargetRevision
from mingbai.programme.queries import open_draft, programme_year, shares, targets

ALL = Asker.system("tests see everything")
NONE = Grounds()
PAPER = Grounds("南政〔2021〕30号", date(2021, 6, 1), "上半年调整")


@dataclass
class Desk:
    """The county office's desk: the sheet as it stands, saving it, putting it in force."""

    tree: OfficeTree
    at: datetime

    def seen(self) -> dict[str, int]:
        """What an editor who opens the sheet now is looking at."""
        version, draft = programme_year(to=ALL, year=2021), open_draft(to=ALL, year=2021)
        assert version is not None
        return {"seen_version": version.pk, "seen_number": draft.number if draft else 0}

    def save(self, *edits: Edit, grounds: Grounds = NONE, **more: Any) -> TargetRevision:
        given = {"by": self.tree.clerk, "at": self.at, **self.seen(), **more}
        return save_revision(year=2021, edits=edits, grounds=grounds, **given)

    def enforce(self, *edits: Edit, grounds: Grounds = NONE, **more: Any) -> TargetRevision:
        """Save, submit and approve in one go."""
        revision = self.save(*edits, grounds=grounds, **more)
        submit_revision(revision=revision, by=self.tree.clerk, at=self.at)
        approve_revision(revision=revision, by=self.tree.checker, at=self.at)
        return revision

    @staticmethod
    def target(sub_item: str, measure: str = "count", as_of: int | None = None) -> Decimal | None:
        found = targets(to=ALL, year=2021, as_of=as_of, sub_item=sub_item)
        return next(each.target for each in found if each.code == measure)

    @staticmethod
    def parts(sub_item: str, as_of: int | None = None) -> dict[str, Decimal]:
        found = shares(to=ALL, year=2021, as_of=as_of, sub_item=sub_item)
        return {each.town_id: each.share for each in found}


def edit(sub_item: str, target: str | None, *parts: str, measure: str = "count",
         state: str = "set") -> Edit:  # fmt: skip
    """A row of the sheet; ``parts`` are those of the two towns, ``-`` for none."""
    towns = zip(("340223100", "340223101"), parts, strict=False)
    given = {town: Decimal(part) for town, part in towns if part != "-"}
    return Edit(sub_item, measure, state, None if target is None else Decimal(target), given)


@pytest.fixture
def school(tree: OfficeTree) -> Office:
    return Office.objects.create(
        code="t-school", name="教育局", short_name="教育局", kind="department",
        division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip


@pytest.fixture
def desk(tree: OfficeTree, school: Office, at: datetime) -> Desk:
    """The year adopted; the sheet stands open."""
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    return Desk(tree, at)
