"""Notes on quality and safety, and upkeep after hand-over: terms, two hands, what is due."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.delivery.building import Builders, line, photo

from mingbai.base.files import open_file
from mingbai.delivery.actions.upkeep import (
    Assigned,
    CannotAssignUpkeep,
    CannotCloseNote,
    CannotNote,
    CannotRecordVisit,
    Noted,
    assign_upkeep,
    close_note,
    record_note,
    record_upkeep,
)
from mingbai.delivery.models import SiteNote, SiteNoteClosing, UpkeepDuty, UpkeepVisit
from mingbai.delivery.queries.upkeep import (
    add_months,
    notes_of,
    open_notes,
    upkeep_late,
    upkeep_of,
)

pytestmark = pytest.mark.django_db
MAY = date(2021, 5, 20)


@pytest.fixture
def builders(county):
    made = Builders(county)
    made.ledger(line(handover_date=date(2021, 3, 1)), line("新桥"))
    return made


def note(builders, *, kind="safety", text="基坑没有围挡", found=MAY, due=None):
    return record_note(
        site=builders.site(), said=Noted(kind, text, found, due), book=builders.book,
        by=builders.tree.user_a, at=builders.at,
    )  # fmt: skip


def close(builders, made, *, by=None, measures="已围挡", day=date(2021, 5, 22), shot=None):
    return close_note(
        note=made, measures=measures, closed_date=day, photo=shot,
        by=by or builders.tree.checker, at=builders.at,
    )  # fmt: skip


def test_the_term_comes_from_the_book_unless_somebody_sets_one(builders):
    assert note(builders).due_date == date(2021, 5, 23)
    assert note(builders, kind="quality").due_date == date(2021, 6, 4)
    assert note(builders, due=date(2021, 5, 21)).due_date == date(2021, 5, 21)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": "  "}, "写明"), ({"kind": "noise"}, "类别"),
        ({"found": date(2021, 7, 6)}, "不能晚于今天"),
        ({"due": date(2021, 5, 19)}, "不能早于发现"),
        ({"found": date(2019, 7, 6)}, "没有这一天"),
    ],
)  # fmt: skip
def test_notes_that_mean_nothing_are_refused(builders, given, says):
    with pytest.raises(CannotNote, match=says):
        note(builders, **given)


def test_a_note_is_closed_by_another_hand(builders):
    made = note(builders)
    with pytest.raises(CannotCloseNote, match="另一人"):
        close(builders, made, by=builders.tree.user_a)
    for given, says in (
        ({"measures": " "}, "怎么整改"), ({"day": date(2021, 5, 19)}, "发现日期之后"),
        ({"shot": b"%PDF"}, "JPG"),
    ):  # fmt: skip
        with pytest.raises(CannotCloseNote, match=says):
            close(builders, made, **given)
    done = close(builders, made, shot=photo())
    assert b"2021:06:20" not in open_file(done.file)
    with pytest.raises(CannotCloseNote, match="刚刚"):
        close(builders, made)
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteNoteClosing.objects.create(
            note=note(builders), measures="x", closed_date=MAY, maker=builders.tree.user_a,
            closed_at=builders.at, closed_by=builders.tree.user_a, act=done.act,
        )  # fmt: skip


def test_open_notes_come_by_their_term_and_say_how_late_they_are(builders):
    later, first = note(builders, kind="quality"), note(builders)
    everybody = builders.tree.asker(builders.tree.clerk)
    found = open_notes(to=everybody, year=2021, today=date(2021, 5, 25))
    assert [(each.note.pk, each.late_days) for each in found] == [(first.pk, 2), (later.pk, 0)]
    close(builders, first)
    site = builders.site()
    assert [bool(each.closing) for each in notes_of(site, to=everybody, today=MAY)] == [False, True]
    other = builders.tree.asker(builders.tree.user_b)
    assert open_notes(to=other, year=2021, today=MAY) == ()


def assign(builders, **given):
    said = {"keeper": "籍山镇人民政府", "from_date": date(2021, 3, 5), **given}
    return assign_upkeep(
        site=builders.site(), said=Assigned(**said), book=builders.book,
        by=builders.tree.user_a, at=builders.at,
    )  # fmt: skip


def look(builders, day, condition="good", text=""):
    return record_upkeep(
        site=builders.site(), visited_date=day, condition=condition, text=text,
        by=builders.tree.user_a, at=builders.at,
    )  # fmt: skip


def test_upkeep_begins_with_the_hand_over_and_falls_due(builders):
    with pytest.raises(CannotAssignUpkeep, match="移交节点确认后"):
        assign(builders)
    builders.confirm_all()
    with pytest.raises(CannotRecordVisit, match="没有落实"):
        look(builders, MAY)
    assert assign(builders).every_months == 3
    to = builders.tree.asker(builders.tree.user_a)
    site = builders.site()
    assert upkeep_of(site, to=to, today=date(2021, 6, 5)).is_late is False
    assert upkeep_of(site, to=to, today=date(2021, 6, 6)).is_late
    assert [each.duty.site_id for each in upkeep_late(to=to, today=date(2021, 6, 6))] == [site.pk]
    look(builders, date(2021, 6, 6))
    found = upkeep_of(site, to=to, today=date(2021, 7, 1))
    assert (found.due_date, found.is_late) == (date(2021, 9, 6), False)
    again = assign(builders, keeper="五里村", every_months=1, from_date=date(2021, 6, 10))
    assert again.turn == 2
    assert upkeep_of(site, to=to, today=date(2021, 7, 1)).due_date == date(2021, 7, 10)


def test_what_cannot_be_kept_up_is_refused(builders):
    builders.confirm_all()
    for given, says in (
        ({"keeper": ""}, "哪个单位"), ({"from_date": date(2019, 1, 1)}, "没有这一天"),
        ({"every_months": 60}, "1至24"),
    ):  # fmt: skip
        with pytest.raises(CannotAssignUpkeep, match=says):
            assign(builders, **given)
    assign(builders)
    for day, condition, says in (
        (MAY, "worn", "哪里坏"), (MAY, "fine", "状况"), (date(2021, 3, 1), "good", "管护开始之后"),
        (date(2021, 7, 6), "good", "今天之前"),
    ):  # fmt: skip
        with pytest.raises(CannotRecordVisit, match=says):
            look(builders, day, condition)
    look(builders, MAY, "worn", "护栏缺两段")


def test_nothing_written_changes(builders):
    builders.confirm_all()
    close(builders, note(builders))
    assign(builders)
    look(builders, MAY)
    for model in (SiteNote, SiteNoteClosing, UpkeepDuty, UpkeepVisit):
        found = model.objects.unscoped("t").get()
        for act in (found.save, found.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


def test_months_end_on_their_last_day():
    assert add_months(date(2021, 11, 30), 3) == date(2022, 2, 28)
    assert add_months(date(2021, 12, 31), 1) == date(2022, 1, 31)
