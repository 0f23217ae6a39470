"""Countings of the insured against the register, their villages and people who differ."""

from __future__ import annotations

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """Countings follow one another; none is changed."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0010_applications"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoverageCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sub_item", models.CharField(max_length=80, verbose_name="子项")),
                ("rule", models.CharField(max_length=160, verbose_name="规则")),
                ("sheets_digest", models.CharField(max_length=64, verbose_name="所用报表摘要")),
                ("rulebook_digest", models.CharField(max_length=64, verbose_name="规则库摘要")),
                ("registered_count", models.PositiveIntegerField(verbose_name="户籍人口")),
                ("elsewhere_count", models.PositiveIntegerField(verbose_name="已在别处参保")),
                ("gone_count", models.PositiveIntegerField(verbose_name="去世或迁出")),
                ("due_count", models.PositiveIntegerField(verbose_name="应参保")),
                ("insured_count", models.PositiveIntegerField(verbose_name="已参保")),
                ("covered_count", models.PositiveIntegerField(verbose_name="应参保中已参保")),
                ("left_out_count", models.PositiveIntegerField(verbose_name="漏保")),
                ("twice_count", models.PositiveIntegerField(verbose_name="重复参保")),
                (
                    "also_elsewhere_count",
                    models.PositiveIntegerField(verbose_name="参保又在别处参保"),
                ),
                ("also_gone_count", models.PositiveIntegerField(verbose_name="参保而已去世或迁出")),
                ("unregistered_count", models.PositiveIntegerField(verbose_name="参保而不在底册")),
                ("silent_village_count", models.PositiveIntegerField(verbose_name="未报村（居）")),
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
                "verbose_name": "参保统计",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("year", "sub_item", "sheets_digest", "rulebook_digest"),
                        name="coverage_count_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "registered_count",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("due_count"), "+", models.F("elsewhere_count")
                                    ),
                                    "+",
                                    models.F("gone_count"),
                                ),
                            )
                        ),
                        name="coverage_register_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "due_count",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("covered_count"), "+", models.F("left_out_count")
                                ),
                            )
                        ),
                        name="coverage_due_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "insured_count",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("covered_count"),
                                            "+",
                                            models.F("also_elsewhere_count"),
                                        ),
                                        "+",
                                        models.F("also_gone_count"),
                                    ),
                                    "+",
                                    models.F("unregistered_count"),
                                ),
                            )
                        ),
                        name="coverage_insured_adds_up",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["year", "sub_item", "-id"], name="coverage_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("left_out", "应参保未参保"),
                            ("twice", "重复参保"),
                            ("also_elsewhere", "已在别处参保"),
                            ("also_gone", "已去世或迁出"),
                            ("unregistered", "不在户籍底册"),
                        ],
                        max_length=16,
                        verbose_name="情形",
                    ),
                ),
                ("person_key", models.BinaryField(max_length=16, verbose_name="证件号索引")),
                ("name_sealed", models.BinaryField(verbose_name="姓名")),
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
                    "count",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gaps",
                        to="registry.coveragecount",
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
                "verbose_name": "参保差异",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("count", "kind", "person_key"), name="coverage_gap_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "left_out",
                                    "twice",
                                    "also_elsewhere",
                                    "also_gone",
                                    "unregistered",
                                ),
                            )
                        ),
                        name="coverage_gap_kind_known",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["count", "kind", "town", "village"], name="coverage_gap_where"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VillageCoverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                ("due_count", models.PositiveIntegerField(verbose_name="应参保")),
                ("covered_count", models.PositiveIntegerField(verbose_name="应参保中已参保")),
                ("left_out_count", models.PositiveIntegerField(verbose_name="漏保")),
                ("insured_count", models.PositiveIntegerField(verbose_name="花名册人数")),
                ("twice_count", models.PositiveIntegerField(verbose_name="重复参保")),
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
                    "count",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="villages",
                        to="registry.coveragecount",
                    ),
                ),
            ],
            options={
                "verbose_name": "村（居）参保统计",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("count", "town", "village"), name="village_coverage_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "due_count",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("covered_count"), "+", models.F("left_out_count")
                                ),
                            )
                        ),
                        name="village_coverage_adds_up",
                    ),
                ],
            },
        ),
        ForbidChange("registry_coveragecount"),
        ForbidChange("registry_villagecoverage"),
        ForbidChange("registry_coveragegap"),
    ]
