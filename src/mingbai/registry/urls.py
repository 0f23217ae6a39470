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
    path("postings/", views.postings, name="postings"),
    path("postings/new/", views.new_posting, name="new_posting"),
    path("postings/<int:pk>/", views.posting, name="posting"),
    path("postings/<int:pk>/sheet/", views.posting_sheet, name="posting_sheet"),
    path("postings/<int:pk>/sheet.docx", views.posting_docx, name="posting_docx"),
    path("postings/<int:pk>/page.html", views.posting_page, name="posting_page"),
    path("postings/<int:pk>/approve/", views.posting_approved, name="approve_posting"),
    path("postings/<int:pk>/put-up/", views.posting_put_up, name="put_up_posting"),
    path("postings/<int:pk>/photo/", views.posting_proven, name="prove_posting"),
    path("postings/<int:pk>/take-down/", views.posting_taken_down, name="take_down_posting"),
    path("postings/<int:pk>/drop/", views.posting_dropped, name="drop_posting"),
    path("postings/<int:pk>/object/", views.posting_objected, name="object_to"),
    path("postings/photos/<int:pk>/", views.board_photo, name="board_photo"),
    path("objections/", views.objections, name="objections"),
    path("objections/<int:pk>/", views.objection, name="objection"),
    path("objections/<int:pk>/answer/", views.objection_answered, name="answer_objection"),
    path("objections/<int:pk>/decide/", views.objection_decided, name="decide_objection"),
    path("objections/<int:pk>/withdraw/", views.objection_withdrawn, name="withdraw_objection"),
]
