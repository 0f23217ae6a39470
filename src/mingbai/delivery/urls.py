"""Addresses of the programme and works pages, below /programmes/."""

from __future__ import annotations

from django.urls import path

from mingbai.delivery import views

app_name = "delivery"

urlpatterns = [
    path("", views.programme_list, name="programmes"),
    path("works/", views.works_list, name="works"),
    path("works/gantt/", views.works_chart, name="gantt"),
    path("works/week/", views.works_week, name="week"),
    path("works/waiting/", views.waiting_page, name="waiting"),
    path("works/confirm/", views.milestones_confirmed, name="confirm_milestones"),
    path("works/reports/<int:pk>/return/", views.milestone_returned, name="return_milestone"),
    path("works/photos/<int:pk>/", views.site_photo, name="site_photo"),
    path("works/sites/<int:pk>/", views.site_page, name="site"),
    path("works/sites/<int:pk>/report/", views.report_page, name="report_page"),
    path("works/sites/<int:pk>/milestones/", views.milestone_reported, name="report_milestone"),
    path("<slug:code>/", views.programme_page, name="programme"),
]
