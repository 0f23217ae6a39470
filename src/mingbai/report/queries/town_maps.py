"""The map of the towns in place, and the ones before it."""

from __future__ import annotations

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.report.models import TownMap


def town_map(*, to: Asker) -> TownMap | None:
    """The map that the boards draw, without its shapes; ``None`` where tiles are drawn."""
    newest = TownMap.objects.seen_by(to).defer("shapes").select_related("set_by").first()
    return newest if newest is not None and newest.file_id is not None else None


def town_map_numbered(turn: int, *, to: Asker) -> TownMap | None:
    """One upload with its shapes."""
    return TownMap.objects.seen_by(to).filter(turn=turn, file__isnull=False).first()


def town_maps(*, to: Asker) -> tuple[TownMap, ...]:
    """All turns, the newest first, without their shapes."""
    return tuple(TownMap.objects.seen_by(to).defer("shapes").select_related("set_by")[:20])


def county_towns(*, to: Asker) -> dict[str, str]:
    """The towns that are in force, code -> name."""
    found = Division.objects.seen_by(to).filter(level="town", valid_to__isnull=True)
    return dict(found.order_by("code").values_list("code", "name"))
