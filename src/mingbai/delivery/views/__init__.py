"""Pages of the programmes, of works and of the month's reports."""

from mingbai.delivery.views.pages import (
    programme_list,
    programme_page,
)
from mingbai.delivery.views.reports import (
    report,
    report_answer,
    report_confirm,
    report_return,
    report_sheet,
    reports,
    waive,
)
from mingbai.delivery.views.sites import (
    milestone_reported,
    milestone_returned,
    milestones_confirmed,
    report_page,
    site_page,
    site_photo,
    waiting_page,
)
from mingbai.delivery.views.upkeep import (
    note_closed,
    note_recorded,
    upkeep_assigned,
    upkeep_visited,
)
from mingbai.delivery.views.works import works_chart, works_list, works_week

__all__ = [
    "milestone_reported",
    "milestone_returned",
    "milestones_confirmed",
    "note_closed",
    "note_recorded",
    "programme_list",
    "programme_page",
    "report",
    "report_answer",
    "report_confirm",
    "report_page",
    "report_return",
    "report_sheet",
    "reports",
    "site_page",
    "site_photo",
    "upkeep_assigned",
    "upkeep_visited",
    "waiting_page",
    "waive",
    "works_chart",
    "works_list",
    "works_week",
]
