from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]

    operations = [ForbidChange("funds_fundentry")]
