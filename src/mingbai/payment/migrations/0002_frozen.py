from __future__ import annotations

from django.db import migrations

from mingbai.base.frozen import ForbidChange
from mingbai.payment.migrations._guards import GuardBatches

_LINE = ["id", "batch_id", "person_id", "enrolment_id", "sub_item", "period", "item", "turn"]
_REST = ["amount", "person_times", "rule", "town", "act_id"]
_ORIGIN = ["origin_file_id", "origin_sheet", "origin_line"]


class Migration(migrations.Migration):
    """Batches, shares, lines and steps are frozen; triggers hold the order of a batch's life."""

    dependencies = [("payment", "0001_initial")]

    operations = [
        ForbidChange("payment_paymentbatch"),
        ForbidChange("payment_batchshare"),
        ForbidChange("payment_batchstep"),
        ForbidChange("payment_paymentline", [*_LINE, *_REST, *_ORIGIN]),
        GuardBatches(),
    ]
