from __future__ import annotations

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "mingbai.oversight"
    label = "oversight"
    verbose_name = "督办整改"
    default_auto_field = "django.db.models.BigAutoField"
