"""The list of programmes with lights, and a programme's page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries import (
    Light,
    Report,
    gaps_of,
    lights,
    outlooks,
    standing_reports,
)
from mingbai.delivery.queries.boards import (
    money_by_tier,
    people_by_month,
    programme_rows,
    town_tables,
)
from mingbai.delivery.queries.reports import waiting_reports
from mingbai.delivery.views.charts import money_chart, people_chart, progress_chart
from mingbai.delivery.views.choosing import choose_month
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import add_up
from mingbai.programme.queries import (
    documents_for,
    planned_curves,
    programme_year,
    programmes,
)


@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    """The year's programmes with a light for each sub-item and the money beside it."""
    to = asker_of(request)
    form, year, period = choose_month(request, to)
    if year is None:
        return render(request, "delivery/programmes.html", {"form": form, "rows": ()})
    rows = programme_rows(to=to, year=year, period=period)
    found = [light for row in rows for light in row.lights]
    context = {
        "form": form,
        "year": year,
        "period": period,
        "rows": rows,
        "total": add_up(tuple(row.funds for row in rows)),
        "sub_items_count": len(found),
        "completed_count": sum(light.standing.completed for light in found),
        "late_count": sum(light.colour == "red" for light in found),
        "slow_count": sum(light.colour == "yellow" for light in found),
        "silent_count": sum(
            light.silent and bool(light.standing.judged) and light.colour != "done"
            for light in found
        ),
    }
    return render(request, "delivery/programmes.html", context)


@require_GET
def programme_page(request: HttpRequest, code: str) -> HttpResponse:
    """One programme: targets by town, progress against schedule, money by tier, people."""
    to = asker_of(request)
    form, year, period = choose_month(request, to)
    listed = programmes(to=to, year=year) if year else ()
    programme = next((each for each in listed if each.code == code), None)
    if programme is None or year is None:
        raise Http404
    found = lights(to=to, year=year, period=period, programme=code)
    if not found and not to.sees_all:
        raise Http404
    reports = standing_reports(to=to, year=year, through=month_end(period))
    tiers, total = money_by_tier(to=to, year=year, through=month_end(period), programme=code)
    context = {
        "form": form,
        "year": year,
        "period": period,
        "programme": programme,
        "version": programme_year(to=to, year=year),
        "items": _items(to, year, period, code, found, reports),
        "papers": documents_for(to=to, year=year, programmes=[code]),
        "waiting": _waiting(to, year, period, found),
        "gaps": gaps_of([light.standing for light in found], reports),
        "tiers": [(FundEntry.Tier(part.tier).label, part) for part in tiers],
        "total": total,
        "money_option": money_chart(total),
        "completed_count": sum(light.standing.completed for light in found),
    }
    return render(request, "delivery/programme.html", context)


def _waiting(to: Asker, year: int, period: int, found: tuple[Light, ...]) -> list[dict[str, Any]]:
    """Of these sub-items the totals handed in and not confirmed: the newest of each measure."""
    names = {
        (light.sub_item.code, part.measure.code): part.measure
        for light in found
        for part in light.standing.measures
    }
    newest: dict[tuple[str, str, int, str | None], Report] = {}
    for report in waiting_reports(to=to, year=year, through=month_end(period)):
        if (report.sub_item, report.measure) in names:
            newest[report.sub_item, report.measure, report.office_id, report.town] = report
    return [
        {"report": report, "measure": names[report.sub_item, report.measure]}
        for report in newest.values()
        if report.town is None or not to.sees_all
    ]


def _items(
    to: Asker,
    year: int,
    period: int,
    code: str,
    found: tuple[Light, ...],
    reports: tuple[Report, ...],
) -> list[dict[str, Any]]:
    tables = town_tables(
        to=to, year=year, period=period, programme=code, found=found, given=reports
    )
    curves = planned_curves(to=to, year=year)
    expected = outlooks(to=to, year=year, period=period, found=found, given=reports, curves=curves)
    people = people_by_month(
        to=to, year=year, period=period, sub_items=[light.sub_item.code for light in found]
    )
    return [
        {
            "light": light,
            "item": light.sub_item,
            "measures": light.standing.measures,
            "tables": tables[light.sub_item.code],
            "outlook": expected[light.sub_item.code],
            "chart": progress_chart(
                light,
                curves.get(light.sub_item.code, ()),
                reports,
                period,
                expected[light.sub_item.code].told,
            ),
            "people": sorted(people.get(light.sub_item.code, {}).items()),
            "people_option": people_chart(people.get(light.sub_item.code, {})),
        }
        for light in found
    ]
