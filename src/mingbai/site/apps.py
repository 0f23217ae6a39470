from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "mingbai.site"
    label = "site"
    verbose_name = "站点"
    default_auto_field = "django.db.models.BigAutoField"
