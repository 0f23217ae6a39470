"""``./mingbai account``: people are let in by name, office and role, and given new passwords."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mingbai.base.models import Act, User
from mingbai.base.permissions import asker_for
from mingbai.site.commands import main

OPEN = ["account", "wang", "--name", "民政局 经办", "--office", "民政局", "--role", "经办"]


@pytest.fixture
def typed(monkeypatch) -> list[str]:
    """What the keeper types when asked for a password; the last one is used."""
    words = ["right-horse-2021"]
    monkeypatch.setattr("getpass.getpass", lambda _: words[-1])
    return words


def _users() -> set[str]:
    return set(User.objects.unscoped("test").values_list("username", flat=True))


def test_an_account_is_opened_with_its_office_and_role(installed, typed, capsys) -> None:
    assert main(OPEN) == 0
    assert "已开设账号 wang（县民政局）" in capsys.readouterr().out
    user = User.objects.unscoped("test").select_related("office").get(username="wang")
    assert user.office.code == "civil-affairs"
    assert "settle" in asker_for(user, at=timezone.now()).permissions
    assert user.check_password("right-horse-2021")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--office", "某某局"], "没有“某某局”这个单位。"),
        (["--role", "国王"], "没有“国王”这种角色。可用：经办、复核"),
    ],
)
def test_what_is_not_known_is_named(installed, typed, capsys, change, said) -> None:
    before = _users()
    assert main([*OPEN, *change]) == 1
    assert said in capsys.readouterr().out
    assert _users() == before


def test_a_name_is_given_once(installed, typed, capsys) -> None:
    main(OPEN)
    typed.append("another-word-2021")
    assert main(OPEN) == 1
    assert "已经有了，未作改动" in capsys.readouterr().out
    assert User.objects.unscoped("test").get(username="wang").check_password("right-horse-2021")


def test_what_is_missing_is_asked_for(installed, typed, capsys) -> None:
    assert main(["account", "wang"]) == 1
    assert "--office" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("weak", "said"),
    [
        ("short-one", "密码不足 10 位。"),
        ("password123", "密码太常见，容易被猜中。"),
        ("8412097365", "密码全是数字。"),
    ],
)
def test_a_weak_password_opens_nothing(installed, typed, capsys, weak: str, said: str) -> None:
    typed.append(weak)
    before = _users()
    assert main(OPEN) == 1
    assert capsys.readouterr().out == f"{said}请另设一个。\n"
    assert _users() == before


def test_a_new_password_replaces_the_old_and_is_recorded_without_it(
    installed, typed, capsys
) -> None:
    main(OPEN)
    typed.append("fresh-start-2021")
    assert main(["account", "wang", "--password"]) == 0
    user = User.objects.unscoped("test").get(username="wang")
    assert user.check_password("fresh-start-2021")
    act = Act.objects.unscoped("test").order_by("-seq").first()
    assert act is not None
    assert act.verb == "reset_password"
    assert "fresh" not in act.payload
    assert main(["account", "nobody", "--password"]) == 1
    assert "没有用户名为“nobody”的账号" in capsys.readouterr().out
