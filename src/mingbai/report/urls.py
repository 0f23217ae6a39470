"""Addresses of the report pages; included at the root, since /why/ stands beside /report/."""

from __future__ import annotations

from django.urls import path

from mingbai.report import views

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
    path("why/<int:pk>/", views.why, name="why"),
    path("boards/why/<int:year>/<int:month>/<str:key>/", views.why_now, name="why_now"),
]
