"""用户管理: the keeper opens, changes and locks; nobody touches their own; nothing is deleted."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mingbai.base.models import Act, Role, User
from mingbai.base.permissions import asker_for
from mingbai.site.actions import (
    Account,
    CannotChangeAccount,
    change_roles,
    lock_account,
    open_accounts,
    reset_password,
)

FIRST = "test-password-2021"


@pytest.fixture
def keepers(installed, at) -> tuple[User, User]:
    opened = open_accounts(
        accounts=[
            Account("keeper1", "管理甲", "county-office", ("keeper",)),
            Account("keeper2", "管理乙", "county-office", ("keeper",)),
        ],
        password=FIRST, by=None, at=at, from_date=date(2021, 1, 1),
    )  # fmt: skip
    return opened[0], opened[1]


@pytest.fixture
def desk(keepers) -> Client:
    client = Client()
    client.force_login(keepers[0], "mingbai.base.auth.OfficeBackend")
    return client


def _named(username: str) -> User:
    return User.objects.unscoped("test").get(username=username)


def _may(user: User) -> frozenset[str]:
    return asker_for(user, at=timezone.now()).permissions


def _opened(desk: Client) -> str:
    """Open an account by the page; its one-time password."""
    answer = desk.post(
        "/accounts/open/",
        {"username": "zhao", "display_name": "民政局 赵", "office": "civil-affairs",
         "roles": ["clerk"]},
    )  # fmt: skip
    found = re.search(r"<code>([a-z0-9-]{14})</code>", answer.content.decode())
    assert found, answer.content.decode()[-1500:]
    return found[1]


def test_an_opened_account_is_let_in_only_to_choose_its_own_password(desk: Client) -> None:
    password = _opened(desk)
    user = _named("zhao")
    assert user.check_password(password)
    assert password not in desk.get(f"/accounts/{user.pk}/").content.decode(), "shown once"
    acts = Act.objects.unscoped("test").values_list("payload", flat=True)
    assert not any(password in payload for payload in acts)
    own = Client()
    own.force_login(user, "mingbai.base.auth.OfficeBackend")
    answer = own.get("/payment/")
    assert (answer.status_code, answer["Location"]) == (302, "/password/")
    asked = {
        "present": password,
        "new_password1": "blue-kettle-77",
        "new_password2": "blue-kettle-77",
    }
    assert own.post("/password/", {**asked, "present": "wrong"}).status_code == 200
    assert own.post("/password/", asked)["Location"] == "/"
    assert own.get("/payment/").status_code == 200
    assert _named("zhao").check_password("blue-kettle-77")


def test_roles_change_from_today_and_what_was_held_stays(desk: Client) -> None:
    _opened(desk)
    user = _named("zhao")
    Role.objects.unscoped("test").filter(user=user).update(
        from_date=timezone.localdate() - timedelta(days=30)
    )
    desk.post(f"/accounts/{user.pk}/roles/", {"roles": ["checker"]})
    assert "approve" in _may(user)
    assert "settle" not in _may(user)
    desk.post(f"/accounts/{user.pk}/roles/", {"roles": ["clerk"]})
    desk.post(f"/accounts/{user.pk}/roles/", {"roles": ["checker", "clerk"]})
    assert {"approve", "settle"} <= _may(user)
    rows = Role.objects.unscoped("test").filter(user=user)
    assert rows.filter(to_date__isnull=False).count() == 1, "the first month stays readable"


def test_nobody_gives_themselves_a_right(keepers, at) -> None:
    own, other = keepers
    for act in (
        lambda: change_roles(user=own, roles=["keeper", "payer"], by=own, at=at),
        lambda: reset_password(user=own, password="x" * 12, by=own, at=at),
        lambda: lock_account(user=own, reason="试一试", by=own, at=at),
    ):
        with pytest.raises(CannotChangeAccount, match="另一位系统管理员"):
            act()
    change_roles(user=own, roles=["keeper", "auditor"], by=other, at=timezone.now())
    assert "reveal" in _may(own)


def test_a_locked_account_is_let_in_nowhere_and_comes_back(desk: Client, keepers) -> None:
    other = keepers[1]
    seat = Client()
    seat.force_login(other, "mingbai.base.auth.OfficeBackend")
    desk.post(f"/accounts/{other.pk}/switch/", {"reason": ""})
    assert seat.get("/").status_code == 200, "without a reason nothing happens"
    desk.post(f"/accounts/{other.pk}/switch/", {"reason": "调离本单位"})
    assert seat.get("/").status_code == 302
    assert "keeper2" in desk.get("/accounts/?locked=on").content.decode()
    desk.post(f"/accounts/{other.pk}/switch/", {"reason": "调回"})
    seat.force_login(_named("keeper2"), "mingbai.base.auth.OfficeBackend")
    assert seat.get("/").status_code == 200


def test_only_the_keeper_opens_the_pages(installed, keepers) -> None:
    client = Client()
    client.force_login(installed.clerk, "mingbai.base.auth.OfficeBackend")
    assert client.get("/accounts/").status_code == 403
    assert client.get(f"/accounts/{keepers[0].pk}/").status_code == 403
    answer = client.post(f"/accounts/{installed.clerk.pk}/roles/", {"roles": ["payer"]})
    assert answer.status_code == 403
    assert "用户管理" not in client.get("/").content.decode()


def test_the_list_asks_no_more_when_there_are_more(desk: Client, at, installed) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get("/accounts/")
        return len(asked)

    questions()
    before = questions()
    open_accounts(
        accounts=[Account(f"u{n}", f"某{n}", "jishan", ("clerk",)) for n in range(12)],
        password=FIRST, by=None, at=at, from_date=date(2021, 1, 1),
    )  # fmt: skip
    assert questions() == before
