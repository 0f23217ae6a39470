"""Addresses of the pages about meetings and decisions, below /oversight/."""

from __future__ import annotations

from django.urls import path

from mingbai.oversight.views import decisions, meetings

app_name = "oversight"

urlpatterns = [
    path("", meetings.listing, name="meetings"),
    path("decisions/", decisions.listing, name="decisions"),
    path("decisions/<int:pk>/", decisions.page, name="decision"),
]
