from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        ForbidChange("delivery_enteredsheet"),
        ForbidChange("delivery_progressreport"),
        ForbidChange("delivery_traininghead"),
    ]
