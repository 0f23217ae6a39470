from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange
from mingbai.delivery.migrations._reports import GUARDS


class Migration(migrations.Migration):
    """Answers and checkers' words are frozen; triggers hold who may say what."""

    dependencies = [("delivery", "0006_report_steps")]

    operations = [
        ForbidChange("delivery_enteredsheet"),  # altered before: SQLite lost its triggers
        ForbidChange("delivery_reportdoubt"),
        ForbidChange("delivery_reportanswer"),
        ForbidChange("delivery_reportstep"),
        ForbidChange("delivery_reportwaiver"),
        *GUARDS,
    ]
