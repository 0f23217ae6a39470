"""Applications, their steps and papers; frozen, their orders and hands held by triggers."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange
from mingbai.registry.migrations._applications import GuardApplications


class Migration(migrations.Migration):
    """What was applied for and decided is never changed; what follows is a new record."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0009_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
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
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                ("grade", models.CharField(default="", max_length=40, verbose_name="申请类别")),
                (
                    "source",
                    models.CharField(
                        choices=[("paper", "纸质申请"), ("workbook", "申请名册")],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("id_key", models.BinaryField(max_length=16, verbose_name="证件号索引")),
                ("id_sealed", models.BinaryField(verbose_name="证件号")),
                ("name_sealed", models.BinaryField(verbose_name="姓名")),
                ("name_key", models.BinaryField(max_length=16, verbose_name="姓名与镇索引")),
                ("birth_date", models.DateField(null=True, verbose_name="出生日期")),
                ("sex", models.PositiveSmallIntegerField(null=True, verbose_name="性别")),
                ("phone_sealed", models.BinaryField(null=True, verbose_name="电话")),
                (
                    "phone_key",
                    models.BinaryField(max_length=16, null=True, verbose_name="电话索引"),
                ),
                ("account_sealed", models.BinaryField(null=True, verbose_name="银行账号")),
                (
                    "account_key",
                    models.BinaryField(max_length=16, null=True, verbose_name="账号索引"),
                ),
                ("received_date", models.DateField(verbose_name="受理日期")),
                ("due_date", models.DateField(verbose_name="办结期限")),
                ("latest_date", models.DateField(null=True, verbose_name="最长期限")),
                ("rule", models.CharField(max_length=160, verbose_name="办理程序")),
                ("rulebook_digest", models.CharField(max_length=64, verbose_name="规则库摘要")),
                ("made_at", models.DateTimeField(verbose_name="录入时间")),
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
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.application",
                        verbose_name="更正自",
                    ),
                ),
                (
                    "made_by",
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
                        verbose_name="受理单位",
                    ),
                ),
                (
                    "origin_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="来源文件",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ("paper", "workbook"))),
                        name="application_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sex__isnull", True), ("sex__in", (1, 2)), _connector="OR"
                        ),
                        name="application_sex_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["id_key", "sub_item"], name="application_person"),
                    models.Index(fields=["town", "sub_item"], name="application_place"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="材料")),
                ("file_kind", models.CharField(max_length=4, verbose_name="格式")),
                ("added_at", models.DateTimeField(verbose_name="时间")),
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
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="registry.application",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "申请材料",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "name", "file"), name="application_paper_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file_kind__in", ("pdf", "jpg", "png"))),
                        name="application_paper_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationStep",
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
                            ("application", "受理"),
                            ("town_review", "镇初审"),
                            ("department_review", "部门审核"),
                            ("county_approval", "县审批"),
                            ("posting", "公示"),
                            ("in_force", "纳入"),
                        ],
                        max_length=20,
                        verbose_name="步骤",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("submitted", "提交"),
                            ("passed", "通过"),
                            ("returned", "退回"),
                            ("refused", "不予批准"),
                            ("withdrawn", "撤回"),
                        ],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("application", "待补正"),
                            ("town_review", "待镇初审"),
                            ("department_review", "待部门审核"),
                            ("county_approval", "待县审批"),
                            ("posting", "待公示期满"),
                            ("in_force", "待纳入"),
                            ("refused", "不予批准"),
                            ("withdrawn", "已撤回"),
                            ("done", "已纳入"),
                        ],
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(default="", max_length=200, verbose_name="理由")),
                ("basis", models.CharField(default="", max_length=200, verbose_name="依据")),
                ("due_date", models.DateField(null=True, verbose_name="办理期限")),
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
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.application",
                    ),
                ),
                (
                    "enrolment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="application_step",
                        to="registry.enrolment",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.office",
                        verbose_name="办理单位",
                    ),
                ),
                (
                    "step_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "申请步骤",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="application_step_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verdict__in", ("returned", "refused", "withdrawn")), _negated=True
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="application_step_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("enrolment__isnull", True),
                                ("state", "refused"),
                                ("verdict", "refused"),
                            ),
                            models.Q(
                                ("enrolment__isnull", True),
                                ("state", "withdrawn"),
                                ("verdict", "withdrawn"),
                            ),
                            models.Q(
                                ("enrolment__isnull", False),
                                ("state", "done"),
                                ("step", "in_force"),
                                ("verdict", "passed"),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ("refused", "withdrawn", "done")), _negated=True
                                ),
                                models.Q(
                                    ("step", "in_force"), ("verdict", "passed"), _negated=True
                                ),
                                ("enrolment__isnull", True),
                                ("verdict__in", ("submitted", "passed", "returned")),
                            ),
                            _connector="OR",
                        ),
                        name="application_step_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("step", "application"), ("verdict__in", ("submitted", "withdrawn"))
                            ),
                            models.Q(
                                models.Q(("step", "application"), _negated=True),
                                models.Q(("verdict", "submitted"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="application_step_submitted",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["state", "due_date"], name="application_step_waits"),
                ],
            },
        ),
        ForbidChange("registry_application"),
        ForbidChange("registry_applicationstep"),
        ForbidChange("registry_applicationpaper"),
        GuardApplications(),
    ]
