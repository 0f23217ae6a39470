"""Addresses of the intake room, below /intake/."""

from __future__ import annotations

from django.urls import path

from mingbai.intake import views

app_name = "intake"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("upload/", views.upload, name="upload"),
    path("jobs/<int:job>/", views.upload_progress, name="progress"),
    path("receipts/<int:pk>/", views.receipt_page, name="receipt"),
    path("receipts/<int:pk>/returned.xlsx", views.returned, name="returned"),
    path("files/<int:file>/sheets/<int:number>/", views.sheet_page, name="sheet"),
]
