"""Messages over real sockets: formats, signature, refusals, retries; keys never come out again."""

from __future__ import annotations

import hashlib
import hmac
import logging
import smtplib
import socket
from base64 import b64encode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.oversight.reminded import message, outlet_to, robot
from tests.rooms.oversight.servers import OK, MailServer, RobotServer, running

from mingbai.oversight.actions import (
    CannotAddRobot,
    CannotSetMail,
    CannotSwitchRobot,
    CannotUseOutlet,
    NewRobot,
    Outlet,
    add_robot,
    deliver_message,
    set_mail_address,
    switch_robot,
    try_robot,
)
from mingbai.oversight.actions import sending as sending_module
from mingbai.oversight.actions.outlets import check_address
from mingbai.oversight.models import GroupRobot, MailAddress, OutboxMessage
from mingbai.oversight.queries.outbox import ROBOT_MOST, messages_to_send, robots_on

MINUTE = timedelta(minutes=1)
PUBLIC = Outlet(hosts=frozenset({"qyapi.weixin.qq.com", "oapi.dingtalk.com", "ding.gov.cn:8443"}))
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcd-1234"


@pytest.fixture
def robots():
    """A robot's server."""
    with running(RobotServer()) as server:
        yield server


@pytest.fixture
def mail():
    """A mail server."""
    with running(MailServer()) as server:
        yield server


def deliver(made, at, outlet):
    return deliver_message(message=made, outlet=outlet, by=None, at=at)


def test_wecom_is_posted_markdown_with_the_key_of_the_message(tree, at, robots):
    made = message(at, to_robot=robot(robots, tree, at), body="- **报送月报**")
    done = deliver(made, at, outlet_to(robots))
    assert (done.state, done.sent_at, done.tries_count) == ("sent", at, 1)
    (posted,) = robots.posted
    assert posted.path == "/cgi-bin/webhook/send?key=KEY-0123456789abcdef"
    assert posted.said == {"msgtype": "markdown", "markdown": {"content": "- **报送月报**"}}
    assert posted.headers["Content-Type"] == "application/json; charset=utf-8"
    assert posted.headers["Idempotency-Key"] == made.key


def test_dingtalk_is_signed_as_of_the_moment_of_sending(tree, at, robots):
    made = message(at, to_robot=robot(robots, tree, at, kind="dingtalk", secret="SECxyz"))
    assert deliver(made, at, outlet_to(robots)).state == "sent"
    (posted,) = robots.posted
    query = parse_qs(urlsplit(posted.path).query)
    moment = str(int(at.timestamp() * 1000))
    said = hmac.new(b"SECxyz", f"{moment}\nSECxyz".encode(), hashlib.sha256).digest()
    assert query == {
        "access_token": ["KEY-0123456789abcdef"], "timestamp": [moment],
        "sign": [b64encode(said).decode()],
    }  # fmt: skip
    assert posted.said == {
        "msgtype": "markdown", "markdown": {"title": "民生提醒：测试", "text": "- 到期"},
    }  # fmt: skip


def test_a_busy_far_side_is_tried_again_later_and_not_before(tree, at, robots):
    robots.answers = [(200, b'{"errcode":45009}'), (502, b"bad gateway"), OK]
    made = message(at, to_robot=robot(robots, tree, at))
    first = deliver(made, at, outlet_to(robots))
    assert (first.state, first.next_at) == ("waiting", at + 2 * MINUTE)
    assert "每分钟 20 条" in first.last_error
    assert deliver(made, at + MINUTE, outlet_to(robots)) is None
    second = deliver(made, at + 2 * MINUTE, outlet_to(robots))
    assert (second.state, second.next_at) == ("waiting", at + 7 * MINUTE)
    assert deliver(made, at + 7 * MINUTE, outlet_to(robots)).state == "sent"
    assert deliver(made, at + 60 * MINUTE, outlet_to(robots)) is None
    assert len(robots.posted) == 3
    assert len({each.headers["Idempotency-Key"] for each in robots.posted}) == 1


