"""Addresses of the registry's pages; none holds a personal value."""

from __future__ import annotations

from django.urls import path

from mingbai.registry import views

app_name = "registry"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/reveal/", views.reveal, name="reveal"),
    path("findings/", views.findings, name="findings"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("findings/<int:pk>/settle/", views.settle, name="settle"),
]
