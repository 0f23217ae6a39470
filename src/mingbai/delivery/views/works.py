"""Pages of works: the list of sites, the Gantt chart, and what must happen this week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import Problem
from mingbai.delivery.forms import ChooseSites
from mingbai.delivery.models import EnteredWorks
from mingbai.delivery.queries.site_gaps import SiteGap, site_gaps
from mingbai.delivery.queries.site_plans import (
    WORST_FIRST,
    Ground,
    SitePlan,
    colour_counts,
    duties_of_week,
    plan_sites,
    week_of,
)
from mingbai.delivery.queries.site_records import ledgers_with_problems, waiting_count
from mingbai.delivery.queries.sites import SiteStanding, site_standings
from mingbai.delivery.queries.withdrawals import withdrawn_sites
from mingbai.delivery.views.gantt import works_gantt
from mingbai.intake.queries import handed_months
from mingbai.programme.queries import adopted_years
from mingbai.rulebook import load_book

LIGHTS: Final = {
    "red": "要逾期", "yellow": "临近", "grey": "不能排期", "green": "正常", "done": "已完工",
}  # fmt: skip
_PAGE: Final = 50
_GANTT_ROWS: Final = 80


def works_day() -> date:
    """The day works are judged on; a demonstration lives in its own time."""
    everywhere = Asker.system("which month the county is reporting is the same for everybody")
    months = handed_months(to=everywhere) if settings.MINGBAI_DEMO else []
    return month_end(months[0]) if months else timezone.localdate()


def ground_of(year: int, day: date) -> Ground:
    """What the sites of a year are laid on."""
    return Ground.of(load_book(year=year, county=settings.MINGBAI_COUNTY), day)


@dataclass(frozen=True)
class Look:
    """What a works page looks at: year, day, the sites of its filter, their plans."""

    form: ChooseSites
    year: int
    day: date
    plans: tuple[SitePlan, ...]
    ground: Ground


def look(request: HttpRequest, to: Asker, *, with_lights: bool = False) -> Look | None:
    """The page's choice and its sites laid on the calendar; None before the first year."""
    years = adopted_years(to=to)
    if not years:
        return None
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and int(asked) in years else years[0]
    day = works_day()
    ground = ground_of(year, day)
    every = site_standings(to=to, year=year, cutoff=day)
    form = ChooseSites(
        {**request.GET.dict(), "year": str(year)},
        years=years,
        sub_items=_choices((each.site.sub_item, ground.names) for each in every),
        towns=list(dict.fromkeys((e.site.town_id, e.site.town.name) for e in _by_town(every))),
        lights=LIGHTS.items() if with_lights else (),
    )
    sub_item, town = form.chosen("sub_item"), form.chosen("town")
    kept = [
        each
        for each in every
        if (not sub_item or each.site.sub_item == sub_item)
        and (not town or each.site.town_id == town)
    ]
    return Look(form, year, day, plan_sites(kept, ground=ground), ground)


def _choices(pairs: Any) -> list[tuple[str, str]]:
    return list(dict.fromkeys((code, names.get(code, code)) for code, names in pairs))


def _by_town(found: Sequence[SiteStanding]) -> list[SiteStanding]:
    return sorted(found, key=lambda each: each.site.town_id)


def stops_of(ground: Ground, year: int, plans: Iterable[SitePlan]) -> list[tuple[str, date, date]]:
    """The seasons of a year in which these sites rest, for the shading of a chart."""
    rested = {
        code
        for network in {plan.network.code: plan.network for plan in plans if plan.network}.values()
        for step in network.steps
        for code in step.stops
    }
    return [
        (span.name, span.first, span.last)
        for stop in ground.book.works.seasons
        if stop.code in rested
        and stop.from_date <= ground.today
        and (stop.to_date is None or ground.today <= stop.to_date)
        for span in stop.season.spans((year - 1, year))
    ]


