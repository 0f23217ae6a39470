from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("report", "0001_initial")]

    operations = [
        ForbidChange("report_summary"),
        ForbidChange("report_statement"),
        ForbidChange("report_summarypaper"),
        ForbidChange("report_summaryissue"),
        ForbidChange("report_outlinetext"),
    ]