def test_a_refusal_for_good_is_not_tried_again(tree, at, robots):
    robots.answers = [
        (200, b'{"errcode":93000,"errmsg":"invalid webhook url KEY-0123456789abcdef"}')
    ]
    made = message(at, to_robot=robot(robots, tree, at))
    done = deliver(made, at, outlet_to(robots))
    assert done.state == "failed"
    assert "移出群" in done.last_error
    assert "KEY" not in done.last_error
    assert deliver(made, at + 600 * MINUTE, outlet_to(robots)) is None


def test_after_many_tries_and_after_its_time_a_message_is_given_up(tree, at, robots):
    robots.answers = [(503, b"")]
    outlet, known = outlet_to(robots), robot(robots, tree, at)
    made, moment, tries = message(at, to_robot=known), at, 0
    while (done := deliver(made, moment, outlet)).state == "waiting":
        moment, tries = done.next_at, tries + 1
    assert (done.state, tries) == ("given_up", 7)
    late = message(at, to_robot=known, key="late")
    posted = len(robots.posted)
    assert deliver(late, at + 31 * 60 * MINUTE, outlet).state == "given_up"
    assert len(robots.posted) == posted, "what is out of date is not sent"


@pytest.mark.parametrize(
    "answer",
    [
        (302, b"", ("Location", "http://127.0.0.1:1/elsewhere")),
        (307, b"", ("Location", "/cgi-bin/webhook/send?key=other")),
    ],
)
def test_redirects_are_not_followed(tree, at, robots, answer):
    robots.answers = [answer, OK]
    made = message(at, to_robot=robot(robots, tree, at))
    assert deliver(made, at, outlet_to(robots)).state == "failed"
    assert len(robots.posted) == 1


def test_an_answer_without_end_is_cut(tree, at, robots):
    robots.answers = [(200, b'{"errcode":0,' + b" " * (1 << 20) + b'"errmsg":"ok"}')]
    made = message(at, to_robot=robot(robots, tree, at))
    assert deliver(made, at, outlet_to(robots)).state == "waiting"


def test_a_far_side_that_does_not_answer_is_left(tree, at, robots, monkeypatch):
    monkeypatch.setattr(sending_module, "_STEP_SECONDS", 0.05)
    robots.wait = 0.3
    made = message(at, to_robot=robot(robots, tree, at))
    done = deliver(made, at, outlet_to(robots))
    assert (done.state, "连不上" in done.last_error) == ("waiting", True)


def test_a_closed_port_is_tried_again(tree, at, robots):
    known = robot(robots, tree, at)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    gone = f"http://127.0.0.1:{port}/cgi-bin/webhook/send?key=k"
    outlet = Outlet(plain_hosts=frozenset({f"127.0.0.1:{port}"}))
    other = add_robot(
        robot=NewRobot("wecom", "已停的群", None, gone), outlet=outlet, by=tree.clerk, at=at
    )
    assert deliver(message(at, to_robot=other), at, outlet).state == "waiting"
    assert known.pk != other.pk


def test_a_host_no_longer_allowed_is_not_posted_to(tree, at, robots):
    made = message(at, to_robot=robot(robots, tree, at))
    done = deliver(made, at, Outlet())
    assert done.state == "failed"
    assert not robots.posted


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com.evil.cn/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com:8080/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com@127.0.0.1/send?key=k",
        "https://user:word@qyapi.weixin.qq.com/send?key=k",
        "https://127.0.0.1/send?key=k",
        "https://[::1]/send?key=k",
        "https://169.254.169.254/latest?key=k",
        "https://localhost/send?key=k",
        "file:///etc/passwd?key=k",
        "gopher://qyapi.weixin.qq.com/?key=k",
        "https://ding.gov.cn/send?key=k",
        "https://qyapi.weixin.qq.com:x/send?key=k",
        "https://qyapi.weixin.qq.com/send?key=k\r\nHost: evil",
        "https://qyapi.weixin.qq.com/send?key=k#part",
        "https://qyapi.weixin.qq.com/send?token=k",
        "https://qyapi.weixin.qq.com/send?key=" + "k" * 600,
        "https://ｑｙapi.weixin.qq.com/send?key=k",
        "",
    ],
)
def test_nothing_else_is_posted_to(address):
    with pytest.raises(CannotUseOutlet) as refused:
        check_address("wecom", address, outlet=PUBLIC)
    assert "key=" not in str(refused.value)


