from __future__ import annotations

from django.db import migrations

from mingbai.oversight.migrations._guards import FROZEN, GUARDS


class Migration(migrations.Migration):
    """Meetings, minutes and decisions are frozen; triggers hold their order and hands."""

    dependencies = [("oversight", "0001_meetings")]

    operations = [*FROZEN, *GUARDS]
