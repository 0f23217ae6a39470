"""Addresses of the programme and works pages, below /programmes/."""

from __future__ import annotations

from django.urls import path

from mingbai.delivery import views
from mingbai.delivery.views import class_doubts, classes, lags, site_hands

app_name = "delivery"

urlpatterns = [
    path("", views.programme_list, name="programmes"),
    path("works/", views.works_list, name="works"),
    path("works/open/", site_hands.site_open, name="site_open"),
    path("works/sites/<int:pk>/withdraw/", site_hands.site_withdraw, name="site_withdraw"),
    path("works/withdrawals/<int:pk>/", site_hands.withdrawal_decide, name="withdrawal_decide"),
    path("works/gantt/", views.works_chart, name="gantt"),
    path("works/week/", views.works_week, name="week"),
    path("works/waiting/", views.waiting_page, name="waiting"),
    path("works/confirm/", views.milestones_confirmed, name="confirm_milestones"),
    path("works/reports/<int:pk>/return/", views.milestone_returned, name="return_milestone"),
    path("works/photos/<int:pk>/", views.site_photo, name="site_photo"),
    path("works/sites/<int:pk>/", views.site_page, name="site"),
    path("works/sites/<int:pk>/report/", views.report_page, name="report_page"),
    path("works/sites/<int:pk>/milestones/", views.milestone_reported, name="report_milestone"),
    path("lags/", lags.lags, name="lags"),
    path("lags/<int:year>/<int:month>/mean/", lags.enter_mean, name="enter_mean"),
    path("lags/<int:year>/<int:month>/<str:item>/", lags.lag, name="lag"),
    path("lags/<int:year>/<int:month>/<str:item>/plan/", lags.plan, name="plan_lag"),
    path("lags/<int:year>/<int:month>/<str:item>/<str:town>/", lags.lag, name="town_lag"),
    path(
        "lags/<int:year>/<int:month>/<str:item>/<str:town>/plan/", lags.plan, name="plan_town_lag"
    ),
    path("plans/<int:pk>/confirm/", lags.confirm, name="confirm_plan"),
    path("plans/<int:pk>/return/", lags.send_back, name="return_plan"),
    path("training/", classes.classes, name="classes"),
    path("training/plan/", classes.class_plan, name="class_plan"),
    path("training/<int:pk>/", classes.training_class, name="training_class"),
    path("training/<int:pk>/sessions/", classes.session_open, name="session_open"),
    path("training/<int:pk>/sheet/", classes.signing_sheet, name="signing_sheet"),
    path("training/<int:pk>/certificates/", classes.certify, name="certify"),
    path("training/<int:pk>/allowance/", classes.allowance, name="allowance"),
    path("training/sessions/<int:pk>/", classes.attendance, name="attendance"),
    path("training/doubts/", class_doubts.class_doubts, name="class_doubts"),
    path("training/doubts/<int:pk>/", class_doubts.doubt_answer, name="doubt_answer"),
    path("reports/", views.reports, name="reports"),
    path("reports/sheet/", views.report_sheet, name="report_sheet"),
    path("reports/confirm/", views.report_confirm, name="report_confirm"),
    path("reports/waive/", views.waive, name="waive"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/answer/", views.report_answer, name="report_answer"),
    path("reports/<int:pk>/return/", views.report_return, name="report_return"),
    path("works/sites/<int:pk>/notes/", views.note_recorded, name="record_note"),
    path("works/notes/<int:pk>/close/", views.note_closed, name="close_note"),
    path("works/sites/<int:pk>/upkeep/", views.upkeep_assigned, name="assign_upkeep"),
    path("works/sites/<int:pk>/visits/", views.upkeep_visited, name="record_upkeep"),
    path("<slug:code>/", views.programme_page, name="programme"),
]