def test_what_the_settings_allow_is_posted_to():
    assert check_address("wecom", WECOM, outlet=PUBLIC) == "qyapi.weixin.qq.com"
    check_address("wecom", WECOM.replace(".com/", ".com:443/"), outlet=PUBLIC)
    check_address("wecom", WECOM.replace("https://q", "HTTPS://Q"), outlet=PUBLIC)
    own = "https://ding.gov.cn:8443/robot/send?access_token=t"
    assert check_address("dingtalk", own, outlet=PUBLIC) == "ding.gov.cn:8443"


def test_a_demonstration_opens_no_door(settings):
    settings.MINGBAI_DEMO = True
    settings.MINGBAI_MAIL = "smtps://u@mail.example.cn?from=a@example.cn"
    shut = Outlet.of(settings)
    assert not shut.hosts
    assert not shut.plain_hosts
    assert shut.mail is None
    settings.MINGBAI_DEMO = False
    opened = Outlet.of(settings)
    assert "qyapi.weixin.qq.com" in opened.hosts
    assert not opened.plain_hosts
    assert (opened.mail.host, opened.mail.port, opened.mail.tls) == ("mail.example.cn", 465, "full")
    assert "word" not in repr(opened)


@pytest.mark.parametrize("said", ["mail.example.cn", "smtps://mail?from=x", "ftp://m?from=a@b"])
def test_a_mail_server_written_wrong_is_refused(settings, said):
    settings.MINGBAI_DEMO, settings.MINGBAI_MAIL = False, said
    with pytest.raises(CannotUseOutlet):
        Outlet.of(settings)


def test_addresses_and_secrets_are_sealed_and_nowhere_else(tree, at, robots, caplog, monkeypatch):
    key, secret = "KEY-0123456789abcdef", "SEC-nobody-may-see"
    kept = robot(robots, tree, at, kind="dingtalk", secret=secret)
    row = GroupRobot.objects.unscoped("t").values().get(pk=kept.pk)
    told = repr({name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()})
    assert key not in told
    assert secret not in told
    assert row["tail"] == "cdef"
    new = NewRobot("wecom", "群", None, robots.address("wecom", key), secret)
    assert key not in repr(new)
    assert secret not in repr(new)

    def burst(self, *args):
        raise OSError(f"could not reach {robots.address('dingtalk', key)} {secret}")

    monkeypatch.setattr("http.client.HTTPConnection.request", burst)
    with caplog.at_level(logging.DEBUG):
        done = deliver(message(at, to_robot=kept), at, outlet_to(robots))
    assert done.state == "waiting"
    assert key not in done.last_error + caplog.text
    assert secret not in done.last_error + caplog.text


def test_a_robot_is_known_once_and_secrets_are_for_dingtalk(tree, at, robots):
    robot(robots, tree, at)
    with pytest.raises(CannotAddRobot, match="已经有了"):
        robot(robots, tree, at)
    with pytest.raises(CannotAddRobot, match="只有钉钉"):
        robot(robots, tree, at, key="another-key-0001", secret="SEC1")
    with pytest.raises(CannotAddRobot, match="不允许"):
        add_robot(robot=NewRobot("wecom", "群聊", None, "https://evil.cn/?key=secret-key"),
                  outlet=PUBLIC, by=tree.clerk, at=at)  # fmt: skip


def test_a_robot_switched_off_is_not_told_and_may_come_back(tree, at, robots):
    kept = robot(robots, tree, at)
    assert robots_on() == (kept,)
    switch_robot(robot=kept, on=False, by=tree.clerk, at=at)
    assert robots_on() == ()
    with pytest.raises(CannotSwitchRobot):
        switch_robot(robot=kept, on=False, by=tree.clerk, at=at)
    switch_robot(robot=kept, on=True, by=tree.clerk, at=at)
    assert robots_on() == (kept,)


def test_a_test_message_goes_the_same_way(tree, at, robots):
    made = try_robot(robot=robot(robots, tree, at), by=tree.clerk, at=at)
    assert deliver(made, at, outlet_to(robots)).state == "sent"
    assert "测试消息" in robots.posted[0].said["markdown"]["content"]


