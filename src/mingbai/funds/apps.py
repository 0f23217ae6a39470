from __future__ import annotations

from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "mingbai.funds"
    label = "funds"
    verbose_name = "资金"
    default_auto_field = "django.db.models.BigAutoField"
