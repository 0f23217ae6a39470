"""Sites: what must start or finish this week, problems to be put right, inspections due."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse

from mingbai.base.models import Office
from mingbai.delivery.queries.site_plans import Ground, duties_of_week, plan_sites
from mingbai.delivery.queries.sites import site_standings
from mingbai.delivery.queries.upkeep import open_notes, upkeep_late
from mingbai.oversight.queries.duties.sought import HOUSE, Duty, Sought

_NAME: Final = 60
_AHEAD: Final = timedelta(days=14)


def milestone_duties(sought: Sought) -> list[Duty]:
    """Steps that must start or be finished this week, and of each late site the first late one."""
    standings = site_standings(to=HOUSE, year=sought.book.year, cutoff=sought.on)
    plans = plan_sites(standings, ground=Ground.of(sought.book, sought.on))
    found = []
    for each in duties_of_week(plans, today=sought.on):
        site, duty = each.plan.standing.site, each.duty
        verb = "开始" if duty.what == "start" else "完成"
        text = f"{each.plan.standing.name[:_NAME]}：{duty.step.name}须{verb}并上报"
        key = f"milestone:{site.pk}:{duty.step.id}:{duty.what}"
        link = reverse("delivery:site", args=[site.pk])
        lead = _above(sought, site.office, site.sub_item)
        found.append(Duty("milestone", key, site.office, lead, text, duty.by_date, link))
    return found


def note_duties(sought: Sought) -> list[Duty]:
    """Problems of quality and safety that nobody has closed; what is wrong stands on the page."""
    found = []
    for each in open_notes(to=HOUSE, year=sought.book.year, today=sought.on):
        note, site = each.note, each.note.site
        if note.due_date > sought.on + _AHEAD:
            continue
        name = sought.name_of(site.sub_item)
        text = f"整改{note.get_kind_display()}问题（{site.town.name}，{name}）并销号"
        link = reverse("delivery:site", args=[site.pk])
        owner = site.office
        lead = _above(sought, owner, site.sub_item)
        key = f"note:{note.pk}"
        found.append(Duty("site_note", key, owner, lead, text, note.due_date, link))
    return found


def upkeep_duties(sought: Sought) -> list[Duty]:
    """Finished works whose inspection is overdue: asked of the town they stand in."""
    found = []
    for each in upkeep_late(to=HOUSE, today=sought.on):
        site = each.duty.site
        owner = sought.by_town.get(site.town_id) or site.office
        name = sought.name_of(site.sub_item)
        text = f"管护巡查到期（{site.town.name}，{name}），请巡查并登记"
        link = reverse("delivery:site", args=[site.pk])
        lead = _above(sought, owner, site.sub_item)
        key = f"upkeep:{site.pk}"
        found.append(Duty("upkeep", key, owner, lead, text, each.due_date, link))
    return found


def _above(sought: Sought, owner: Office, sub_item: str) -> Office | None:
    """Who is told on: the lead department, or the county office where the department is late."""
    lead = sought.lead_of(sub_item)
    return lead if lead is not None and lead.pk != owner.pk else sought.county
