from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """What was entered of classes is followed by new records."""

    dependencies = [("delivery", "0010_class_sheets")]

    operations = [
        ForbidChange("delivery_enteredclasssheet"),
        ForbidChange("delivery_attendancesource"),
        ForbidChange("delivery_examscore"),
    ]
