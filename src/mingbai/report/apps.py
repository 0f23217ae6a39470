from __future__ import annotations

from django.apps import AppConfig


class ReportConfig(AppConfig):
    name = "mingbai.report"
    label = "report"
    verbose_name = "小结"
    default_auto_field = "django.db.models.BigAutoField"
