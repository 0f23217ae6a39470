from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "mingbai.delivery"
    label = "delivery"
    verbose_name = "进度"
    default_auto_field = "django.db.models.BigAutoField"