@require_GET
def works_list(request: HttpRequest) -> HttpResponse:
    """All sites this person may see, the worst first, with light, money and what is next."""
    to = asker_of(request)
    found = look(request, to, with_lights=True)
    if found is None:
        return render(request, "delivery/works.html", {"look": None})
    light = found.form.chosen("light")
    ordered = sorted(
        (plan for plan in found.plans if not light or plan.colour == light),
        key=lambda plan: (WORST_FIRST.index(plan.colour), _slack(plan), plan.standing.site.pk),
    )
    begun = sum(plan.is_begun for plan in found.plans)
    finished = sum(plan.is_finished for plan in found.plans)
    context = {
        "look": found,
        "form": found.form,
        "page": Paginator(ordered, _PAGE).get_page(request.GET.get("page")),
        "counts": [(colour, LIGHTS[colour], count)
                   for colour, count in colour_counts(found.plans).items()],
        "begun": begun,
        "finished": finished,
        "invested": money_of(found.plans),
        "waiting": waiting_count(to=to, year=found.year),
        "gaps": _gaps(found, to),
        "withdrawn": withdrawn_sites(to=to, year=found.year),
        "may_open": to.may("hand_in") and (to.sees_all or bool(to.sub_items)),
        "ledgers": _told(ledgers_with_problems(to=to, year=found.year)),
    }  # fmt: skip
    return render(request, "delivery/works.html", context)


def _gaps(found: Look, to: Asker) -> tuple[SiteGap, ...]:
    """Sites against progress tables; a choice of one town holds no county total."""
    if found.form.chosen("town"):
        return ()
    standing = [plan.standing for plan in found.plans]
    return site_gaps(to=to, year=found.year, cutoff=found.day, found=standing)


def _told(ledgers: Sequence[EnteredWorks]) -> list[dict[str, Any]]:
    """Ledgers with what did not fit, in words, each with the line it leads to."""
    return [
        {
            "sheet": each.sheet,
            "messages": [
                (Problem(told["line"], told["code"], told["params"]).message, told["line"])
                for told in each.problems
            ],
        }
        for each in ledgers
    ]


def _slack(plan: SitePlan) -> int:
    return plan.schedule.spare_days if plan.schedule else 0


def money_of(plans: Sequence[SitePlan]) -> dict[str, int]:
    """Planned and invested money over the sites that have a plan for it."""
    known = [each.standing for each in plans if each.standing.details.planned_amount]
    return {
        "planned": sum(each.details.planned_amount or 0 for each in known),
        "invested": sum(each.invested_amount or 0 for each in known),
        "unplanned": len(plans) - len(known),
    }


@require_GET
def works_chart(request: HttpRequest) -> HttpResponse:
    """The sites of a sub-item or a town on one time axis."""
    to = asker_of(request)
    found = look(request, to)
    if found is None:
        return render(request, "delivery/gantt.html", {"look": None})
    shown = sorted(found.plans, key=lambda plan: (plan.standing.site.sub_item, plan.due_date,
                                                  plan.standing.site.pk))  # fmt: skip
    page = Paginator(shown, _GANTT_ROWS).get_page(request.GET.get("page"))
    groups = []
    for code in dict.fromkeys(plan.standing.site.sub_item for plan in page):
        plans = [plan for plan in page if plan.standing.site.sub_item == code]
        name = found.ground.names.get(code, code)
        chart = works_gantt(
            plans, today=found.day, stops=stops_of(found.ground, found.year, plans), label=name
        )
        groups.append({"name": name, "chart": chart, "plans": plans})
    context = {"look": found, "form": found.form, "page": page, "groups": groups}
    return render(request, "delivery/gantt.html", context)


@require_GET
def works_week(request: HttpRequest) -> HttpResponse:
    """What must start or be finished this week, and what is late, site by site."""
    to = asker_of(request)
    found = look(request, to)
    if found is None:
        return render(request, "delivery/week.html", {"look": None})
    duties = duties_of_week(found.plans, today=found.day)
    first, last = week_of(found.day)
    context = {
        "look": found,
        "form": found.form,
        "late": [each for each in duties if each.is_late],
        "due": [each for each in duties if not each.is_late],
        "first": first,
        "last": last,
    }
    return render(request, "delivery/week.html", context)
