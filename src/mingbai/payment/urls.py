"""Addresses of the payment pages."""

from __future__ import annotations

from django.urls import path

from mingbai.payment import views

app_name = "payment"

urlpatterns = [
    path("", views.batches, name="batches"),
    path("draw/", views.draw, name="draw"),
    path("batches/<int:pk>/", views.batch, name="batch"),
    path("batches/<int:pk>/approve/", views.approve, name="approve"),
    path("batches/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("batches/<int:pk>/void/", views.void, name="void"),
    path("people/<int:pk>/", views.person, name="person"),
]
