"""The survey before anybody applies, and visits to those it names."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange


class Migration(migrations.Migration):
    """SQLite rebuilds the table of visits: what keeps it frozen is named again."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0012_insured"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="finding",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.finding",
            ),
        ),
        migrations.CreateModel(
            name="SurveyEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sub_item", models.CharField(max_length=80, verbose_name="子项")),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                ("name_sealed", models.BinaryField(verbose_name="姓名")),
                ("name_key", models.BinaryField(max_length=16, verbose_name="姓名与镇索引")),
                ("id_key", models.BinaryField(max_length=16, null=True, verbose_name="证件号索引")),
                ("id_sealed", models.BinaryField(null=True, verbose_name="证件号")),
                ("phone_sealed", models.BinaryField(null=True, verbose_name="电话")),
                (
                    "phone_key",
                    models.BinaryField(max_length=16, null=True, verbose_name="电话索引"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="为什么可能符合")),
                ("assignee", models.CharField(max_length=30, verbose_name="由谁入户")),
                ("due_date", models.DateField(null=True, verbose_name="入户期限")),
                ("made_at", models.DateTimeField(verbose_name="登记时间")),
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
                        verbose_name="登记单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "摸底对象",
            },
        ),
        migrations.AddField(
            model_name="visit",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="registry.surveyentry",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                fields=("entry", "number"), name="visit_entry_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", True), ("finding__isnull", False)),
                    models.Q(("entry__isnull", False), ("finding__isnull", True)),
                    _connector="OR",
                ),
                name="visit_about_one",
            ),
        ),
        migrations.AddIndex(
            model_name="surveyentry",
            index=models.Index(fields=["year", "town", "village"], name="survey_entry_where"),
        ),
        migrations.AddConstraint(
            model_name="surveyentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("id_key__isnull", False)),
                fields=("id_key", "sub_item", "year"),
                name="survey_entry_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id_key__isnull", True), ("id_sealed__isnull", True)),
                    models.Q(("id_key__isnull", False), ("id_sealed__isnull", False)),
                    _connector="OR",
                ),
                name="survey_entry_number_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveyentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(("assignee", ""), _negated=True),
                ),
                name="survey_entry_says_why",
            ),
        ),
        ForbidChange("registry_surveyentry"),
        ForbidChange("registry_visit"),
    ]
