"""What every page's frame shows: rooms this person may enter, the office, the ledger's head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from mingbai.base.models import Act, Office
from mingbai.base.scope import Asker
from mingbai.oversight.queries.inbox import unread_count


def _anyone(to: Asker) -> bool:
    return True


def _beyond_a_town(to: Asker) -> bool:
    """County people and lead departments; a town's figures stand on its own pages."""
    return to.sees_all or bool(to.sub_items)


@dataclass(frozen=True)
class Room:
    """One entry of the main navigation: its word, and the route of the room's first page.

    ``also`` are addresses outside the first page's own that belong to the room as well.
    """

    name: str
    page: str
    open_to: Callable[[Asker], bool] = _anyone
    also: tuple[str, ...] = ()


ROOMS: Final = (
    Room("今日", "today"),
    Room("项目", "delivery:programmes"),
    Room("目标", "programme:matrix"),
    Room("收件", "intake:inbox"),
    Room("比对", "registry:findings"),
    Room("公示", "registry:postings", also=("/registry/objections/",)),
    Room("人员", "registry:people"),
    Room("申请", "registry:applications", also=("/registry/rights/",)),
    Room("参保", "registry:coverage"),
    Room("发放", "payment:batches"),
    Room("资金", "funds:table", _beyond_a_town),
    Room("信息", "outreach:offices"),
    Room("督办", "oversight:meetings"),
    Room("小结", "report:papers", also=("/why/",)),
    Room("看板", "report:board"),
)


@dataclass(frozen=True)
class Door:
    """A room's entry as the page shows it; ``current`` is the value of ``aria-current``."""

    name: str
    address: str
    current: str


def _doors(path: str, to: Asker) -> list[Door]:
    return [_door(room, path) for room in ROOMS if room.open_to(to)]


def _door(room: Room, path: str) -> Door:
    address = reverse(room.page)
    if path == address:
        return Door(room.name, address, "page")
    inside = address != "/" and path.startswith((address, *room.also))
    return Door(room.name, address, "true" if inside else "")


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
    """Context of ``base/page.html``; three short queries a page, none of them growing."""
    to: Asker = getattr(request, "asker", Asker())
    signed_in = to.user_id is not None
    return {
        "demo": settings.MINGBAI_DEMO,
        "asker": to,
        "county_office": county_office(),
        "rooms": _doors(request.path, to) if signed_in else [],
        "ledger_head": _ledger_head() if signed_in else None,
        "unread_reminders": unread_count(to=to) if signed_in else 0,
    }
