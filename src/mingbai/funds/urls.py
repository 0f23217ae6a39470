"""Addresses of the fund pages, below /funds/."""

from __future__ import annotations

from django.urls import path

from mingbai.funds import views

app_name = "funds"

urlpatterns = [
    path("", views.fund_table, name="table"),
    path("<slug:code>/", views.programme_entries, name="programme"),
]
