"""The life of an enrolment: proposals, verdicts, steps; frozen, their orders held by triggers."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mingbai.base.frozen import ForbidChange
from mingbai.registry.migrations._life import GuardLives

#: Enrolments that are there already came from rosters: their life begins with being taken over.
_TAKE_OVER = """
INSERT INTO registry_enrolmentstep (enrolment_id, number, step, state, from_period, grade,
    back_pay, result, reason, basis, act_id, step_by_id, step_at)
SELECT e.id, 1, 'taken_over', 'active', e.since_period, '', false, '', 'taken_over', '',
    e.act_id, a.by_id, a.at
FROM registry_enrolment e JOIN base_act a ON a.seq = e.act_id
"""


class Migration(migrations.Migration):
    """Nothing about a life is ever changed; what follows is a new record."""

    dependencies = [
        ("base", "0002_frozen"),
        ("registry", "0005_merging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EnrolmentChange",
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
                            ("changed", "调整类别"),
                            ("suspended", "暂停发放"),
                            ("restored", "恢复发放"),
                            ("ended", "终止"),
                            ("reclaimed", "追回"),
                        ],
                        max_length=10,
                        verbose_name="变动",
                    ),
                ),
                ("from_period", models.PositiveIntegerField(verbose_name="起始月份")),
                ("to_period", models.PositiveIntegerField(null=True, verbose_name="截止月份")),
                ("grade", models.CharField(default="", max_length=40, verbose_name="类别")),
                ("back_pay", models.BooleanField(default=False, verbose_name="补发停发月份")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("applied", "申请获批"),
                            ("taken_over", "花名册接续"),
                            ("periodic", "定期复核"),
                            ("on_event", "情况有变"),
                            ("worse", "困难程度加重"),
                            ("better", "困难程度减轻"),
                            ("members", "家庭人口变化"),
                            ("wrong_grade", "类别有误"),
                            ("unreachable", "联系不上本人"),
                            ("papers_missing", "未按期补交材料"),
                            ("review_missed", "未按期接受复核"),
                            ("doubted", "疑点待核实"),
                            ("account", "银行账户异常"),
                            ("in_custody", "服刑或羁押"),
                            ("cleared", "疑点已排除"),
                            ("papers_given", "材料已补齐"),
                            ("found", "已联系上本人"),
                            ("released", "刑满或解除羁押"),
                            ("died", "死亡"),
                            ("moved_out", "户籍迁出"),
                            ("income", "收入超过标准"),
                            ("property", "财产超过规定"),
                            ("employed", "就业后不再符合条件"),
                            ("age", "年龄不再符合条件"),
                            ("other_aid", "转入其他保障"),
                            ("unwilling", "本人自愿退出"),
                            ("false", "虚报冒领"),
                            ("not_entitled", "经核实不符合条件"),
                            ("completed", "享受期满"),
                            ("overpaid", "多发错发"),
                            ("paid_after_death", "死亡后仍发放"),
                        ],
                        max_length=20,
                        verbose_name="原因",
                    ),
                ),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("seen_number", models.PositiveSmallIntegerField(verbose_name="所见步骤")),
                ("made_at", models.DateTimeField(verbose_name="拟办时间")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="registry.enrolment",
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
            ],
            options={
                "verbose_name": "拟办变动",
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "number"), name="change_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("step__in", ("changed", "suspended", "restored", "ended", "reclaimed"))
                        ),
                        name="change_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_period__gte", 200001), ("from_period__lte", 299912)
                        ),
                        name="change_from_is_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="change_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approved", "同意"), ("refused", "不同意")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("reason", models.CharField(default="", max_length=200, verbose_name="理由")),
                ("verdict_at", models.DateTimeField(verbose_name="时间")),
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
                    "verdict_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "change",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdict",
                        to="registry.enrolmentchange",
                    ),
                ),
            ],
            options={
                "verbose_name": "变动审定",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("maker", models.F("verdict_by")), _negated=True),
                        name="change_verdict_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "approved"),
                            models.Q(
                                ("verdict", "refused"), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="change_verdict_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnrolmentStep",
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
                            ("taken_over", "接续"),
                            ("began", "纳入"),
                            ("reviewed", "复核"),
                            ("changed", "调整类别"),
                            ("suspended", "暂停"),
                            ("restored", "恢复"),
                            ("ended", "终止"),
                            ("reclaimed", "追回"),
                        ],
                        max_length=10,
                        verbose_name="步骤",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "在享"), ("suspended", "暂停"), ("ended", "已终止")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("from_period", models.PositiveIntegerField(verbose_name="起始月份")),
                ("to_period", models.PositiveIntegerField(null=True, verbose_name="截止月份")),
                ("grade", models.CharField(default="", max_length=40, verbose_name="类别")),
                ("back_pay", models.BooleanField(default=False, verbose_name="补发停发月份")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("continue", "继续享受"),
                            ("change", "调整类别"),
                            ("suspend", "暂停发放"),
                            ("end", "终止"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="复核结果",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("applied", "申请获批"),
                            ("taken_over", "花名册接续"),
                            ("periodic", "定期复核"),
                            ("on_event", "情况有变"),
                            ("worse", "困难程度加重"),
                            ("better", "困难程度减轻"),
                            ("members", "家庭人口变化"),
                            ("wrong_grade", "类别有误"),
                            ("unreachable", "联系不上本人"),
                            ("papers_missing", "未按期补交材料"),
                            ("review_missed", "未按期接受复核"),
                            ("doubted", "疑点待核实"),
                            ("account", "银行账户异常"),
                            ("in_custody", "服刑或羁押"),
                            ("cleared", "疑点已排除"),
                            ("papers_given", "材料已补齐"),
                            ("found", "已联系上本人"),
                            ("released", "刑满或解除羁押"),
                            ("died", "死亡"),
                            ("moved_out", "户籍迁出"),
                            ("income", "收入超过标准"),
                            ("property", "财产超过规定"),
                            ("employed", "就业后不再符合条件"),
                            ("age", "年龄不再符合条件"),
                            ("other_aid", "转入其他保障"),
                            ("unwilling", "本人自愿退出"),
                            ("false", "虚报冒领"),
                            ("not_entitled", "经核实不符合条件"),
                            ("completed", "享受期满"),
                            ("overpaid", "多发错发"),
                            ("paid_after_death", "死亡后仍发放"),
                        ],
                        max_length=20,
                        verbose_name="原因",
                    ),
                ),
                ("basis", models.CharField(default="", max_length=200, verbose_name="依据")),
                ("step_at", models.DateTimeField(verbose_name="时间")),
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
                    "change",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="registry.enrolmentchange",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.enrolment",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "step_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "享受资格步骤",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "number"), name="enrolment_step_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_period__gte", 200001), ("from_period__lte", 299912)
                        ),
                        name="enrolment_step_from_is_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_period__isnull", True),
                            models.Q(
                                ("step__in", ("suspended", "reclaimed")),
                                ("to_period__gte", models.F("from_period")),
                            ),
                            _connector="OR",
                        ),
                        name="enrolment_step_to_is_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("step__in", ("taken_over", "reviewed")),
                            models.Q(
                                models.Q(("made_by", models.F("step_by")), _negated=True),
                                ("made_by__isnull", False),
                                ("step_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="enrolment_step_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("change__isnull", False),
                                (
                                    "step__in",
                                    ("changed", "suspended", "restored", "ended", "reclaimed"),
                                ),
                            ),
                            models.Q(
                                ("change__isnull", True),
                                ("step__in", ("taken_over", "began", "reviewed")),
                            ),
                            _connector="OR",
                        ),
                        name="enrolment_step_of_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "active"),
                                (
                                    "step__in",
                                    ("taken_over", "began", "reviewed", "changed", "restored"),
                                ),
                            ),
                            models.Q(("state", "suspended"), ("step", "suspended")),
                            models.Q(("state", "ended"), ("step", "ended")),
                            models.Q(
                                ("state__in", ("active", "suspended", "ended")),
                                ("step", "reclaimed"),
                            ),
                            _connector="OR",
                        ),
                        name="enrolment_step_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("result__in", ("continue", "change", "suspend", "end")),
                                ("step", "reviewed"),
                            ),
                            models.Q(models.Q(("step", "reviewed"), _negated=True), ("result", "")),
                            _connector="OR",
                        ),
                        name="enrolment_step_reviewed_says",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("step", "taken_over"), _negated=True),
                        fields=["step", "from_period"],
                        name="enrolment_step_by_month",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
        ForbidChange("registry_enrolmentchange"),
        ForbidChange("registry_changeverdict"),
        ForbidChange("registry_enrolmentstep"),
        GuardLives(),
    ]
