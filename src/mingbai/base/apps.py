from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "mingbai.base"
    label = "base"
    verbose_name = "机构与台账"
    default_auto_field = "django.db.models.BigAutoField"
