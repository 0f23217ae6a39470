"""Addresses of the pages about meetings, decisions and reminders, below /oversight/."""

from __future__ import annotations

from django.urls import path

from mingbai.oversight.views import decisions, meetings, minutes, packs, reminders, robots

app_name = "oversight"

urlpatterns = [
    path("", meetings.listing, name="meetings"),
    path("meetings/new/", meetings.new, name="new_meeting"),
    path("meetings/plan/", meetings.plan, name="plan_meeting"),
    path("meetings/<int:pk>/", meetings.page, name="meeting"),
    path("meetings/<int:pk>/move/", meetings.move, name="move_meeting"),
    path("meetings/<int:pk>/call-off/", meetings.call_off, name="call_off_meeting"),
    path("meetings/<int:pk>/hold/", meetings.hold, name="hold_meeting"),
    path("meetings/<int:pk>/pack/", packs.compile_turn, name="compile_pack"),
    path("packs/<int:pk>/", packs.page, name="pack"),
    path("packs/<int:pk>/docx/", packs.docx, name="pack_docx"),
    path("packs/<int:pk>/issue/", packs.issue, name="issue_pack"),
    path("packs/<int:pk>/rows/<str:key>/", packs.rows, name="pack_rows"),
    path("meetings/<int:pk>/write/", minutes.write, name="write_minutes"),
    path("meetings/<int:pk>/minutes/", minutes.draft, name="draft_minutes"),
    path("minutes/<int:pk>/", minutes.page, name="minutes"),
    path("minutes/<int:pk>/docx/", minutes.docx, name="minutes_docx"),
    path("minutes/<int:pk>/issue/", minutes.issue, name="issue_minutes"),
    path("decisions/", decisions.listing, name="decisions"),
    path("decisions/<int:pk>/", decisions.page, name="decision"),
    path("decisions/<int:pk>/files/<int:number>/", decisions.attachment, name="decision_file"),
    path("decisions/<int:pk>/report/", decisions.report, name="report_decision"),
    path("decisions/<int:pk>/confirm/", decisions.confirm, name="confirm_decision"),
    path("decisions/<int:pk>/return/", decisions.send_back, name="return_decision"),
    path("decisions/<int:pk>/extend/", decisions.extend, name="extend_decision"),
    path("reminders/", reminders.inbox, name="inbox"),
    path("reminders/read/", reminders.read, name="read"),
    path("reminders/given/", reminders.given, name="given"),
    path("reminders/outbox/", reminders.outbox, name="outbox"),
    path("reminders/mail/", reminders.mail, name="mail"),
    path("reminders/mail/set/", reminders.set_mail, name="set_mail"),
    path("reminders/robots/", robots.robots, name="robots"),
    path("reminders/robots/add/", robots.add, name="add_robot"),
    path("reminders/robots/<int:pk>/test/", robots.test, name="try_robot"),
    path("reminders/robots/<int:pk>/switch/", robots.switch, name="switch_robot"),
]
