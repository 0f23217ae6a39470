"""Who asks for a page, for which year, and what they may do there."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from mingbai.base.asking import asker_of
from mingbai.base.scope import Asker
from mingbai.programme.queries import adopted_years


def may_edit(to: Asker) -> bool:
    """The county office's clerks fill the sheet and draw the letters."""
    return to.sees_all and to.may("compile")


def may_check(to: Asker) -> bool:
    """The county office's checkers put changes in force."""
    return to.sees_all and to.may("approve")


def must_edit(request: HttpRequest, what: str) -> None:
    """Refuse who may not fill the sheet."""
    if not may_edit(asker_of(request)):
        raise PermissionDenied(f"{what}由县民生办的经办人员办理。")


def must_check(request: HttpRequest, what: str) -> None:
    """Refuse who may not put changes in force."""
    if not may_check(asker_of(request)):
        raise PermissionDenied(f"{what}由县民生办的复核人员办理。")


def year_of(request: HttpRequest) -> int | None:
    """The year asked for, else the newest adopted; ``None`` before the first adoption."""
    years = adopted_years(to=asker_of(request))
    asked = request.GET.get("year") or request.POST.get("year") or ""
    if asked.isascii() and asked.isdigit() and int(asked) in years:
        return int(asked)
    return years[0] if years else None


def year_or_404(request: HttpRequest) -> int:
    """The year asked for; 404 before the first adoption."""
    year = year_of(request)
    if year is None:
        raise Http404("还没有启用年度清单。")
    return year
