"""People who take part in an insurance; first accounts are followed; what a counting rests on."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange
from mingbai.registry.migrations._first_accounts import GUARD

_ORIGIN = ["origin_file_id", "origin_sheet", "origin_line"]
_CHANGE = ["id", "person_id", "enrolment_id", "kind", "value_sealed", "value_key", *_ORIGIN]


class Migration(migrations.Migration):
    """Tables that SQLite rebuilds lose their triggers: those are named again at the end."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0011_coverage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("sub_item", models.CharField(max_length=80, verbose_name="子项")),
                ("year", models.PositiveSmallIntegerField(verbose_name="参保年度")),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
            ],
            options={
                "verbose_name": "参保登记",
            },
        ),
        migrations.CreateModel(
            name="ParticipationStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "step",
                    models.CharField(
                        choices=[("ended", "已终止"), ("held", "待核实"), ("resumed", "恢复")],
                        max_length=8,
                        verbose_name="步骤",
                    ),
                ),
                ("cause", models.CharField(default="", max_length=40, verbose_name="依据")),
                ("event_date", models.DateField(null=True, verbose_name="发生日期")),
            ],
            options={
                "verbose_name": "参保登记步骤",
            },
        ),
        migrations.CreateModel(
            name="RollEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sub_item", models.CharField(max_length=80, verbose_name="子项")),
                ("sources_digest", models.CharField(max_length=64, verbose_name="所用资料摘要")),
                ("rulebook_digest", models.CharField(max_length=64, verbose_name="规则库摘要")),
                ("sheets", models.JSONField(verbose_name="已登记的表")),
                ("row_count", models.PositiveIntegerField(verbose_name="新读行数")),
                ("entered_count", models.PositiveIntegerField(verbose_name="新登记人数")),
                ("person_count", models.PositiveIntegerField(verbose_name="新建档人数")),
                ("change_count", models.PositiveIntegerField(verbose_name="信息变更")),
                ("step_count", models.PositiveIntegerField(verbose_name="终止、待核实和恢复")),
            ],
            options={
                "verbose_name": "参保登记批次",
            },
        ),
        migrations.RemoveConstraint(
            model_name="recordchange",
            name="record_change_decided_whole",
        ),
        migrations.AddField(
            model_name="coveragecount",
            name="basis_digest",
            field=models.CharField(default="", max_length=64, verbose_name="统计依据摘要"),
        ),
        migrations.AddConstraint(
            model_name="recordchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decision", ""),
                        ("decision_act__isnull", True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision", "followed"),
                        ("decision_act__isnull", False),
                        ("kind__in", ("phone", "account")),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decision__in", ("accepted", "refused")),
                        ("decision_act__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="record_change_decided_whole",
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="act",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.act",
                verbose_name="台账",
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="origin_file",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.storedfile",
                verbose_name="来源文件",
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="person",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="participations",
                to="registry.person",
            ),
        ),
        migrations.AddField(
            model_name="participationstep",
            name="act",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.act",
                verbose_name="台账",
            ),
        ),
        migrations.AddField(
            model_name="participationstep",
            name="origin_file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.storedfile",
                verbose_name="来源文件",
            ),
        ),
        migrations.AddField(
            model_name="participationstep",
            name="participation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="registry.participation",
            ),
        ),
        migrations.AddField(
            model_name="rollentry",
            name="act",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.act",
                verbose_name="台账",
            ),
        ),
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(fields=["year", "sub_item", "town"], name="participation_where"),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.UniqueConstraint(
                fields=("person", "sub_item", "year"), name="participation_once_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="participationstep",
            constraint=models.UniqueConstraint(
                fields=("participation", "number"), name="participation_step_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="participationstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause", ""), ("step", "resumed")),
                    models.Q(
                        ("step__in", ("ended", "held")), models.Q(("cause", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="participation_step_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="rollentry",
            index=models.Index(fields=["year", "sub_item", "-id"], name="roll_entry_newest"),
        ),
        ForbidChange("registry_participation"),
        ForbidChange("registry_participationstep"),
        ForbidChange("registry_rollentry"),
        ForbidChange("registry_coveragecount"),
        ForbidChange("registry_recordchange", [*_CHANGE, "from_period"]),
        GUARD,
    ]
