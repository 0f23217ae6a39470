"""What every page's frame shows: rooms this person may enter, the office, the ledger's head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from mingbai.base.models import Act, Office
from mingbai.base.scope import Asker


def _anyone(to: Asker) -> bool:
    return True


def _beyond_a_town(to: Asker) -> bool:
    """County people and lead departments; a town's figures stand on its own pages."""
    return to.sees_all or bool(to.sub_items)


@dataclass(frozen=True)
class Room:
    """One entry of the main navigation."""

    name: str
    address: str
    open_to: Callable[[Asker], bool] = _anyone


ROOMS: Final = (
    Room("今日", "/"),
    Room("项目", "/programmes/"),
    Room("收件", "/intake/"),
    Room("比对", "/registry/findings/"),
    Room("人员", "/registry/people/"),
    Room("发放", "/payment/"),
    Room("资金", "/funds/", _beyond_a_town),
    Room("信息", "/outreach/"),
    Room("小结", "/report/"),
)


@lru_cache
def _has_page(address: str, urlconf: str) -> bool:
    try:
        resolve(address, urlconf)
    except Resolver404:
        return False
    return True


def _rooms(request: HttpRequest, to: Asker) -> list[dict[str, Any]]:
    path = request.path
    found: list[dict[str, Any]] = []
    for room in ROOMS:
        if not room.open_to(to) or not _has_page(room.address, settings.ROOT_URLCONF):
            continue
        here = path == "/" if room.address == "/" else path.startswith(room.address)
        found.append(
            {
                "name": room.name,
                "address": room.address,
                "is_here": here,
                "current": "page" if path == room.address else "true",
            }
        )
    return found


def _ledger_head() -> dict[str, Any] | None:
    why = "the footer shows the head of the ledger: a number and a digest, no content"
    last = Act.objects.unscoped(why).order_by("-seq").values("seq", "hash").first()
    return {**last, "short": last["hash"][:16]} if last else None


def county_office() -> str:
    """Name of the county office this installation belongs to, or nothing before it is set up."""
    offices = Office.objects.unscoped("the house's own name stands on every page")
    found = offices.filter(kind=Office.Kind.COUNTY_OFFICE, valid_to__isnull=True).order_by("code")
    return found.values_list("name", flat=True).first() or ""


def house(request: HttpRequest) -> dict[str, Any]:
    """Context of ``base/page.html``; two short queries a page, none of them growing."""
    to: Asker = getattr(request, "asker", Asker())
    signed_in = to.user_id is not None
    return {
        "demo": settings.MINGBAI_DEMO,
        "asker": to,
        "county_office": county_office(),
        "rooms": _rooms(request, to) if signed_in else [],
        "ledger_head": _ledger_head() if signed_in else None,
    }
