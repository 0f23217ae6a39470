from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        ForbidChange("intake_receipt"),
        ForbidChange("intake_sheet"),
        ForbidChange("intake_verdict"),
    ]
