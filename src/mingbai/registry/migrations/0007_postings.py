"""Postings, their rows, steps and photos; objections and how they were decided."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange
from mingbai.registry.migrations._postings import GuardPostings


class Migration(migrations.Migration):
    """All frozen; triggers refuse unmasked rows and hold the order of steps."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0006_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sub_item", models.CharField(max_length=80, verbose_name="子项")),
                ("period", models.PositiveIntegerField(verbose_name="月份")),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                (
                    "about",
                    models.CharField(
                        choices=[("application", "申请"), ("enrolment", "享受资格")],
                        max_length=11,
                        verbose_name="公示什么",
                    ),
                ),
                ("stage", models.CharField(max_length=40, verbose_name="环节")),
                ("channel", models.CharField(max_length=40, verbose_name="渠道")),
                (
                    "place",
                    models.CharField(
                        choices=[("board", "公开栏"), ("site", "网站")],
                        max_length=5,
                        verbose_name="张贴处",
                    ),
                ),
                ("is_final", models.BooleanField(verbose_name="末次环节")),
                ("is_deciding", models.BooleanField(verbose_name="计算公示期的渠道")),
                ("number", models.PositiveSmallIntegerField(verbose_name="期次")),
                ("start_date", models.DateField(verbose_name="公示起始日")),
                ("last_date", models.DateField(verbose_name="公示截止日")),
                ("due_date", models.DateField(null=True, verbose_name="最迟张贴日")),
                ("row_count", models.PositiveIntegerField(verbose_name="人数")),
                ("sheet", models.JSONField(verbose_name="公示内容")),
                ("body_digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("rulebook_digest", models.CharField(max_length=64, verbose_name="规则库摘要")),
                ("is_demonstration", models.BooleanField(default=False, verbose_name="演示数据")),
                ("drafted_at", models.DateTimeField(verbose_name="制作时间")),
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
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.posting",
                        verbose_name="更正自",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sub_item", "period", "town", "stage", "channel", "number"),
                        name="posting_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_date__gte", models.F("start_date"))),
                        name="posting_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("row_count__gt", 0)), name="posting_shows_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ("board", "site"))),
                        name="posting_place_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("about__in", ("application", "enrolment"))),
                        name="posting_about_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["year", "period", "town"], name="posting_by_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="序号")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                ("cells", models.TextField(verbose_name="公示的内容")),
                (
                    "application_number",
                    models.PositiveBigIntegerField(
                        db_index=True, null=True, verbose_name="申请编号"
                    ),
                ),
                (
                    "act",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                        verbose_name="台账",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.enrolment",
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="registry.posting",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示的行",
                "constraints": [
                    models.UniqueConstraint(fields=("posting", "number"), name="posted_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("application_number__isnull", False), ("enrolment__isnull", True)
                            ),
                            models.Q(
                                ("application_number__isnull", True), ("enrolment__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="posted_row_about_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "application_number",
                    models.PositiveBigIntegerField(
                        db_index=True, null=True, verbose_name="申请编号"
                    ),
                ),
                ("period", models.PositiveIntegerField(verbose_name="起停月份")),
                (
                    "matter",
                    models.CharField(
                        choices=[
                            ("not_entitled", "不符合条件"),
                            ("wrong_fact", "信息有误"),
                            ("left_out", "应列入未列入"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="反映什么",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("visit", "当面"),
                            ("phone", "电话"),
                            ("letter", "书信"),
                            ("site", "网上"),
                        ],
                        max_length=6,
                        verbose_name="方式",
                    ),
                ),
                ("is_anonymous", models.BooleanField(verbose_name="匿名")),
                ("objector_sealed", models.BinaryField(null=True, verbose_name="反映人")),
                ("said_sealed", models.BinaryField(verbose_name="反映的情况")),
                ("received_date", models.DateField(verbose_name="收到日期")),
                ("due_date", models.DateField(verbose_name="应答复日期")),
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
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.enrolment",
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
                (
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.postedrow",
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="registry.posting",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示异议",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("posting", "number"), name="objection_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_anonymous", True), ("objector_sealed__isnull", True)),
                            models.Q(("is_anonymous", False), ("objector_sealed__isnull", False)),
                            _connector="OR",
                        ),
                        name="objection_anonymous_is_nameless",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_date__gte", models.F("received_date"))),
                        name="objection_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("application_number", None),
                                ("enrolment__isnull", True),
                                ("row__isnull", True),
                            ),
                            models.Q(
                                ("application_number", None),
                                ("enrolment__isnull", False),
                                ("row__isnull", False),
                            ),
                            models.Q(
                                ("application_number__isnull", False),
                                ("enrolment", None),
                                ("row__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="objection_about_its_row",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoardPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("village", models.CharField(default="", max_length=12, verbose_name="村（居）")),
                ("file_kind", models.CharField(max_length=4, verbose_name="格式")),
                ("kept_at", models.DateTimeField(verbose_name="上传时间")),
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
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="registry.posting",
                    ),
                ),
            ],
            options={
                "verbose_name": "张贴照片",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("posting", "village", "file"), name="board_photo_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostingStep",
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
                            ("approved", "已审核"),
                            ("posted", "已张贴"),
                            ("taken_down", "已撤下"),
                            ("dropped", "已作废"),
                        ],
                        max_length=10,
                        verbose_name="步骤",
                    ),
                ),
                ("body_digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("step_date", models.DateField(verbose_name="日期")),
                ("step_at", models.DateTimeField(verbose_name="时间")),
                ("reason", models.CharField(default="", max_length=200, verbose_name="理由")),
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
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.posting",
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
                "verbose_name": "公示步骤",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("posting", "number"), name="posting_step_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), ("step", "approved")),
                            models.Q(("number", 2), ("step", "posted")),
                            models.Q(("number", 3), ("step", "taken_down")),
                            models.Q(("number__in", (1, 2)), ("step", "dropped")),
                            _connector="OR",
                        ),
                        name="posting_step_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "approved"), _negated=True),
                            models.Q(("step_by", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="posting_step_maker_is_not_checker",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "dropped"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="posting_step_drop_has_reason",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["step", "step_date"], name="posting_step_day"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectionStep",
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
                            ("answered", "已调查"),
                            ("decided", "已答复"),
                            ("returned", "退回重查"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=9,
                        verbose_name="步骤",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("upheld", "异议成立"), ("dismissed", "异议不成立")],
                        default="",
                        max_length=9,
                        verbose_name="结论",
                    ),
                ),
                ("answer_sealed", models.BinaryField(null=True, verbose_name="调查情况")),
                ("step_date", models.DateField(verbose_name="日期")),
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
                    "maker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="调查人",
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.objection",
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
                "verbose_name": "异议步骤",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("objection", "number"), name="objection_step_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "decided"), _negated=True),
                            models.Q(
                                ("maker__isnull", False),
                                models.Q(("step_by", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="objection_step_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("step__in", ("answered", "decided")),
                                ("verdict__in", ("upheld", "dismissed")),
                            ),
                            models.Q(("step__in", ("returned", "withdrawn")), ("verdict", "")),
                            _connector="OR",
                        ),
                        name="objection_step_verdict",
                    ),
                ],
            },
        ),
        ForbidChange("registry_posting"),
        ForbidChange("registry_postedrow"),
        ForbidChange("registry_postingstep"),
        ForbidChange("registry_boardphoto"),
        ForbidChange("registry_objection"),
        ForbidChange("registry_objectionstep"),
        GuardPostings(),
    ]
