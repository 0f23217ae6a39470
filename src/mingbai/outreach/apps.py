from __future__ import annotations

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "mingbai.outreach"
    label = "outreach"
    verbose_name = "信息宣传"
    default_auto_field = "django.db.models.BigAutoField"
