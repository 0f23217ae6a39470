from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]

    operations = [
        ForbidChange("base_act"),
        ForbidChange("base_storedfile"),
    ]
