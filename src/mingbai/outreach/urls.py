"""Addresses of the information pages, below /outreach/."""

from __future__ import annotations

from django.urls import path

from mingbai.outreach import views

app_name = "outreach"

urlpatterns = [
    path("", views.offices, name="offices"),
    path("offices/<int:office>/", views.office_pieces, name="office"),
]
