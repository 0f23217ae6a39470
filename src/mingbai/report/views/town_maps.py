"""The keeper's page for the map of the towns, and the shapes that charts fetch."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.paper.boundaries import MOST_BYTES
from mingbai.report.actions.town_map import CannotSetTownMap, drop_town_map, set_town_map
from mingbai.report.queries.town_maps import (
    county_towns,
    town_map,
    town_map_numbered,
    town_maps,
)

_KEPT: Final = "镇界地图由县里的系统管理员上传。"


@require_http_methods(["GET", "POST"])
def town_map_page(request: HttpRequest) -> HttpResponse:
    """What is drawn now, what did not match, and a place to upload another."""
    must_of_county(request, "manage_users", _KEPT)
    to, fault = asker_of(request), ""
    towns = county_towns(to=to)
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None or isinstance(sent, list):
            fault = "请选择 GeoJSON 文件"
        elif (sent.size or 0) > MOST_BYTES:
            fault = "文件超过 5 兆。请在制图软件里简化边界后再上传。"
        else:
            try:
                made = set_town_map(
                    content=sent.read(),
                    file_name=sent.name or "",
                    towns=towns,
                    by=user_of(request),
                    at=timezone.now(),
                )
            except CannotSetTownMap as error:
                fault = str(error)
            else:
                messages.success(request, f"已对上 {len(made.towns)} 个镇，看板改用这张地图")
                return redirect("report:town_map")
    drawn = town_map(to=to)
    context = {
        "drawn": drawn,
        "fault": fault,
        "matched": [towns.get(code, code) for code in drawn.towns] if drawn else [],
        "missing": [towns.get(code, code) for code in drawn.missing] if drawn else [],
        "history": town_maps(to=to),
        "towns": towns.items(),
    }
    return render(request, "report/town_map.html", context, status=422 if fault else 200)


@require_POST
def town_map_drop(request: HttpRequest) -> HttpResponse:
    """Go back to tiles."""
    must_of_county(request, "manage_users", _KEPT)
    try:
        drop_town_map(by=user_of(request), at=timezone.now())
    except CannotSetTownMap as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "看板已改回方格图")
    return redirect("report:town_map")


@require_GET
def town_shapes(request: HttpRequest, number: int) -> HttpResponse:
    """The shapes of one upload; they never change, so browsers may keep them."""
    found = town_map_numbered(number, to=asker_of(request))
    if found is None:
        raise Http404("没有这张地图")
    answer = JsonResponse(found.shapes)
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
