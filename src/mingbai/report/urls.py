"""Addresses of the report pages; included at the root, since /why/ stands beside /report/."""

from __future__ import annotations

from django.urls import path

from mingbai.report import views
from mingbai.report.views import circulars, closing, town_maps

app_name = "report"

urlpatterns = [
    path("report/", views.papers, name="papers"),
    path("report/compile/", views.compile_paper, name="compile"),
    path("report/<int:pk>/", views.paper, name="paper"),
    path("report/<int:pk>/docx/", views.download, name="docx"),
    path("report/<int:pk>/issue/", views.issue, name="issue"),
    path("report/<int:pk>/changes/", views.changes, name="changes"),
    path("report/outline/<int:year>/<int:half>/<slug:chapter>/", views.outline, name="outline"),
    path("boards/", views.board, name="board"),
    path("boards/wall/", views.wall, name="wall"),
    path("boards/offices/<slug:code>/", views.office_board, name="office_board"),
    path("boards/towns/<slug:code>/", views.town_board, name="town_board"),
    path("report/circulars/", circulars.listing, name="circulars"),
    path("report/circulars/compile/", circulars.compile_month, name="compile_circular"),
    path(
        "report/circulars/closing/<int:year>/<int:month>/", closing.closing, name="circular_closing"
    ),
    path("report/circulars/<int:pk>/", circulars.circular, name="circular"),
    path("report/circulars/<int:pk>/docx/", circulars.circular_docx, name="circular_docx"),
    path("report/circulars/<int:pk>/issue/", circulars.issue_month, name="issue_circular"),
    path(
        "report/circulars/<int:pk>/rows/<str:key>/", circulars.circular_rows, name="circular_rows"
    ),
    path("report/circulars/<int:pk>/scores/<int:office>/", circulars.score, name="circular_score"),
    path("why/<int:pk>/", views.why, name="why"),
    path("boards/map/", town_maps.town_map_page, name="town_map"),
    path("boards/map/drop/", town_maps.town_map_drop, name="town_map_drop"),
    path("boards/map/<int:number>/", town_maps.town_shapes, name="town_shapes"),
    path("boards/course/<int:year>/<int:month>/", views.course, name="course"),
    path("boards/why/<int:year>/<int:month>/<str:key>/", views.why_now, name="why_now"),
]
