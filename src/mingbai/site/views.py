"""The front door: sign-in and sign-out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView

from mingbai.site.forms import SignInForm


class SignIn(LoginView):
    """User name and password; django-axes counts the failures."""

    template_name = "site/signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.MINGBAI_DEMO:
            context |= {"demo_accounts": [], "demo_password": ""}
        return context


class SignOut(LogoutView):
    """Ends the session; POST only."""

    http_method_names = ["post", "options"]
