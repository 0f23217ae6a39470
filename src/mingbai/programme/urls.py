"""Addresses of the target pages, below /targets/."""

from __future__ import annotations

from django.urls import path

from mingbai.programme import views

app_name = "programme"

urlpatterns = [
    path("", views.matrix, name="matrix"),
    path("save/", views.save, name="save"),
    path("fill/", views.fill, name="fill"),
    path("changes/", views.changes, name="changes"),
    path("changes/<int:pk>/", views.revision, name="revision"),
    path("changes/<int:pk>/submit/", views.submit, name="submit"),
    path("changes/<int:pk>/approve/", views.approve, name="approve"),
    path("changes/<int:pk>/return/", views.send_back, name="send_back"),
    path("changes/<int:pk>/drop/", views.drop, name="drop"),
    path("history/<str:code>/<str:measure>/", views.history, name="history"),
    path("check/", views.check, name="check"),
    path("check/enter/", views.enter_upper, name="enter_upper"),
    path("people/", views.people, name="people"),
    path("documents/", views.documents, name="documents"),
    path("documents/draft/", views.draft_papers, name="draft_papers"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/words/", views.word_document, name="word_document"),
    path("documents/<int:pk>/issue/", views.issue_paper, name="issue_paper"),
    path("documents/<int:pk>/docx/", views.document_docx, name="document_docx"),
    path("letters/", views.letters, name="letters"),
    path("letters/draft/", views.draft, name="draft"),
    path("letters/send/", views.send, name="send"),
    path("letters/<int:pk>/", views.letter, name="letter"),
    path("letters/<int:pk>/sign/", views.sign, name="sign"),
    path("letters/<int:pk>/docx/", views.letter_docx, name="letter_docx"),
    path("letters/<int:pk>/scan/", views.scan, name="scan"),
]
