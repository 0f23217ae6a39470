"""Pages of reminders: one's own, everybody's, messages, mail, robots; no key is ever shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.rooms.oversight.reminded import DAY, DUE, duty, outlet_to, robot, ruled_book
from tests.rooms.oversight.servers import OK, RobotServer, running

from mingbai.base.models import Role, User
from mingbai.oversight.actions import Outlet, remind_offices, set_mail_address
from mingbai.oversight.actions import reminding as reminding_module
from mingbai.oversight.models import GroupRobot, MailAddress, OutboxMessage, Reminder
from mingbai.oversight.views import reminders as pages
from mingbai.site.reminding import remind_day, send_waiting

BASE = "/oversight/reminders/"


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path):
    """Pages need a folder for static files; tests have none collected."""
    settings.STATIC_ROOT = tmp_path
    settings.MINGBAI_DEMO = False


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    """The county's day of these pages."""
    monkeypatch.setattr(pages, "today", lambda: DUE + DAY)


@pytest.fixture
def keeper(tree):
    """The county's administrator."""
    made = User(username="t-keeper", display_name="系统管理员", office=tree.office)
    made.set_unusable_password()
    made.save()
    Role.objects.create(user=made, role="keeper", from_date=date(2021, 1, 1))
    return made


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def told(client, page=BASE, **given):
    answer = client.get(page, given)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def reminded(tree, at, monkeypatch):
    """Two reminders of one town, one of which its lead is told of as well."""
    duties = (
        duty(tree.office_a, tree.civil, text="交回更正单〔2021〕1号", due=DUE - 2 * DAY),
        duty(tree.office_a, key="slip:2", text="交回更正单〔2021〕2号", due=DUE + DAY),
    )
    monkeypatch.setattr(reminding_module, "gather_duties", lambda **kw: duties)
    return remind_offices(book=ruled_book(), on=DUE + DAY, outlet=Outlet(), by=None, at=at)


def test_an_office_sees_its_own_and_reads_them(tree, reminded):
    client = as_(tree.user_a)
    page = told(client)
    assert page.count('note">未读') == 2
    assert "逾期 3 天" in page
    assert "今天到期" in page
    assert 'class="bell unread"' in page
    newest = Reminder.objects.unscoped("t").filter(office=tree.office_a).latest("pk").pk
    client.post(f"{BASE}read/", {"only": newest})
    assert told(client).count('note">未读') == 1
    client.post(f"{BASE}read/", {"through": newest})
    page = told(client)
    assert page.count('note">未读') == 0
    assert 'class="bell"' in page
    assert "没有提醒" in told(as_(tree.user_b))


def test_the_lead_is_told_whose_duty_it_is(tree, reminded):
    page = told(as_(tree.user_civil))
    assert "责任单位：籍山镇，已逾期" in page
    assert "2021〕2号" not in page


def test_marking_what_is_not_there_says_so(tree, reminded):
    client = as_(tree.user_b)
    answer = client.post(f"{BASE}read/", {"through": "999999"}, follow=True)
    assert "没有未读的提醒" in answer.content.decode()
    for wrong in ("", "-1", "x"):
        assert client.post(f"{BASE}read/", {"through": wrong}).status_code == 302


def test_the_county_sees_who_was_told_what_and_who_read_it(tree, reminded, at):
    newest = Reminder.objects.unscoped("t").filter(office=tree.office_a).latest("pk").pk
    as_(tree.user_a).post(f"{BASE}read/", {"only": newest})
    client = as_(tree.clerk)
    page = told(client, f"{BASE}given/")
    assert page.count("还没人看") == 2
    assert "t-user-a" in page
    assert "近一个月逾期催办最多的单位" in page
    only_late = told(client, f"{BASE}given/", late="1", office=str(tree.office_a.pk))
    assert "2021〕1号" in only_late
    assert "2021〕2号" not in only_late
    assert "没有符合条件" in told(client, f"{BASE}given/", office=str(tree.office_b.pk))
    own = told(as_(tree.user_b), f"{BASE}given/")
    assert "2021〕" not in own


def test_pages_cost_the_same_for_many_reminders(
    tree, at, monkeypatch, django_assert_max_num_queries
):
    duties: list = []
    monkeypatch.setattr(reminding_module, "gather_duties", lambda **kw: tuple(duties))

    def more(on):
        start = len(duties)
        duties.extend(duty(tree.office_a, key=f"slip:{n}") for n in range(start, start + 20))
        remind_offices(book=ruled_book(), on=on, outlet=Outlet(), by=None, at=at)

    more(DUE)
    counts = {}
    for client, address in (
        (as_(tree.user_a), BASE),
        (as_(tree.clerk), f"{BASE}given/"),
        (as_(tree.clerk), f"{BASE}outbox/"),
    ):
        with django_assert_max_num_queries(18) as few:
            told(client, address)
        counts[address] = (client, len(few.captured_queries))
    more(DUE + DAY)
    for address, (client, count) in counts.items():
        with django_assert_max_num_queries(count):
            told(client, address)


