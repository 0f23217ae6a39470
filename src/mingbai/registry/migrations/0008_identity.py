"""Documents, names and changes of people; households, moves and deaths."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange
from mingbai.registry.migrations._documents import WriteFirstDocuments

_ORIGIN = ["act_id", "origin_file_id", "origin_sheet", "origin_line"]
#: Number, birth and sex are those of the document in use: a corrected number corrects them.
_WHO = ["id", "id_key", *_ORIGIN]
_DOCUMENT = [
    "id",
    "person_id",
    "kind",
    "number_sealed",
    "number_key",
    "cause",
    "from_date",
    *_ORIGIN,
]
_CHANGE = ["id", "person_id", "enrolment_id", "kind", "value_sealed", "value_key", *_ORIGIN]
_MEMBER = ["id", "household_id", "person_id", "relation", "from_date", *_ORIGIN]
_DEATH = ["id", "person_id", "death_date", "source", "evidence", *_ORIGIN]


class Migration(migrations.Migration):
    """What was written stays; only an end, a decision or a withdrawal may be added, once."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0007_postings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="id_key",
            field=models.BinaryField(db_index=True, max_length=16, verbose_name="首个证件号索引"),
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="户编号")),
                ("town", models.CharField(max_length=9, verbose_name="镇")),
                ("village", models.CharField(max_length=12, verbose_name="村（居）")),
                ("address_sealed", models.BinaryField(null=True, verbose_name="住址")),
                ("book_sealed", models.BinaryField(null=True, verbose_name="户口簿号")),
                (
                    "book_key",
                    models.BinaryField(
                        max_length=16, null=True, unique=True, verbose_name="户口簿号索引"
                    ),
                ),
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
                "verbose_name": "家庭户",
                "indexes": [
                    models.Index(fields=["town", "village", "id"], name="household_place"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("relation", models.CharField(max_length=2, verbose_name="与户主关系")),
                ("from_date", models.DateField(null=True, verbose_name="入户日期")),
                ("to_date", models.DateField(null=True, verbose_name="离户日期")),
                (
                    "end_reason",
                    models.CharField(default="", max_length=40, verbose_name="离户原因"),
                ),
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
                    "ended_act",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wards",
                        to="registry.person",
                        verbose_name="监护人",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="registry.household",
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
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "家庭成员",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_act__isnull", True), ("relation", "02")),
                        fields=("household",),
                        name="household_one_head",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_act__isnull", True)),
                        fields=("person",),
                        name="person_in_one_household",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""),
                                ("ended_act__isnull", True),
                                ("to_date__isnull", True),
                            ),
                            models.Q(
                                ("ended_act__isnull", False),
                                ("to_date__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="household_member_end_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_date__isnull", True),
                            ("to_date__isnull", True),
                            ("to_date__gte", models.F("from_date")),
                            _connector="OR",
                        ),
                        name="household_member_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("guardian__isnull", True),
                            models.Q(("guardian", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="household_member_not_own_guardian",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("from_town", models.CharField(max_length=9, verbose_name="迁出镇")),
                ("from_village", models.CharField(max_length=12, verbose_name="迁出村（居）")),
                ("to_town", models.CharField(max_length=9, verbose_name="迁入镇")),
                ("to_village", models.CharField(max_length=12, verbose_name="迁入村（居）")),
                ("moved_date", models.DateField(verbose_name="迁移日期")),
                ("reason", models.CharField(max_length=100, verbose_name="原因")),
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
                    "origin_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="来源文件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "迁移",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_town", models.F("to_town")), _negated=True),
                            models.Q(("from_village", models.F("to_village")), _negated=True),
                            _connector="OR",
                        ),
                        name="move_leads_elsewhere",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("id_number", "居民身份证"),
                            ("passport", "护照"),
                            ("permit", "港澳台居民来往内地通行证"),
                            ("residence", "港澳台居民居住证"),
                            ("foreign", "外国人永久居留身份证"),
                            ("other", "其他证件"),
                        ],
                        default="id_number",
                        max_length=10,
                        verbose_name="证件种类",
                    ),
                ),
                ("number_sealed", models.BinaryField(verbose_name="证件号")),
                ("number_key", models.BinaryField(max_length=16, verbose_name="证件号索引")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("first", "首次登记"),
                            ("corrected", "原号填错，更正"),
                            ("reissued", "重新编号或换证"),
                            ("converted", "15 位升 18 位"),
                            ("further", "另一种证件"),
                        ],
                        default="first",
                        max_length=10,
                        verbose_name="登记原因",
                    ),
                ),
                ("from_date", models.DateField(null=True, verbose_name="启用日期")),
                ("to_date", models.DateField(null=True, verbose_name="停用日期")),
                ("evidence", models.CharField(default="", max_length=200, verbose_name="依据")),
                (
                    "revoked_reason",
                    models.CharField(default="", max_length=200, verbose_name="作废原因"),
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
                    "origin_file",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="来源文件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="registry.person",
                    ),
                ),
                (
                    "revoked_act",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                    ),
                ),
            ],
            options={
                "verbose_name": "证件",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_act__isnull", True)),
                        fields=("number_key",),
                        name="person_document_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_date__isnull", True),
                            ("to_date__isnull", True),
                            ("to_date__gte", models.F("from_date")),
                            _connector="OR",
                        ),
                        name="person_document_dates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause", "first"),
                            models.Q(("evidence", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="person_document_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_act__isnull", True), ("revoked_reason", "")),
                            models.Q(
                                ("revoked_act__isnull", False),
                                models.Q(("revoked_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="person_document_revoked_whole",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("revoked_act__isnull", False)),
                        fields=["revoked_act"],
                        name="person_document_revoked",
                    ),
                    models.Index(
                        condition=models.Q(("cause", "first"), _negated=True),
                        fields=["person"],
                        name="person_document_further",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("name_sealed", models.BinaryField(verbose_name="姓名")),
                (
                    "name_key",
                    models.BinaryField(db_index=True, max_length=16, verbose_name="姓名与镇索引"),
                ),
                ("from_date", models.DateField(null=True, verbose_name="启用日期")),
                ("to_date", models.DateField(null=True, verbose_name="停用日期")),
                ("evidence", models.CharField(max_length=200, verbose_name="依据")),
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
                    "origin_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="来源文件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="names",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "曾用名",
            },
        ),
        migrations.CreateModel(
            name="RecordChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                (
                    "kind",
                    models.CharField(
                        choices=[("phone", "电话"), ("name", "姓名"), ("account", "银行账号")],
                        max_length=8,
                        verbose_name="内容",
                    ),
                ),
                ("value_sealed", models.BinaryField(verbose_name="新值")),
                ("value_key", models.BinaryField(max_length=16, verbose_name="新值索引")),
                ("from_period", models.PositiveIntegerField(verbose_name="起始月份")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("followed", "已随表更新"),
                            ("accepted", "已同意"),
                            ("refused", "不予变更"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                (
                    "decision_reason",
                    models.CharField(default="", max_length=200, verbose_name="理由"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision_act",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record_changes",
                        to="registry.enrolment",
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
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record_changes",
                        to="registry.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "信息变更",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("enrolment__isnull", True)),
                        fields=("person", "kind", "value_key", "from_period"),
                        name="record_change_once",
                    ),
                    models.UniqueConstraint(
                        fields=("enrolment", "value_key", "from_period"),
                        name="record_change_once_right",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enrolment__isnull", False), ("kind", "account")),
                            models.Q(("kind__in", ("phone", "name")), ("enrolment__isnull", True)),
                            _connector="OR",
                        ),
                        name="record_change_account_of",
                    ),
                    models.CheckConstraint(
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
                                ("kind", "phone"),
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
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("decision", "")),
                        fields=["person"],
                        name="record_change_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Death",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_sheet", models.PositiveIntegerField(null=True, verbose_name="来源工作表")),
                ("origin_line", models.PositiveIntegerField(null=True, verbose_name="来源行")),
                ("death_date", models.DateField(verbose_name="死亡日期")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("list", "死亡人员名单"),
                            ("notice", "死亡证明或通知"),
                            ("visit", "入户核实"),
                        ],
                        max_length=8,
                        verbose_name="来源",
                    ),
                ),
                ("evidence", models.CharField(max_length=200, verbose_name="依据")),
                (
                    "withdrawn_reason",
                    models.CharField(default="", max_length=200, verbose_name="撤回原因"),
                ),
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
                    "origin_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.storedfile",
                        verbose_name="来源文件",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deaths",
                        to="registry.person",
                    ),
                ),
                (
                    "withdrawn_act",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="base.act",
                    ),
                ),
            ],
            options={
                "verbose_name": "死亡登记",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_act__isnull", True)),
                        fields=("person",),
                        name="death_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence", ""), _negated=True),
                        name="death_has_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_act__isnull", True), ("withdrawn_reason", "")),
                            models.Q(
                                ("withdrawn_act__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="death_withdrawn_whole",
                    ),
                ],
            },
        ),
        # SQLite rebuilt the table of people and lost its triggers.
        ForbidChange("registry_person", _WHO),
        WriteFirstDocuments(),
        ForbidChange("registry_persondocument", _DOCUMENT),
        ForbidChange("registry_personname"),
        ForbidChange("registry_recordchange", [*_CHANGE, "from_period"]),
        ForbidChange("registry_household", ["id", "number", *_ORIGIN]),
        ForbidChange("registry_householdmember", _MEMBER),
        ForbidChange("registry_move"),
        ForbidChange("registry_death", _DEATH),
    ]
