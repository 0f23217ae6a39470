"""Reminders of a day: who is told what, once a stage, with their messages or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.delivery.conftest import County
from tests.rooms.oversight.reminded import DAY, DUE, duty, outlet_to, robot, ruled_book
from tests.rooms.oversight.servers import MailServer, RobotServer, running

from mingbai.base.models import Act, Office
from mingbai.oversight.actions import (
    CannotReadReminders,
    Outlet,
    read_reminders,
    remind_offices,
    set_mail_address,
)
from mingbai.oversight.actions import reminding as reminding_module
from mingbai.oversight.models import (
    MessageReminder,
    OutboxMessage,
    Reminder,
    ReminderReading,
    ReminderRound,
)
from mingbai.oversight.queries.duties import gather_duties
from mingbai.oversight.queries.inbox import own_reminders, unread_count
from mingbai.oversight.queries.planning import plan_reminders
from mingbai.paper.leaks import scan_text
from mingbai.rulebook.model import Reminding


def all_reminders():
    return list(Reminder.objects.unscoped("t").order_by("pk"))


def planned(duties, on, sent=()):
    book = ruled_book()
    told = plan_reminders(
        duties, reminding=book.reminding, calendar=book.calendar, on=on,
        sent=dict(sent),
    )  # fmt: skip
    return [(each.office.short_name, each.role, each.stage.code) for each in told]


@pytest.fixture
def found(monkeypatch):
    """Duties that the day's look finds, whatever the county holds."""
    duties: list = []
    monkeypatch.setattr(reminding_module, "gather_duties", lambda **kw: tuple(duties))
    return duties


@pytest.fixture
def remind(at):
    """Remind on a day."""

    def run(on, outlet=None):
        return remind_offices(book=ruled_book(), on=on, outlet=outlet or Outlet(), by=None, at=at)

    return run


def test_the_owner_is_told_before_at_and_after_and_the_lead_when_it_is_late(tree):
    owed = [duty(tree.office_a, tree.civil)]
    assert planned(owed, date(2021, 7, 2)) == [("籍山镇", "owner", "before-1")]
    assert planned(owed, DUE) == [("籍山镇", "owner", "due")]
    assert planned(owed, DUE + DAY) == [("籍山镇", "owner", "after-1")]
    assert planned(owed, DUE + 3 * DAY) == [
        ("籍山镇", "owner", "after-3"), ("民政局", "lead", "after-3"),
    ]  # fmt: skip


def test_a_lead_is_not_told_twice_of_its_own_duty_nor_anybody_of_a_kind_without_rule(tree):
    assert planned([duty(tree.civil, tree.civil)], DUE + 3 * DAY) == [
        ("民政局", "owner", "after-3")
    ]
    book = ruled_book()
    assert not plan_reminders(
        [duty(tree.office_a)], reminding=Reminding(), calendar=book.calendar, on=DUE, sent={}
    )


def test_what_one_office_was_told_does_not_count_for_another(tree):
    owed = [duty(tree.office_a, tree.civil)]
    sent = [(("slip:1", DUE, tree.office_a.pk), {"after-3"})]
    assert planned(owed, DUE + 3 * DAY, sent) == [("民政局", "lead", "after-3")]


def test_a_new_due_day_begins_anew(tree):
    sent = [(("slip:1", DUE - 7 * DAY, tree.office_a.pk), {"due"})]
    assert planned([duty(tree.office_a)], DUE, sent) == [("籍山镇", "owner", "due")]


def test_a_day_is_looked_at_once(tree, found, remind):
    found.append(duty(tree.office_a))
    first = remind(DUE)
    found.append(duty(tree.office_b, key="slip:2"))
    assert remind(DUE) == first
    assert [each.office for each in all_reminders()] == [tree.office_a]
    assert (first.duties_count, first.reminders_count) == (1, 1)
    assert Act.objects.unscoped("t").filter(verb="remind_offices").count() == 1


