"""Addresses of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mingbai.site import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("signin/", views.SignIn.as_view(), name="signin"),
    path("signout/", views.SignOut.as_view(), name="signout"),
]
