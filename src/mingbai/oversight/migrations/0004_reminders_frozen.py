from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """Reminders and addresses are frozen; of a message only its state and tries move."""

    dependencies = [("oversight", "0003_reminders")]

    operations = [
        ForbidChange("oversight_reminderround"),
        ForbidChange("oversight_reminder"),
        ForbidChange("oversight_reminderreading"),
        ForbidChange("oversight_mailaddress"),
        ForbidChange("oversight_grouprobot"),
        ForbidChange("oversight_robotstep"),
        ForbidChange("oversight_messagereminder"),
        ForbidChange(
            "oversight_outboxmessage",
            columns=[
                "id", "key", "channel", "office_id", "user_id", "robot_id", "subject", "body",
                "is_test", "written_at", "expires_at", "act_id",
            ],
        ),
    ]  # fmt: skip
