"""看板: the county's, an office's, a town's, and the wall screen."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.ledger import last_seq
from mingbai.base.models import Division, Office
from mingbai.base.scope import Asker
from mingbai.delivery.views.choosing import choose_month
from mingbai.programme.queries import adopted_years
from mingbai.report.models import TownMap
from mingbai.report.queries.boards import (
    Board,
    board_of,
    course_of_board,
    office_of_board,
    town_of_board,
)
from mingbai.report.queries.collect import known_cards
from mingbai.report.queries.courses import CourseLine
from mingbai.report.queries.town_maps import town_map
from mingbai.report.views import drawings
from mingbai.report.views.addresses import programme_address, why_address
from mingbai.report.views.maps import map_chart, shape_chart
from mingbai.report.views.money_charts import money_course_chart, waterfall_chart
from mingbai.rulebook import load_book
from mingbai.rulebook.model import TileMap

#: How often a wall screen asks for newer figures, in seconds.
WALL_SECONDS = 300
#: Figures of works and training that the county's board leads to; each is made when it is asked.
_DEEDS: Final = (
    "delivery.works_started_ratio",
    "delivery.works_finished_ratio",
    "delivery.works_invested_ratio",
    "delivery.classes_held",
    "delivery.training_person_times",
    "delivery.training_pass_ratio",
    "delivery.certificates",
    "payment.training_allowance",
)


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


@require_GET
def course(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Of what the mean on the S curve is the mean at the end of a month (``at``), line by line."""
    to = asker_of(request)
    at = request.GET.get("at", "")
    shown = int(at) if at.isdecimal() else month
    if year not in adopted_years(to=to) or not 1 <= month <= 12 or not 1 <= shown <= 12:
        raise Http404("没有这一年或这个月的数")
    office, town = narrowing(request, to)
    period = year * 100 + month
    found = course_of_board(to=to, year=year, period=period, office=office, town=town)
    of_town = town is not None or (not to.sees_all and bool(to.towns))
    rows = [_course_row(line, year * 100 + shown, of_town) for line in found.lines]
    context = {
        "year": year,
        "month": month,
        "shown": year * 100 + shown,
        "rows": rows,
        "course": found,
        "planned": found.planned[shown - 1] if found.lines else None,
        "actual": found.actual[shown - 1] if shown <= month and found.lines else None,
        "whose": office.short_name if office else town.name if town else "",
    }
    return render(request, "report/course.html", context)


def _course_row(line: CourseLine, shown: int, of_town: bool) -> dict[str, Any]:
    """One line of the mean: what was due and what was reached, and where the latter is told."""
    at = shown % 100 - 1
    code = line.light.sub_item.code
    address = (
        programme_address(line.light, shown)
        if of_town
        else why_address(f"delivery.completion.{code}", shown)
    )
    reached = line.reached[at] if at < len(line.reached) else None
    return {
        "item": line.light.sub_item,
        "planned": line.planned[at],
        "reached": reached,
        "gap": None if reached is None else reached - line.planned[at],
        "address": address if reached is not None else "",
    }


def narrowing(request: HttpRequest, to: Asker) -> tuple[Office | None, Division | None]:
    """The office or town that a page was asked about (``office``, ``town``), where it is open to
    the asker; 404 otherwise."""
    office, town = request.GET.get("office"), request.GET.get("town")
    found = office_of_board(office, to=to) if office else None
    place = town_of_board(town, to=to) if town else None
    if (office and found is None) or (town and place is None):
        raise Http404("没有这个单位或镇，或不在您的查看范围内")
    return found, place


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
    part = f"office={office.code}" if office else f"town={town.pk}" if town else ""
    context = {
        "form": form,
        "year": year,
        "period": period,
        "board": found,
        "office": office,
        "town": town,
        "refresh_seconds": WALL_SECONDS,
        "query": f"?year={year}&month={period % 100}",
        "part": part,
        **_charts(found, part, town_map(to=to)),
    }
    return render(request, template, context)


def _map(found: Board, tiles: TileMap | None, drawn: TownMap | None) -> dict[str, Any]:
    """The county's own map where it is there and fits, else the tiles of the rulebook."""
    if drawn is not None:
        option = shape_chart(found.towns, drawn.towns, found.period)
        if option is not None:
            address = reverse("report:town_shapes", args=[drawn.turn])
            return {"map_option": option, "map_shapes": address, "town_map": drawn}
    return {"map_option": map_chart(found.towns, tiles, found.period), "map_shapes": ""}


def _charts(found: Board, part: str, drawn: TownMap | None) -> dict[str, Any]:
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    period = found.period
    cards = known_cards()
    faces = [(face, why_address(key, period)) for key, face in found.faces.items()]
    return {
        "faces": faces,
        "deeds": [(cards[key].name, why_address(key, period)) for key in _DEEDS],
        "stands": drawings.on_time_words(found.counts),
        "lines": [(light, programme_address(light, period)) for light in found.lights],
        "behind_option": drawings.behind_chart(found.behind, period, of_town=found.of_town),
        "waterfall_option": waterfall_chart(found.money, period, part),
        "heat_rows": [
            (row, [row.cells.get(town.code) for town in found.towns]) for row in found.grid
        ],
        "heat_height": _heat_height(len(found.grid)),
        "heat_option": drawings.heat_chart(found.grid, found.towns, period),
        **_map(found, book.tiles, drawn),
        "course_option": drawings.course_chart(found.course, period, part),
        "money_course_option": money_course_chart(found.money, found.months, part),
        "forecast_option": drawings.forecast_chart(found),
    }


def _heat_height(rows: int) -> str:
    """The class of the heat map's height: the page's policy allows no measure of its own."""
    return "heat-s" if rows <= 12 else "heat-m" if rows <= 28 else "heat-l"
