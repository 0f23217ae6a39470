"""Addresses of the programme pages, below /programmes/."""

from __future__ import annotations

from django.urls import path

from mingbai.delivery import views

app_name = "delivery"

urlpatterns = [
    path("", views.programme_list, name="programmes"),
    path("<slug:code>/", views.programme_page, name="programme"),
]
