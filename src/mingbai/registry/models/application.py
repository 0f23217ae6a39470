"""Applications: who asks for a right, the papers given, and every step until it is in force."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Office, OriginMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Enrolment

_FINAL = ("refused", "withdrawn", "done")


class Application(ScopedModel, OriginMixin, ActMixin):
    """One person asks for one sub-item; sealed values, for there may be no ``Person`` yet.

    Frozen: what was written wrong is withdrawn and applied for anew (``follows``). The anchor of
    the sealed columns is ``id_key``. One person has one open application for a sub-item; a trigger
    holds it. ``due_date`` and ``latest_date`` are the book's limits for the whole decision.
    """

    scope = ScopeBy(town="town", sub_item="sub_item", office="office_id")
    frozen = True

    class Source(models.TextChoices):
        PAPER = "paper", "纸质申请"
        WORKBOOK = "workbook", "申请名册"

    sub_item = models.CharField("子项", max_length=80)
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    grade = models.CharField("申请类别", max_length=40, default="")
    source = models.CharField("来源", max_length=10, choices=Source)
    id_key = models.BinaryField("证件号索引", max_length=16)
    id_sealed = models.BinaryField("证件号")
    name_sealed = models.BinaryField("姓名")
    name_key = models.BinaryField("姓名与镇索引", max_length=16)
    birth_date = models.DateField("出生日期", null=True)
    sex = models.PositiveSmallIntegerField("性别", null=True)
    phone_sealed = models.BinaryField("电话", null=True)
    phone_key = models.BinaryField("电话索引", max_length=16, null=True)
    account_sealed = models.BinaryField("银行账号", null=True)
    account_key = models.BinaryField("账号索引", max_length=16, null=True)
    received_date = models.DateField("受理日期")
    due_date = models.DateField("办结期限")
    latest_date = models.DateField("最长期限", null=True)
    rule = models.CharField("办理程序", max_length=160)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    follows = models.ForeignKey(
        "self", verbose_name="更正自", null=True, on_delete=models.PROTECT, related_name="+"
    )
    office = models.ForeignKey(
        Office, verbose_name="受理单位", on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = "申请"
        constraints = (
            models.CheckConstraint(
                name="application_source_known", condition=Q(source__in=("paper", "workbook"))
            ),
            models.CheckConstraint(
                name="application_sex_known", condition=Q(sex__isnull=True) | Q(sex__in=(1, 2))
            ),
        )
        indexes = (
            models.Index(fields=("id_key", "sub_item"), name="application_person"),
            models.Index(fields=("town", "sub_item"), name="application_place"),
        )


class ApplicationStep(ScopedModel, ActMixin):
    """One step of an application; the newest one (highest number) says what waits (``state``).

    ``due_date`` is when what waits should be done. Who types, reviews, checks and approves one
    application are different people; triggers hold that and the order.
    """

    scope = ScopeBy(
        town="application__town", sub_item="application__sub_item", office="application__office_id"
    )
    frozen = True

    class Step(models.TextChoices):
        APPLICATION = "application", "受理"
        TOWN_REVIEW = "town_review", "镇初审"
        DEPARTMENT_REVIEW = "department_review", "部门审核"
        COUNTY_APPROVAL = "county_approval", "县审批"
        POSTING = "posting", "公示"
        IN_FORCE = "in_force", "纳入"

    class Verdict(models.TextChoices):
        SUBMITTED = "submitted", "提交"
        PASSED = "passed", "通过"
        RETURNED = "returned", "退回"
        REFUSED = "refused", "不予批准"
        WITHDRAWN = "withdrawn", "撤回"

    class State(models.TextChoices):
        APPLICATION = "application", "待补正"
        TOWN_REVIEW = "town_review", "待镇初审"
        DEPARTMENT_REVIEW = "department_review", "待部门审核"
        COUNTY_APPROVAL = "county_approval", "待县审批"
        POSTING = "posting", "待公示期满"
        IN_FORCE = "in_force", "待纳入"
        REFUSED = "refused", "不予批准"
        WITHDRAWN = "withdrawn", "已撤回"
        DONE = "done", "已纳入"

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=20, choices=Step)
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    state = models.CharField("状态", max_length=20, choices=State)
    reason = models.CharField("理由", max_length=200, default="")
    basis = models.CharField("依据", max_length=200, default="")
    due_date = models.DateField("办理期限", null=True)
    office = models.ForeignKey(
        Office, verbose_name="办理单位", on_delete=models.PROTECT, related_name="+"
    )
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step_at = models.DateTimeField("时间")
    enrolment = models.OneToOneField(
        Enrolment, null=True, on_delete=models.PROTECT, related_name="application_step"
    )

    class Meta:
        verbose_name = "申请步骤"
        constraints = (
            models.UniqueConstraint(
                fields=("application", "number"), name="application_step_in_order"
            ),
            models.CheckConstraint(
                name="application_step_says_why",
                condition=~Q(verdict__in=("returned", "refused", "withdrawn")) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="application_step_ends",
                condition=Q(verdict="refused", state="refused", enrolment__isnull=True)
                | Q(verdict="withdrawn", state="withdrawn", enrolment__isnull=True)
                | Q(step="in_force", verdict="passed", state="done", enrolment__isnull=False)
                | Q(
                    ~Q(state__in=_FINAL),
                    ~Q(step="in_force", verdict="passed"),
                    verdict__in=("submitted", "passed", "returned"),
                    enrolment__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="application_step_submitted",
                condition=Q(step="application", verdict__in=("submitted", "withdrawn"))
                | (~Q(step="application") & ~Q(verdict="submitted")),
            ),
        )
        indexes = (models.Index(fields=("state", "due_date"), name="application_step_waits"),)


class ApplicationPaper(ScopedModel, ActMixin):
    """A paper of an application, photographed or scanned: frozen, sealed at rest."""

    scope = ScopeBy(
        town="application__town", sub_item="application__sub_item", office="application__office_id"
    )
    frozen = True

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField("材料", max_length=60)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_kind = models.CharField("格式", max_length=4)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "申请材料"
        constraints = (
            models.UniqueConstraint(
                fields=("application", "name", "file"), name="application_paper_once"
            ),
            models.CheckConstraint(
                name="application_paper_kind", condition=Q(file_kind__in=("pdf", "jpg", "png"))
            ),
        )
