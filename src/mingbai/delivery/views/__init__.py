"""Pages of the programmes and of works: lists with lights, one programme, one site in full."""

from mingbai.delivery.views.pages import programme_list, programme_page
from mingbai.delivery.views.sites import (
    milestone_reported,
    milestone_returned,
    milestones_confirmed,
    report_page,
    site_page,
    site_photo,
    waiting_page,
)
from mingbai.delivery.views.works import works_chart, works_list, works_week

__all__ = [
    "milestone_reported",
    "milestone_returned",
    "milestones_confirmed",
    "programme_list",
    "programme_page",
    "report_page",
    "site_page",
    "site_photo",
    "waiting_page",
    "works_chart",
    "works_list",
    "works_week",
]