def test_one_round_does_not_send_a_robot_more_than_it_takes(tree, at, robots):
    one, other = robot(robots, tree, at), robot(robots, tree, at, key="other-key-0000000")
    for n in range(ROBOT_MOST + 5):
        message(at, to_robot=one, key=f"one.{n}")
    message(at, to_robot=other, key="other")
    chosen = messages_to_send(at=at)
    assert len(chosen) == ROBOT_MOST + 1
    assert chosen[-1].robot_id == other.pk
    assert not messages_to_send(at=at - MINUTE)


def test_mail_is_sent_with_the_message_as_its_id(tree, at, mail):
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    made = message(at, user=tree.user_a, key="remind.2021-07-05.user-1.1", body="- 报送月报\n.\n完")
    outlet = outlet_to(mail=mail)
    assert deliver(made, at, outlet).state == "sent"
    ((to, sent),) = mail.mails
    assert to == ["a@example.cn"]
    assert sent["Subject"] == "民生提醒：测试"
    assert sent["Message-ID"] == "<remind.2021-07-05.user-1.1@example.cn>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert "- 报送月报\n.\n完" in sent.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("refuse", "state", "said"),
    [
        ({"RCPT": "550 no such user a@example.cn"}, "failed", "不收这个收件地址（550）"),
        ({"RCPT": "450 try later"}, "waiting", "暂时不收（450）"),
        ({"MAIL": "451 busy"}, "waiting", "（451）"),
        ({"DATA": "554 spam"}, "failed", "（554）"),
    ],
)
def test_what_a_mail_server_says_is_understood(tree, at, mail, refuse, state, said):
    mail.refuse = refuse
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    done = deliver(message(at, user=tree.user_a), at, outlet_to(mail=mail))
    assert done.state == state
    assert said in done.last_error
    assert "a@example.cn" not in done.last_error


def test_a_mail_server_that_breaks_off_is_tried_again(tree, at, mail, monkeypatch):
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)

    def burst(*args, **kw):
        raise smtplib.SMTPServerDisconnected("a@example.cn")

    monkeypatch.setattr(smtplib, "SMTP", burst)
    done = deliver(message(at, user=tree.user_a), at, outlet_to(mail=mail))
    assert (done.state, "a@" in done.last_error) == ("waiting", False)


def test_who_switched_mail_off_gets_none_of_what_still_waits(tree, at, mail):
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    made = message(at, user=tree.user_a)
    set_mail_address(address="", by=tree.user_a, at=at)
    assert deliver(made, at, outlet_to(mail=mail)).state == "failed"
    assert not mail.mails
    with pytest.raises(CannotSetMail):
        set_mail_address(address="", by=tree.user_a, at=at)


@pytest.mark.parametrize(
    "said", ["a", "a@b", "a@b.cn\r\nBcc: x@y.cn", "甲@例.cn", "a" * 130 + "@b.cn"]
)
def test_an_address_that_is_none_is_refused(tree, at, said):
    with pytest.raises(CannotSetMail):
        set_mail_address(address=said, by=tree.user_a, at=at)


def test_an_address_is_sealed_and_kept_turn_by_turn(tree, at):
    set_mail_address(address="a@example.cn", by=tree.user_a, at=at)
    set_mail_address(address="b@example.cn", by=tree.user_a, at=at)
    rows = MailAddress.objects.unscoped("t").order_by("turn")
    assert [each.turn for each in rows] == [1, 2]
    assert all(b"example" not in bytes(each.address_sealed) for each in rows)


def test_the_database_holds_a_message_to_one_target_and_its_words(tree, at, robots):
    made = message(at, to_robot=robot(robots, tree, at))
    rows = OutboxMessage.objects.unscoped("t").filter(pk=made.pk)
    for change in (
        {"body": "别的"}, {"key": "别的"}, {"subject": "别的"}, {"expires_at": at + 2 * MINUTE},
        {"state": "sent"}, {"state": "failed"}, {"state": "sending"}, {"state": "gone"},
        {"user": tree.user_a},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        message(at, to_robot=made.robot, key=made.key)
