from __future__ import annotations

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "mingbai.programme"
    label = "programme"
    verbose_name = "项目目标"
    default_auto_field = "django.db.models.BigAutoField"
