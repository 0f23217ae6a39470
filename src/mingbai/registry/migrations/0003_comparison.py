"""Each comparison keeps what it read and which rules it could not answer."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """A record of each comparison, frozen as all that is issued."""

    dependencies = [("base", "0002_frozen"), ("registry", "0002_frozen")]

    operations = [
        migrations.CreateModel(
            name="Comparison",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("row_count", models.PositiveIntegerField(verbose_name="比对行数")),
                ("finding_count", models.PositiveIntegerField(verbose_name="疑点数")),
                ("unanswered", models.JSONField(default=list, verbose_name="未能比对的规则")),
                ("rulebook_digest", models.CharField(max_length=64, verbose_name="规则库摘要")),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
            ],
            options={
                "verbose_name": "比对记录",
                "indexes": [models.Index(fields=["year", "-id"], name="comparison_newest")],
            },
        ),
        ForbidChange("registry_comparison"),
    ]
