"""看板: the county's, an office's, a town's, and the wall screen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.ledger import last_seq
from mingbai.base.models import Division, Office
from mingbai.delivery.views.choosing import choose_month
from mingbai.report.queries.boards import Board, board_of, office_of_board, town_of_board
from mingbai.report.views import drawings
from mingbai.rulebook import load_book

#: How often a wall screen asks for newer figures, in seconds.
WALL_SECONDS = 300


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The board of all that this person answers for."""
    return _show(request, "report/board.html")


@require_GET
def office_board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of one lead office."""
    office = office_of_board(code, to=asker_of(request))
    if office is None:
        raise Http404("没有这个单位，或不在您的查看范围内")
    return _show(request, "report/board.html", office=office)


@require_GET
def town_board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of one town."""
    town = town_of_board(code, to=asker_of(request))
    if town is None:
        raise Http404("没有这个镇，或不在您的查看范围内")
    return _show(request, "report/board.html", town=town)


@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """挂图作战: one screen for a wall, larger and darker, which renews itself."""
    return _show(request, "report/wall.html")


def _show(
    request: HttpRequest,
    template: str,
    *,
    office: Office | None = None,
    town: Division | None = None,
) -> HttpResponse:
    to = asker_of(request)
    form, year, period = choose_month(request, to)
    if year is None:
        return render(request, template, {"form": form, "board": None})
    found = board_of(to=to, year=year, period=period, as_of=last_seq(), office=office, town=town)
    context = {
        "form": form,
        "year": year,
        "period": period,
        "board": found,
        "office": office,
        "town": town,
        "refresh_seconds": WALL_SECONDS,
        "query": f"?year={year}&month={period % 100}",
        **_charts(found),
    }
    return render(request, template, context)


def _charts(found: Board) -> dict[str, Any]:
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    period = found.period
    faces = [(face, drawings.why_address(key, period)) for key, face in found.faces.items()]
    return {
        "faces": faces,
        "stands": drawings.on_time_words(found.counts),
        "lines": [(light, drawings.programme_address(light, period)) for light in found.lights],
        "behind_option": drawings.behind_chart(found.behind, period, of_town=found.of_town),
        "waterfall_option": drawings.waterfall_chart(found.money, period),
        "heat_rows": [
            (row, [row.cells.get(town.code) for town in found.towns]) for row in found.grid
        ],
        "heat_height": "heat-s"
        if len(found.grid) <= 12
        else "heat-m"
        if len(found.grid) <= 28
        else "heat-l",
        "heat_option": drawings.heat_chart(found.grid, found.towns, period),
        "map_option": drawings.map_chart(found.towns, book.tiles, period),
        "course_option": drawings.course_chart(found.course),
        "money_course_option": drawings.money_course_chart(found.money, found.months),
        "forecast_option": drawings.forecast_chart(found),
    }


def _heat_height(rows: int) -> str:
    """The class of the heat map's height: the page's policy allows no measure of its own."""
    return "heat-s" if rows <= 12 else "heat-m" if rows <= 28 else "heat-l"
