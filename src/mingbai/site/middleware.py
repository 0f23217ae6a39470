"""Every request knows who asks: ``request.asker``; nothing but the front door opens without it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.defaults import permission_denied

from mingbai.base.permissions import asker_for
from mingbai.base.reading import reading
from mingbai.base.scope import Asker

#: Addresses anybody may open.
_OPEN = ("/signin/", "/healthz", "/static/", "/favicon.ico", "/robots.txt")
#: Where a one-time password lets its owner go.
_BY_ONE_TIME = ("/password/", "/signout/")


class ReadingMiddleware:
    """A page that is only read reads each thing once; one that acts reads everything anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with reading():
            return self.get_response(request)


class AskerMiddleware:
    """Sets ``request.asker``; sends strangers to sign-in; pages are never cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            # No name of ours holds a NUL, and PostgreSQL would refuse the query.
            raise Http404("地址中含有无效字符。")
        if request.path.startswith(_OPEN):
            request.asker = Asker()  # type: ignore[attr-defined]
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        request.asker = asker_for(request.user, at=timezone.now())  # type: ignore[attr-defined]
        if request.user.password_is_temporary and not request.path.startswith(_BY_ONE_TIME):
            return redirect("password")
        response = self.get_response(request)
        if isinstance(response, HttpResponse):
            add_never_cache_headers(response)
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A refusal is an answer, not a fault: its reason on the page, one line in the log."""
        if isinstance(exception, PermissionDenied):
            return permission_denied(request, exception)
        return None
