"""The pages 用户管理 and 修改密码: what the keeper does, and what everybody does for themselves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.models import Act, Role, User
from mingbai.base.permissions import ROLES
from mingbai.base.scope import Asker
from mingbai.site.actions import (
    Account,
    CannotChangeAccount,
    CannotOpenAccount,
    change_password,
    change_roles,
    lock_account,
    open_accounts,
    reset_password,
    unlock_account,
)
from mingbai.site.actions.accounts import roles_held
from mingbai.site.forms import ChooseRoles, FilterAccounts, NewPasswordForm, OpenAccount

_MAY_NOT: Final = "您的角色不能管理用户。账号由本县系统管理员开设和变更。"
#: No letters or digits that are read for one another.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_VERBS: Final = {
    "reset_password": "重设密码",
    "change_password": "本人修改密码",
    "change_roles": "调整角色",
    "lock_account": "停用",
    "unlock_account": "恢复",
}


@dataclass(frozen=True)
class ShownAccount:
    """One account on the list."""

    user: User
    roles: tuple[str, ...]


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account by office, with its roles; and the form that opens one."""
    must_of_county(request, "manage_users", _MAY_NOT)
    return _list(request, OpenAccount())


@require_POST
def open_account(request: HttpRequest) -> HttpResponse:
    """Open an account; its one-time password is shown on this answer and nowhere else."""
    must_of_county(request, "manage_users", _MAY_NOT)
    form, now = OpenAccount(request.POST), timezone.now()
    if not form.is_valid():
        return _list(request, form)
    password = make_password()
    try:
        opened = open_accounts(
            accounts=[Account(**form.cleaned_data)], password=password, by=user_of(request),
            at=now, from_date=timezone.localdate(now), one_time=True,
        )  # fmt: skip
    except CannotOpenAccount as error:
        form.add_error(None, str(error))
        return _list(request, form)
    if not opened:
        form.add_error("username", "这个用户名已经有了，请换一个。")
        return _list(request, form)
    return _show_once(request, opened[0], password)


@require_GET
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles over time, what the keepers did to it, and what can be done."""
    found = _account(request, pk)
    today = timezone.localdate()
    roles = Role.objects.seen_by(asker_of(request)).filter(user=found).order_by("from_date", "id")
    acts = Act.objects.seen_by(asker_of(request)).filter(subject=f"user:{found.pk}")
    context = {
        "account": found,
        "own": found.pk == request.user.pk,
        "roles": [(ROLES[each.role][0], each) for each in roles if each.role in ROLES],
        "today": today,
        "acts": [
            (_VERBS.get(each.verb, each.verb), each)
            for each in acts.select_related("by").order_by("-seq")[:50]
        ],
        "form": ChooseRoles(initial={"roles": sorted(roles_held(found, on=today))}),
    }
    return render(request, "site/account.html", context)


@require_POST
def account_roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account exactly the ticked roles."""
    found, form = _account(request, pk), ChooseRoles(request.POST)
    roles = form.cleaned_data["roles"] if form.is_valid() else []
    try:
        change_roles(user=found, roles=roles, by=user_of(request), at=timezone.now())
    except CannotChangeAccount as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "角色已调整，从下一次点击起生效。")
    return redirect("account", pk)


@require_POST
def account_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account a one-time password, shown on this answer and nowhere else."""
    found, password = _account(request, pk), make_password()
    try:
        reset_password(
            user=found, password=password, by=user_of(request), at=timezone.now(), one_time=True
        )
    except CannotChangeAccount as error:
        messages.error(request, str(error))
        return redirect("account", pk)
    return _show_once(request, found, password)


@require_POST
def account_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock an account, or let a locked one in again."""
    found = _account(request, pk)
    act = lock_account if found.is_active else unlock_account
    try:
        act(
            user=found, reason=request.POST.get("reason", ""), by=user_of(request),
            at=timezone.now(),
        )  # fmt: skip
    except CannotChangeAccount as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "账号已停用。" if found.is_active else "账号已恢复。")
    return redirect("account", pk)


@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """Everybody changes their own password; whoever came by a one-time one must."""
    user = user_of(request)
    form = NewPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(user=user, password=form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(request, user)
        messages.success(request, "密码已修改，其他地方的登录都已退出。")
        return redirect("today")
    return render(request, "site/password.html", {"form": form})


def make_password() -> str:
    """A password that can be read out over the telephone: three groups of four."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _account(request: HttpRequest, pk: int) -> User:
    """The account, for a keeper of the county; where there is none nobody is told more."""
    users = User.objects.seen_by(asker_of(request)).select_related("office")
    found = users.filter(pk=pk).first()
    if found is None:
        raise Http404("没有这个账号。")
    must_of_county(request, "manage_users", _MAY_NOT)
    return found


def _list(request: HttpRequest, form: OpenAccount) -> HttpResponse:
    to = asker_of(request)
    chosen = FilterAccounts(request.GET)
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    rows = User.objects.seen_by(to).select_related("office").order_by("office__id", "id")
    if text := wanted.get("text"):
        named = Q(username__icontains=text) | Q(display_name__icontains=text)
        rows = rows.filter(named | Q(office__name__icontains=text))
    if wanted.get("locked"):
        rows = rows.filter(is_active=False)
    context: dict[str, Any] = {"accounts": _shown(rows, to), "form": form, "filters": chosen}
    return render(request, "site/accounts.html", context)


def _shown(rows: Any, to: Asker) -> list[ShownAccount]:
    today = timezone.localdate()
    held: dict[int, list[str]] = {}
    in_force = Q(to_date__isnull=True) | Q(to_date__gte=today)
    for user, role in (
        Role.objects.seen_by(to)
        .filter(in_force, from_date__lte=today)
        .order_by("id")
        .values_list("user_id", "role")
    ):
        held.setdefault(user, []).append(ROLES[role][0] if role in ROLES else role)
    return [ShownAccount(user, tuple(held.get(user.pk, ()))) for user in rows]


def _show_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    return render(request, "site/one_time.html", {"account": user, "password": password})
