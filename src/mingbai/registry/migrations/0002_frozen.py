from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange

_WHO = ["id", "id_key", "id_sealed", "birth_date", "sex", "act_id"]
_ORIGIN = ["origin_file_id", "origin_sheet", "origin_line"]
_RIGHT = ["id", "person_id", "sub_item", "town", "village", "account_sealed", "account_key"]


class Migration(migrations.Migration):
    """Who a person is and what an enrolment began as never change; findings never change at all."""

    dependencies = [("registry", "0001_initial")]

    operations = [
        ForbidChange("registry_person", [*_WHO, *_ORIGIN]),
        ForbidChange("registry_enrolment", [*_RIGHT, "since_period", "act_id", *_ORIGIN]),
        ForbidChange("registry_finding"),
        ForbidChange("registry_findingevidence"),
        ForbidChange("registry_settlement"),
    ]
