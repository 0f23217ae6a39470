"""``./mingbai account NAME``: open an account with its roles, or give one a new password."""

from __future__ import annotations

import argparse
from typing import Final

#: The framework's reasons against a password, in our words.
_WEAK: Final = {
    "password_too_short": "不足 10 位",
    "password_too_common": "太常见，容易被猜中",
    "password_entirely_numeric": "全是数字",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", help="用户名，登录时输入")
    parser.add_argument("--name", help="姓名或“单位 岗位”，显示在页面和公文上")
    parser.add_argument("--office", help="所在单位的名称或简称")
    parser.add_argument(
        "--role",
        action="append",
        help="角色：经办、复核、支付、领导、审计、特邀监督员、系统管理；可写多次",
    )
    parser.add_argument("--password", action="store_true", help="账号已有，只重设密码")
    parser.add_argument("--year", type=int, default=2021, help="单位按哪一年的清单查，默认 2021")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from mingbai.site.actions import CannotOpenAccount
    from mingbai.site.commands.people import CannotFindUser
    from mingbai.site.line import CannotNameOffice

    try:
        said = _reset(args) if args.password else _open(args)
    except (CannotOpenAccount, CannotFindUser, CannotNameOffice) as error:
        print(error)
        return 1
    print(said)
    return 0


def _open(args: argparse.Namespace) -> str:
    from django.conf import settings
    from django.utils import timezone

    from mingbai.base.permissions import ROLES
    from mingbai.rulebook import load_book
    from mingbai.site.actions import Account, CannotOpenAccount, open_accounts
    from mingbai.site.line import offices_named

    if not (args.name and args.office and args.role):
        raise CannotOpenAccount(
            "开设账号要写明 --name、--office 和 --role；重设密码请加 --password。"
        )
    book = load_book(year=args.year, county=settings.MINGBAI_COUNTY)
    (office,) = offices_named([args.office], book)
    codes = {name: code for code, (name, _) in ROLES.items()}
    roles = tuple(codes.get(role, role) for role in args.role)
    if unknown := [role for role in roles if role not in ROLES]:
        raise CannotOpenAccount(f"没有“{'、'.join(unknown)}”这种角色。可用：{'、'.join(codes)}。")
    now = timezone.now()
    opened = open_accounts(
        accounts=[Account(args.username, args.name, office.code, roles)],
        password=_new_password(),
        by=None,
        at=now,
        from_date=timezone.localdate(now),
    )
    if not opened:
        raise CannotOpenAccount(f"用户名“{args.username}”已经有了，未作改动。请换一个用户名。")
    return f"已开设账号 {args.username}（{office.short_name}）。请本人登录一次，确认能用。"


def _reset(args: argparse.Namespace) -> str:
    from django.utils import timezone

    from mingbai.site.actions import reset_password
    from mingbai.site.commands.people import user_named

    user = user_named(args.username)
    reset_password(user=user, password=_new_password(), by=None, at=timezone.now())
    return f"已重设 {args.username} 的密码，原来的登录都已退出。"


def _new_password() -> str:
    """Ask for a password; never on the command line, where others could read it."""
    import getpass

    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from mingbai.site.actions import CannotOpenAccount

    password = getpass.getpass("请设置密码（不少于 10 位）：")
    try:
        validate_password(password)
    except ValidationError as error:
        reasons = (_WEAK.get(each.code or "", "") for each in error.error_list)
        raise CannotOpenAccount(f"密码{'，'.join(filter(None, reasons))}。请另设一个。") from error
    return password
