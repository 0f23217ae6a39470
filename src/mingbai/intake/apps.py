"""The intake room's Django application."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Sheets handed in, with their rows and verdicts."""

    name = "mingbai.intake"
    label = "intake"
    verbose_name = "收件"
    default_auto_field = "django.db.models.BigAutoField"
