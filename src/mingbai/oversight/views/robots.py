"""The page 群机器人: the county's administrator adds robots, tests them, switches them off."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.models import Office
from mingbai.oversight.actions import (
    CannotAddRobot,
    CannotSwitchRobot,
    NewRobot,
    Outlet,
    add_robot,
    deliver_message,
    switch_robot,
    try_robot,
)
from mingbai.oversight.forms.reminding import RobotForm
from mingbai.oversight.models import GroupRobot
from mingbai.oversight.queries.outbox import robot_seen, robots_seen

_MAY_NOT: Final = "群机器人由县里的系统管理员设置。"


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Every robot, whether it is on, and what became of its newest message."""
    must_of_county(request, "manage_users", _MAY_NOT)
    return _list(request, RobotForm(offices=_offices(request)))


@sensitive_post_parameters("address", "secret")
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a robot; its address is sealed and never shown again."""
    must_of_county(request, "manage_users", _MAY_NOT)
    offices = _offices(request)
    form = RobotForm(request.POST, offices=offices)
    if not form.is_valid():
        return _list(request, form)
    said = form.cleaned_data
    office = next((each for each in offices if each.pk == said["office"]), None)
    try:
        robot = add_robot(
            robot=NewRobot(said["kind"], said["name"], office, said["address"], said["secret"]),
            outlet=Outlet.of(settings),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotAddRobot as error:
        form.add_error(None, str(error))
        return _list(request, form)
    messages.success(request, f"已添加{robot}。请点“发送测试消息”，看群里能不能收到。")
    return redirect("oversight:robots")


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test message now and say what became of it."""
    robot, by = _robot(request, pk), user_of(request)
    message = try_robot(robot=robot, by=by, at=timezone.now())
    done = deliver_message(message=message, outlet=Outlet.of(settings), by=by, at=timezone.now())
    if done is not None and done.sent_at is not None:
        messages.success(request, f"{robot}已收下测试消息，请到群里看。")
    else:
        why = done.last_error if done else "另一处正在发送"
        messages.error(request, f"{robot}没有收到测试消息：{why}。")
    return redirect("oversight:robots")


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a robot off, or on again."""
    robot = _robot(request, pk)
    on = request.POST.get("on") == "1"
    try:
        switch_robot(robot=robot, on=on, by=user_of(request), at=timezone.now())
    except CannotSwitchRobot as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{robot}已{'启用' if on else '停用'}")
    return redirect("oversight:robots")


def _robot(request: HttpRequest, pk: int) -> GroupRobot:
    found = robot_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个机器人。")
    must_of_county(request, "manage_users", _MAY_NOT)
    return found


def _offices(request: HttpRequest) -> list[Office]:
    found = Office.objects.seen_by(asker_of(request)).filter(valid_to__isnull=True)
    kinds = (Office.Kind.COUNTY_OFFICE, Office.Kind.DEPARTMENT, Office.Kind.TOWN)
    return list(found.filter(kind__in=kinds).order_by("code"))


def _list(request: HttpRequest, form: RobotForm) -> HttpResponse:
    outlet = Outlet.of(settings)
    context = {
        "rows": robots_seen(to=asker_of(request)),
        "form": form,
        "hosts": sorted(outlet.hosts | outlet.plain_hosts),
        "demonstration": settings.MINGBAI_DEMO,
    }
    return render(request, "oversight/robots.html", context)
