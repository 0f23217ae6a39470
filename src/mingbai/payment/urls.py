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
    path("batches/<int:pk>/roll/", views.roll, name="roll"),
    path("batches/<int:pk>/roll.xlsx", views.roll_file, name="roll_file"),
    path("batches/<int:pk>/bank/", views.bank, name="bank"),
    path("batches/<int:pk>/bank/write/", views.write_file, name="write_file"),
    path("batches/<int:pk>/follow-up/", views.follow_up, name="follow_up"),
    path("bank/<int:pk>/download/", views.hand_over, name="hand_over"),
    path("bank/<int:pk>/cancel/", views.cancel_file, name="cancel_file"),
    path("bank/<int:pk>/return/", views.read_return, name="read_return"),
    path("returns/<int:pk>/", views.bank_return, name="bank_return"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<int:pk>/", views.correction, name="correction"),
    path("corrections/<int:pk>/propose/", views.propose_fix, name="propose_fix"),
    path("corrections/<int:pk>/decide/", views.decide_fix, name="decide_fix"),
    path("corrections/<int:pk>/evidence/", views.evidence, name="evidence"),
    path("accounts/", views.accounts, name="accounts"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/card/", views.card, name="card"),
    path("people/<int:pk>/card.docx", views.card_file, name="card_file"),
    path("households/<int:pk>/card/", views.household_card, name="household_card"),
]
