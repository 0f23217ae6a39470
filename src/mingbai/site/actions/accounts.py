"""Accounts: opened, given roles, locked and let in again by the keeper; never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, Role, User
from mingbai.base.permissions import ROLES

_WHY: Final = "accounts are opened and changed by whoever keeps them"


class CannotOpenAccount(Exception):
    """The account's name is taken, or its role or office is not known."""


class CannotChangeAccount(Exception):
    """One's own account, an unknown role, no role at all, no reason, or nothing to change."""


@dataclass(frozen=True)
class Account:
    """One account to open: who, in which office, with which roles."""

    username: str
    display_name: str
    office: str
    roles: tuple[str, ...]


@transaction.atomic
def open_accounts(
    *, accounts: Sequence[Account], password: str, by: User | None, at: datetime, from_date: date,
    one_time: bool = False,
) -> list[User]:  # fmt: skip
    """Open accounts with a first password; those that exist are left as they are.

    A ``one_time`` password lets its owner in only to choose their own. Errors:
    ``CannotOpenAccount`` names the unknown role or office.
    """
    opened = []
    # Hashing is slow on purpose; accounts opened together share their first password anyway.
    hashed = make_password(password)
    for account in accounts:
        if unknown := set(account.roles) - set(ROLES):
            raise CannotOpenAccount(f"没有“{'、'.join(sorted(unknown))}”这种角色。")
        office = Office.objects.unscoped(_WHY).filter(code=account.office).first()
        if office is None:
            raise CannotOpenAccount(f"没有代码为“{account.office}”的单位。")
        if User.objects.unscoped(_WHY).filter(username=account.username).exists():
            continue
        user = User.objects.create(
            username=account.username,
            display_name=account.display_name,
            office=office,
            password=hashed,
            password_is_temporary=one_time,
        )
        for role in account.roles:
            Role.objects.create(user=user, role=role, from_date=from_date)
        opened.append(user)
    if opened:
        record_act(
            "open_accounts",
            by=by,
            at=at,
            payload={"usernames": [u.username for u in opened]},
        )
    return opened


@transaction.atomic
def reset_password(
    *, user: User, password: str, by: User | None, at: datetime, one_time: bool = False
) -> Act:
    """Give an account a new password; whoever is signed in with the old one is signed out.

    A ``one_time`` password lets its owner in only to choose their own. Errors:
    ``CannotChangeAccount`` for one's own account, which is changed by its page.
    """
    _must_be_another(user, by)
    return _set_password(user, password, one_time, "reset_password", by, at)


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime) -> Act:
    """The owner chooses a new password; every other session of theirs ends."""
    return _set_password(user, password, False, "change_password", user, at)


@transaction.atomic
def change_roles(*, user: User, roles: Sequence[str], by: User, at: datetime) -> Act:
    """Give an account exactly these roles from today on; what it held stays readable.

    Errors: ``CannotChangeAccount``; nobody gives or takes a right of their own.
    """
    _must_be_another(user, by)
    wanted, day = set(roles), timezone.localdate(at)
    if not wanted or wanted - set(ROLES):
        raise CannotChangeAccount("请至少选择一种角色；不再使用的账号请停用。")
    held = roles_held(user, on=day)
    if wanted == held:
        raise CannotChangeAccount("角色没有变化，没有保存。")
    rows = Role.objects.unscoped(_WHY).filter(user=user)
    open_rows = rows.filter(Q(to_date__isnull=True) | Q(to_date__gte=day))
    open_rows.filter(role__in=held - wanted).update(to_date=day - timedelta(days=1))
    for role in sorted(wanted - held):
        # Taken and given again on one day, a role's row of that day goes on.
        if not rows.filter(role=role, from_date=day).update(to_date=None):
            Role.objects.create(user=user, role=role, from_date=day)
    return record_act(
        "change_roles",
        by=by,
        at=at,
        subject=f"user:{user.pk}",
        payload={"given": sorted(wanted - held), "taken": sorted(held - wanted)},
    )


@transaction.atomic
def lock_account(*, user: User, reason: str, by: User, at: datetime) -> Act:
    """Let nobody in by this account any more; what it did stays under its name.

    Errors: ``CannotChangeAccount``.
    """
    return _switch(user, False, reason, "lock_account", by, at)


@transaction.atomic
def unlock_account(*, user: User, reason: str, by: User, at: datetime) -> Act:
    """Let a locked account in again, with the roles it has. Errors: ``CannotChangeAccount``."""
    return _switch(user, True, reason, "unlock_account", by, at)


def roles_held(user: User, *, on: date) -> set[str]:
    """The roles an account holds on a day."""
    in_force = Q(from_date__lte=on) & (Q(to_date__isnull=True) | Q(to_date__gte=on))
    rows = Role.objects.unscoped(_WHY).filter(in_force, user=user)
    return set(rows.values_list("role", flat=True))


def _must_be_another(user: User, by: User | None) -> None:
    if by is not None and by.pk == user.pk:
        raise CannotChangeAccount("不能改自己的账号。请由另一位系统管理员办理。")


def _set_password(
    user: User, password: str, one_time: bool, verb: str, by: User | None, at: datetime
) -> Act:
    user.set_password(password)
    user.password_is_temporary = one_time
    user.save(update_fields=["password", "password_is_temporary"])
    return record_act(
        verb, by=by, at=at, subject=f"user:{user.pk}", payload={"username": user.username}
    )


def _switch(user: User, active: bool, reason: str, verb: str, by: User, at: datetime) -> Act:
    _must_be_another(user, by)
    why = " ".join(reason.split())[:100]
    if len(why) < 2:
        raise CannotChangeAccount("请写明理由，例如“调离本单位”。")
    # One conditional UPDATE: of two keepers at one moment one is told so.
    rows = User.objects.unscoped(_WHY).filter(pk=user.pk, is_active=not active)
    if not rows.update(is_active=active):
        raise CannotChangeAccount("这个账号刚刚由他人处理。请刷新页面。")
    return record_act(verb, by=by, at=at, subject=f"user:{user.pk}", payload={"reason": why})
