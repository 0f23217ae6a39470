"""The front door and the home page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingbai.base.scope import Asker
from mingbai.site.demo.accounts import (
    COUNTY_ACCOUNTS,
    DEPARTMENT_HANDS,
    PASSWORD,
    TOWN_HANDS,
)
from mingbai.site.forms import SignInForm
from mingbai.site.today import gather_today


class SignIn(LoginView):
    """User name and password; django-axes counts the failures."""

    template_name = "site/signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.MINGBAI_DEMO:
            context |= {
                "demo_accounts": COUNTY_ACCOUNTS,
                "demo_hands": (*TOWN_HANDS, *DEPARTMENT_HANDS),
                "demo_password": PASSWORD,
            }
        return context


class SignOut(LogoutView):
    """Ends the session; POST only."""

    http_method_names = ["post", "options"]


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """今日: what waits, who is silent, what is late."""
    to: Asker = request.asker  # type: ignore[attr-defined]
    found = gather_today(to=to, at=timezone.now(), demonstration=settings.MINGBAI_DEMO)
    context = {"today": found, "may_hand_in": to.may("hand_in")}
    return render(request, "site/today.html", context)


@require_GET
def alive(request: HttpRequest) -> HttpResponse:
    """For a supervisor of processes: the site answers; says nothing else."""
    return HttpResponse("ok", content_type="text/plain")
