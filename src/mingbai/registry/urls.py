"""Addresses of the registry's pages; none holds a personal value."""

from __future__ import annotations

from django.urls import path

from mingbai.registry import views

app_name = "registry"

urlpatterns = [
    path("people/", views.people, name="people"),
    path("coverage/", views.coverage, name="coverage"),
    path("coverage/recount/", views.recount, name="recount"),
    path("coverage/<int:pk>/<slug:kind>/", views.gaps, name="coverage_gaps"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/reveal/", views.reveal, name="reveal"),
    path("findings/", views.findings, name="findings"),
    path("findings/settle/", views.settle_many, name="settle_many"),
    path("findings/issue/", views.issue, name="issue"),
    path("findings/export/", views.export, name="export"),
    path("findings/<int:pk>/", views.finding, name="finding"),
    path("findings/<int:pk>/settle/", views.settle, name="settle"),
    path("slips/", views.slips, name="slips"),
    path("slips/<int:pk>/", views.slip, name="slip"),
    path("slips/<int:pk>/docx/", views.slip_docx, name="slip_docx"),
    path("slips/<int:pk>/xlsx/", views.slip_xlsx, name="slip_xlsx"),
    path("slips/items/<int:pk>/answer/", views.answer, name="answer"),
    path("slips/items/<int:pk>/check/", views.check_item, name="check_item"),
    path("slips/evidence/<int:pk>/", views.evidence, name="evidence"),
    path("visits/", views.visits, name="visits"),
    path("visits/sheet/", views.visit_sheet, name="visit_sheet"),
    path("visits/<int:pk>/", views.visited, name="visited"),
    path("month/", views.month, name="month"),
    path("compare/", views.compare, name="compare"),
    path("known/", views.known, name="known"),
    path("receipts/<int:pk>/findings/", views.receipt_findings, name="receipt_findings"),
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
