"""Pages of reminders: one's own, everybody's, and whether they also come by mail."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.models import Office
from mingbai.oversight.actions import (
    CannotReadReminders,
    CannotSetMail,
    Outlet,
    read_reminders,
    set_mail_address,
)
from mingbai.oversight.actions.delivering import open_address
from mingbai.oversight.forms.reminding import FilterMessages, FilterReminders, MailForm
from mingbai.oversight.queries.inbox import (
    late_offices,
    own_reminders,
    reminders_seen,
    rounds_seen,
    show_given,
    unread_count,
    with_read,
)
from mingbai.oversight.queries.outbox import messages_seen, newest_address
from mingbai.oversight.queries.wording import when_words
from mingbai.oversight.views.asking import today
from mingbai.registry.queries import newest_year
from mingbai.rulebook import CannotLoadBook, load_book

PAGE: Final = 50
_MONTH: Final = timedelta(days=31)


def _kinds() -> dict[str, str]:
    """What each kind is called by the newest year's book; nothing before a year is kept."""
    year = newest_year()
    try:
        book = load_book(year=year, county=settings.MINGBAI_COUNTY) if year else None
    except CannotLoadBook:
        return {}
    return {rule.code: rule.name for rule in book.reminding.rules} if book else {}


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """What one's own office was reminded of, day by day, the unread ones marked."""
    to, day = asker_of(request), today()
    rows = with_read(own_reminders(to=to), user_id=to.user_id)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(each, when_words(each.due_date, day)) for each in page]
    context = {
        "page": page,
        "days": [
            (on, list(group)) for on, group in groupby(shown, lambda r: r[0].round.round_date)
        ],
        "unread": unread_count(to=to),
        "through": max((each.pk for each in page), default=0),
        "day": day,
    }
    return render(request, "oversight/inbox.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one reminder, or all that the page had shown, as read by this account."""
    only = request.POST.get("only", "")
    through = request.POST.get("through", "")
    try:
        read = read_reminders(
            through=int(only or through) if (only or through).isdecimal() else 0,
            only=int(only) if only.isdecimal() else None,
            to=asker_of(request),
            by=user_of(request),
            at=timezone.now(),
        )
    except CannotReadReminders as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{len(read)} 条已标为已读")
    return redirect("oversight:inbox")


@require_GET
def given(request: HttpRequest) -> HttpResponse:
    """Who was reminded of what and when, by which ways, and who has read it."""
    to, day = asker_of(request), today()
    offices = Office.objects.seen_by(to).filter(valid_to__isnull=True).order_by("code")
    kinds = _kinds()
    form = FilterReminders(
        request.GET or None, days=rounds_seen(to=to), offices=list(offices), kinds=[*kinds.items()]
    )
    chosen: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = reminders_seen(
        to=to,
        office=int(chosen["office"]) if chosen.get("office") else None,
        kind=chosen.get("kind") or "",
        on=date.fromisoformat(chosen["on"]) if chosen.get("on") else None,
        late=bool(chosen.get("late")),
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        (each, kinds.get(each.reminder.kind, ""), when_words(
            each.reminder.due_date, each.reminder.round.round_date
        ))
        for each in show_given(page, to=to)
    ]  # fmt: skip
    context = {
        "form": form, "page": page, "rows": rows,
        "slowest": late_offices(to=to, since=day - _MONTH) if to.sees_all else (),
    }  # fmt: skip
    return render(request, "oversight/given.html", context)


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages that left the house or wait to: how often tried, and why not taken."""
    to = asker_of(request)
    form = FilterMessages(request.GET or None)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = messages_seen(
        to=to, state=chosen.get("state") or "", channel=chosen.get("channel") or ""
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "oversight/outbox.html", {"form": form, "page": page})


@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """Whether reminders also come by mail to this account, and where to."""
    return _mail(request, MailForm())


@require_POST
def set_mail(request: HttpRequest) -> HttpResponse:
    """Keep one's own address, or have no more mail."""
    form = MailForm(request.POST)
    said = request.POST.get("address", "") if "off" not in request.POST else ""
    try:
        kept = set_mail_address(address=said, by=user_of(request), at=timezone.now())
    except CannotSetMail as error:
        form.add_error(None, str(error))
        return _mail(request, form)
    on = "已开通，从下一次提醒起同时发到这个邮箱" if kept.address_sealed else "邮件提醒已关闭"
    messages.success(request, on)
    return redirect("oversight:mail")


def _mail(request: HttpRequest, form: MailForm) -> HttpResponse:
    found = newest_address(user_of(request).pk)
    context = {
        "form": form,
        "address": open_address(found) if found else "",
        "has_server": Outlet.of(settings).mail is not None,
    }
    return render(request, "oversight/mail.html", context)
