from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """Correction forms, what becomes of their items, and visits; none of it is ever changed."""

    dependencies = [
        ("base", "0002_frozen"),
        ("intake", "0002_frozen"),
        ("registry", "0008_identity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CorrectionSlip",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("number", models.PositiveIntegerField(verbose_name="编号")),
                ("issued_date", models.DateField(verbose_name="发出日期")),
                ("due_date", models.DateField(verbose_name="交回期限")),
                ("issued_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.office",
                    ),
                ),
            ],
            options={
                "verbose_name": "更正单",
                "constraints": [
                    models.UniqueConstraint(fields=("year", "number"), name="slip_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("due_date__gte", models.F("issued_date"))),
                        name="slip_due_after_issue",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CorrectionItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="序号")),
                ("turn", models.PositiveSmallIntegerField(verbose_name="第几次发单")),
                ("ask", models.CharField(max_length=200, verbose_name="要求")),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.finding",
                    ),
                ),
                (
                    "slip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="registry.correctionslip",
                    ),
                ),
            ],
            options={
                "verbose_name": "更正事项",
                "constraints": [
                    models.UniqueConstraint(fields=("slip", "position"), name="item_in_order"),
                    models.UniqueConstraint(fields=("finding", "turn"), name="item_turn_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CorrectionStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("corrected", "已更正，待复核"),
                            ("explained", "已说明，待复核"),
                            ("accepted", "复核通过"),
                            ("returned", "退回重办"),
                            ("removed", "更正后疑点消除"),
                            ("settled", "疑点已另行办结"),
                            ("came_back", "再次比对又出现"),
                        ],
                        max_length=10,
                        verbose_name="步骤",
                    ),
                ),
                ("line", models.PositiveIntegerField(null=True, verbose_name="更正表第几行")),
                ("text", models.CharField(default="", max_length=200, verbose_name="说明")),
                (
                    "evidence_name",
                    models.CharField(default="", max_length=120, verbose_name="证据文件名"),
                ),
                ("step_at", models.DateTimeField(verbose_name="时间")),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="证据",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.correctionitem",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.sheet",
                        verbose_name="更正表",
                    ),
                ),
                (
                    "step_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "更正步骤",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "number"), name="correction_step_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "step__in",
                                (
                                    "corrected",
                                    "explained",
                                    "accepted",
                                    "returned",
                                    "removed",
                                    "settled",
                                    "came_back",
                                ),
                            )
                        ),
                        name="correction_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "corrected"), _negated=True),
                            ("sheet__isnull", False),
                            _connector="OR",
                        ),
                        name="correction_names_its_sheet",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step__in", ("explained", "returned")), _negated=True),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step__in", ("accepted", "returned")), _negated=True),
                            models.Q(
                                ("answered_by__isnull", False),
                                ("step_by__isnull", False),
                                models.Q(("answered_by", models.F("step_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_checked_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("away", "未见到本人"),
                            ("willing", "愿意申请"),
                            ("applied", "已提出申请"),
                            ("unwilling", "不愿申请"),
                            ("not_qualified", "不符合条件"),
                            ("moved", "已去世或迁出"),
                        ],
                        max_length=14,
                        verbose_name="结果",
                    ),
                ),
                ("visited_date", models.DateField(verbose_name="入户日期")),
                ("visitors", models.CharField(max_length=60, verbose_name="入户人员")),
                ("note", models.CharField(default="", max_length=200, verbose_name="情况")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.finding",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "入户核实",
                "constraints": [
                    models.UniqueConstraint(fields=("finding", "number"), name="visit_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                (
                                    "away",
                                    "willing",
                                    "applied",
                                    "unwilling",
                                    "not_qualified",
                                    "moved",
                                ),
                            )
                        ),
                        name="visit_outcome_known",
                    ),
                ],
            },
        ),
        ForbidChange("registry_correctionslip"),
        ForbidChange("registry_correctionitem"),
        ForbidChange("registry_correctionstep"),
        ForbidChange("registry_visit"),
    ]
