from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_initial")]

    operations = [
        ForbidChange("programme_programmeyear"),
        ForbidChange("programme_programme"),
        ForbidChange("programme_subitem"),
        ForbidChange("programme_measure"),
        ForbidChange("programme_townshare"),
        ForbidChange("programme_schedulepoint"),
    ]
