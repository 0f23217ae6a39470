from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "mingbai.registry"
    label = "registry"
    verbose_name = "对象与比对"
    default_auto_field = "django.db.models.BigAutoField"
