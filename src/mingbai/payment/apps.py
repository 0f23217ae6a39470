from __future__ import annotations

from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "mingbai.payment"
    label = "payment"
    verbose_name = "补助发放"
    default_auto_field = "django.db.models.BigAutoField"
