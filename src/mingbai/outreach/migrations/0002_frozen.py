from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial")]

    operations = [
        ForbidChange("outreach_enteredsheet"),
        ForbidChange("outreach_informationpiece"),
        ForbidChange("outreach_adoption"),
    ]