def test_missed_days_are_caught_up_by_the_newest_stage_alone(tree, found, remind):
    found.append(duty(tree.office_a))
    remind(DUE + 9 * DAY)
    assert [each.stage for each in all_reminders()] == ["after-9"]
    remind(DUE + 10 * DAY)
    assert len(all_reminders()) == 1


def test_what_is_done_is_no_longer_reminded_of(tree, found, remind):
    found.append(duty(tree.office_a))
    remind(DUE)
    found.clear()
    remind(DUE + DAY)
    assert [each.stage for each in all_reminders()] == ["due"]
    assert ReminderRound.objects.unscoped("t").count() == 2


def test_a_stage_is_held_once_by_the_database_and_frozen(tree, found, remind):
    found.append(duty(tree.office_a))
    remind(DUE)
    (given,) = all_reminders()
    given.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save(force_insert=True)
    for change in (lambda rows: rows.update(text="别的"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(Reminder.objects.unscoped("t"))


def test_reminders_and_messages_live_or_die_together(tree, found, remind, at, monkeypatch):
    found.append(duty(tree.office_a, kind="report", key="report:202106:t-a"))
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)

    class Broken:
        def __init__(self, *args):
            raise RuntimeError("cut off")

    with running(MailServer()) as mail:
        monkeypatch.setattr(reminding_module, "_Box", Broken)
        with pytest.raises(RuntimeError):
            remind(DUE, outlet_to(mail=mail))
        assert not all_reminders()
        assert not ReminderRound.objects.unscoped("t").exists()
        monkeypatch.undo()
        monkeypatch.setattr(reminding_module, "gather_duties", lambda **kw: tuple(found))
        remind(DUE, outlet_to(mail=mail))
    assert len(all_reminders()) == 1
    assert OutboxMessage.objects.unscoped("t").count() == 1


def test_an_office_gets_one_message_however_much_it_owes(tree, found, remind, at):
    found += [
        duty(tree.office_a, kind="report", key=f"report:{n}", text=f"报送第{n}份月报")
        for n in range(30)
    ]
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    set_mail_address(address="b@example.cn", by=tree.user_b, at=at)
    with running(RobotServer()) as robots, running(MailServer()) as mail:
        robot(robots, tree, at, office=tree.office_a)
        robot(robots, tree, at, kind="dingtalk", key="KEY-of-all-the-county")
        remind(DUE, replace(outlet_to(robots), mail=outlet_to(mail=mail).mail))
    kept = OutboxMessage.objects.unscoped("t").order_by("channel")
    assert [each.channel for each in kept] == ["dingtalk", "mail", "wecom"]
    county, mailed, posted = kept
    assert mailed.user == tree.user_a, "the other office owes nothing"
    assert "30 项待办" in mailed.subject
    assert mailed.body.count("报送第") == 6, "the site has them all"
    assert "另有 24 项" in mailed.body
    assert "https://mbz.example.gov.cn/registry/slips/1/" in mailed.body
    assert "- 籍山镇：今天到期 30 项" in county.body
    assert len(posted.body.encode()) <= 4096
    assert MessageReminder.objects.unscoped("t").filter(message=posted).count() == 30
    assert len({each.key for each in kept}) == 3


def test_a_message_too_long_is_split_and_every_part_numbered(tree, found, remind, at):
    offices = [
        Office.objects.create(
            code=f"t-x{n}", name=f"第{n}个单位", short_name=f"很长名字的第{n:03d}个直属事业单位",
            kind="department", valid_from=date(2021, 1, 1),
        )
        for n in range(120)
    ]  # fmt: skip
    found += [duty(each, kind="report", key=f"report:{each.code}") for each in offices]
    with running(RobotServer()) as robots:
        robot(robots, tree, at)
        remind(DUE, outlet_to(robots))
    kept = list(OutboxMessage.objects.unscoped("t").order_by("key"))
    assert len(kept) > 1
    assert all(len(each.body.encode()) <= 4096 for each in kept)
    said = "\n".join(each.body for each in kept)
    assert all(each.short_name in said for each in offices)
    assert kept[0].subject.endswith(f"（第 1/{len(kept)} 条）")


def test_nothing_is_written_for_doors_that_are_shut(tree, found, remind, at):
    found.append(duty(tree.office_a, kind="report", key="report:1"))
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    with running(RobotServer()) as robots:
        robot(robots, tree, at)
    remind(DUE)
    assert not OutboxMessage.objects.unscoped("t").exists()
    assert len(all_reminders()) == 1, "the site always tells"


def test_no_long_number_leaves_with_a_name_somebody_typed(tree, found, remind):
    found += [
        duty(tree.office_a, text="张三34029919900101123X家门前道路：验收须完成"),
        duty(tree.office_a, key="slip:2", text="电话13800138000的工地：完工须完成"),
        duty(tree.office_a, key="slip:3", text="交回更正单〔2021〕12号"),
    ]
    remind(DUE)
    texts = [each.text for each in all_reminders()]
    assert not any(scan_text(text) for text in texts)
    assert texts[2] == "交回更正单〔2021〕12号"
    assert texts[0] == texts[1] == "有一项到期事项，请打开查看"


def test_each_account_reads_for_itself(tree, found, remind, at):
    found += [duty(tree.office_a), duty(tree.office_a, key="slip:2")]
    remind(DUE)
    to, other = tree.asker(tree.user_a), tree.asker(tree.user_b)
    assert unread_count(to=to) == 2
    assert unread_count(to=other) == 0
    first = own_reminders(to=to).order_by("pk")[0]
    read_reminders(through=first.pk, only=first.pk, to=to, by=tree.user_a, at=at)
    assert unread_count(to=to) == 1
    newest = all_reminders()[-1].pk
    with pytest.raises(CannotReadReminders):
        read_reminders(through=newest, to=other, by=tree.user_b, at=at)
    read_reminders(through=newest, to=to, by=tree.user_a, at=at)
    assert unread_count(to=to) == 0
    assert ReminderReading.objects.unscoped("t").count() == 2
    with pytest.raises(CannotReadReminders):
        read_reminders(through=newest, to=to, by=tree.user_a, at=at)


def test_what_came_after_the_page_was_shown_stays_unread(tree, found, remind, at):
    found.append(duty(tree.office_a))
    remind(DUE)
    shown = all_reminders()[-1].pk
    remind(DUE + DAY)
    to = tree.asker(tree.user_a)
    read_reminders(through=shown, to=to, by=tree.user_a, at=at)
    assert unread_count(to=to) == 1


def test_a_missing_report_is_a_duty_until_it_is_handed_in(tree, at):
    county = County(tree, at)
    county.book = book = ruled_book(county.book)
    on = date(2021, 7, 2)

    def owed():
        return {
            (each.owner.short_name, each.kind): each
            for each in gather_duties(book=book, on=on)
            if each.kind.startswith("report")
        }

    before = owed()
    mine = before["民政局", "report"]
    assert mine.due_date == date(2021, 7, 5)
    assert mine.link == "/programmes/reports/sheet/?year=2021&month=6&office=t-civil"
    assert mine.lead == tree.office
    county.report(
        ("roads.build", "count", "5", "20"), ("roads.toilets", "count", "5", "20"), month=6
    )
    after = owed()
    assert ("民政局", "report") not in after
    assert after.keys() < before.keys() | {("民政局", "report_answer"), ("民政局", "report_check")}


def test_a_report_is_not_asked_for_long_before_its_month_is_over(tree, at):
    county = County(tree, at)
    book = ruled_book(county.book)
    found = gather_duties(book=book, on=date(2021, 6, 10))
    assert {each.key.split(":")[1] for each in found if each.kind == "report"} == {"202105"}
