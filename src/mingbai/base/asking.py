"""Who stands behind a request: who asks, who acts, and what they must be allowed to do."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from mingbai.base.models import User
from mingbai.base.scope import Asker


def asker_of(request: HttpRequest) -> Asker:
    """Who asks; the middleware made it from the user's office and roles of today."""
    return request.asker  # type: ignore[attr-defined, no-any-return]


def user_of(request: HttpRequest) -> User:
    """Who acts; pages are behind the sign-in, so it is never an anonymous one."""
    return cast(User, request.user)


def must(request: HttpRequest, permission: str, message: str) -> None:
    """Refuse, with what to do next in Chinese, who may not do this kind of act."""
    if not asker_of(request).may(permission):
        raise PermissionDenied(message)


def must_of_county(request: HttpRequest, permission: str, message: str) -> None:
    """Refuse everybody but those of the county office who may do this kind of act."""
    must(request, permission, message)
    if not asker_of(request).sees_all:
        raise PermissionDenied(message)
