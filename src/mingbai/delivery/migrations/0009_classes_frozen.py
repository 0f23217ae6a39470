from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """Classes, sessions, lists, doubts and certificates are followed by new records."""

    dependencies = [("delivery", "0008_classes")]

    operations = [
        ForbidChange("delivery_trainingclass"),
        ForbidChange("delivery_classroll"),
        ForbidChange("delivery_classsession"),
        ForbidChange("delivery_attendancelist"),
        ForbidChange("delivery_attendance"),
        ForbidChange("delivery_classdoubt"),
        ForbidChange("delivery_classanswer"),
        ForbidChange("delivery_certificate"),
    ]
