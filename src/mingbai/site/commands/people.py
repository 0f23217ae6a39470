"""Who acts when a command is run."""

from __future__ import annotations

from django.conf import settings

from mingbai.base.models import User


class CannotFindUser(Exception):
    """No such account, or none named outside the demonstration."""


def user_named(name: str | None) -> User:
    """The account named on the command line; the demonstration's clerk when none is named."""
    if name is None and settings.MINGBAI_DEMO:
        name = "minban"
    if name is None:
        raise CannotFindUser("请用 --by 写明由谁经办（用户名）。")
    user = User.objects.unscoped("the command line names who acts").filter(username=name).first()
    if user is None:
        raise CannotFindUser(f"没有用户名为“{name}”的账号。")
    return user
