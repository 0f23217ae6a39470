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
    path("owing/", views.owing, name="owing"),
    path("owing/draw/", views.arrears, name="arrears"),
    path("lines/<int:pk>/recovery/", views.propose, name="propose"),
    path("recoveries/", views.recoveries, name="recoveries"),
    path("recoveries/<int:pk>/", views.recovery, name="recovery"),
    path("recoveries/<int:pk>/decide/", views.decide, name="decide_recovery"),
    path("recoveries/<int:pk>/repay/", views.repay, name="repay_recovery"),
    path("recoveries/<int:pk>/waive/", views.waive, name="waive_recovery"),
    path("funding/", views.funding, name="funding"),
    path("funding/register/", views.register, name="register_funding"),
    path("funding/<int:pk>/approve/", views.countersign, name="approve_funding"),
    path("people/<int:pk>/", views.person, name="person"),
]