def test_everybody_sets_their_own_mail_and_nobody_elses(tree):
    client = as_(tree.user_a)
    assert "还没有设置邮件服务器" in told(client, f"{BASE}mail/")
    assert "不完整" in client.post(f"{BASE}mail/set/", {"address": "x@"}).content.decode()
    client.post(f"{BASE}mail/set/", {"address": "a@example.cn"})
    assert "a@example.cn" in told(client, f"{BASE}mail/")
    assert "a@example.cn" not in told(as_(tree.user_b), f"{BASE}mail/")
    client.post(f"{BASE}mail/set/", {"address": "a@example.cn", "off": "1"})
    assert "a@example.cn" not in told(client, f"{BASE}mail/")
    assert MailAddress.objects.unscoped("t").count() == 2


def test_the_administrator_adds_tests_and_switches_a_robot(keeper, tree, settings):
    with running(RobotServer()) as server:
        settings.MINGBAI_PLAIN_ROBOT_HOSTS = (server.host,)
        client = as_(keeper)
        said = {"kind": "dingtalk", "name": "工作群", "office": "", "secret": "SEC-hidden-word"}
        address = server.address("dingtalk", "KEY-hidden-word")
        page = client.post(f"{BASE}robots/add/", {**said, "address": address}, follow=True)
        page = page.content.decode()
        assert "hidden-word" not in page
        assert "已加签" in page
        kept = GroupRobot.objects.unscoped("t").get()
        client.post(f"{BASE}robots/{kept.pk}/test/")
        assert "已收下测试消息" in told(client, f"{BASE}robots/")
        server.answers = [
            (200, b'{"errcode":310000,"errmsg":"sign not match KEY-hidden-word"}'),
            OK,
        ]
        client.post(f"{BASE}robots/{kept.pk}/test/")
        page = told(client, f"{BASE}robots/")
        assert "请核对加签密钥" in page
        assert "hidden-word" not in page
        client.post(f"{BASE}robots/{kept.pk}/switch/", {"on": "0"})
        assert "停用" in told(client, f"{BASE}robots/")
        assert len(server.posted) == 2


def test_a_robot_refused_is_told_without_its_address(keeper, settings):
    said = {"kind": "wecom", "name": "工作群", "office": "", "secret": ""}
    bad = "https://evil.example.cn/send?key=hidden-key"
    page = as_(keeper).post(f"{BASE}robots/add/", {**said, "address": bad}).content.decode()
    assert "不允许向 evil.example.cn 发送" in page
    assert "hidden-key" not in page
    assert not GroupRobot.objects.unscoped("t").exists()


def test_robots_are_the_administrators_alone(tree, keeper):
    assert as_(tree.clerk).get(f"{BASE}robots/").status_code == 403
    assert as_(tree.user_a).get(f"{BASE}robots/").status_code == 403
    assert as_(tree.user_a).post(f"{BASE}robots/1/test/").status_code == 404
    assert "群机器人" in told(as_(keeper))
    assert "群机器人</a>" not in told(as_(tree.user_a))


def test_a_day_from_the_clock_to_the_group(tree, at, keeper, settings, monkeypatch):
    """The worker's own entry: a round in its hour, messages sent, nothing twice."""
    book = ruled_book()
    monkeypatch.setattr("mingbai.site.reminding._book", lambda: book)
    monkeypatch.setattr(
        reminding_module,
        "gather_duties",
        lambda **kw: (duty(tree.office_a, kind="report", key="report:202106:t-a"),),
    )
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    with running(RobotServer()) as server:
        settings.MINGBAI_PLAIN_ROBOT_HOSTS = (server.host,)
        robot(server, tree, at)
        early = at.replace(hour=23, day=4)  # seven in the morning of Monday
        assert remind_day(at=early) is None
        assert remind_day(at=at.replace(day=4)) is None, "a Sunday"
        made = remind_day(at=at)
        assert made is not None
        assert remind_day(at=at) == made
        assert send_waiting(clock=lambda: early).sent == 0, "not before the hour"
        report = send_waiting(clock=lambda: at)
        assert (report.sent, report.failed, report.waiting) == (1, 0, 0)
        assert send_waiting(clock=lambda: at).sent == 0
        assert "籍山镇：今天到期 1 项" in server.posted[0].said["markdown"]["content"]
    (kept,) = OutboxMessage.objects.unscoped("t")
    assert kept.channel == "wecom", "no mail server, no mail"
    assert outlet_to(server).plain_hosts
    page = told(as_(tree.clerk), f"{BASE}outbox/")
    assert "已送达" in page
    assert "KEY" not in page
    assert "企业微信 <span" in told(as_(tree.clerk), f"{BASE}given/")
