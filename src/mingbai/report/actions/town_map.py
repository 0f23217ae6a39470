"""Put the county's own map of its towns in place, or go back to tiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.paper.boundaries import CannotReadBoundaries, read_boundaries
from mingbai.report.models import TownMap

_WHY: Final = "the next turn follows the newest"


class CannotSetTownMap(Exception):
    """The map stays as it was; the message says why and what to do."""


def set_town_map(
    *, content: bytes, file_name: str, towns: Mapping[str, str], by: User, at: datetime
) -> TownMap:
    """Keep a GeoJSON file sealed and let the boards draw it; ``towns`` are code -> name.

    Errors: ``CannotSetTownMap`` for a file that is no map of the towns.
    """
    try:
        read = read_boundaries(content, towns=towns)
    except CannotReadBoundaries as error:
        raise CannotSetTownMap(str(error)) from error
    told = {
        "file_name": " ".join(file_name.split())[:120],
        "shapes": read.as_geojson(),
        "towns": sorted(read.polygons),
        "unmatched": list(read.unmatched),
        "missing": list(read.missing),
    }
    return _next("set_town_map", content, told, by, at)


def drop_town_map(*, by: User, at: datetime) -> TownMap:
    """Go back to tiles; the maps uploaded stay. Errors: ``CannotSetTownMap`` without a map."""
    newest = TownMap.objects.unscoped(_WHY).order_by("-turn").first()
    if newest is None or newest.file_id is None:
        raise CannotSetTownMap("现在用的就是方格图")
    return _next("drop_town_map", None, {}, by, at)


def _next(
    verb: str, content: bytes | None, told: Mapping[str, Any], by: User, at: datetime
) -> TownMap:
    try:
        with transaction.atomic():
            last = TownMap.objects.unscoped(_WHY).aggregate(last=Max("turn"))["last"] or 0
            act = record_act(
                verb, by=by, at=at, subject=f"town map {last + 1}",
                payload={"towns": len(told.get("towns", ()))},
            )  # fmt: skip
            file = store_file(content, kind="town_map", by=by, at=at) if content else None
            return TownMap.objects.create(
                turn=last + 1, file=file, set_at=at, set_by=by, act=act, **told
            )
    except IntegrityError as error:
        raise CannotSetTownMap("刚才有人换了地图，请刷新后再试") from error
