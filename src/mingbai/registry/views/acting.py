"""One thing done to one record, and said on its page: what a button of a page comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def act_on(
    request: HttpRequest,
    pk: int,
    act: Callable[[Any], None],
    refusal: type[Exception],
    done: str,
    *,
    find: Callable[[HttpRequest, int], Any],
    page: str,
) -> HttpResponse:
    """Find the record within the asker's scope, act on it, and say on its page what came of it."""
    found = find(request, pk)
    try:
        act(found)
    except refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(page, pk)
