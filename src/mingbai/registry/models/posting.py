"""Public postings (公示): what was shown where, from when to when, and what people said against it.

A posting is frozen as it is drawn up: masked cells only, under one digest. Its life is told by
steps; the day it ends follows from its dates and needs no step.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import Act, ActMixin, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Enrolment


class Posting(ScopedModel, ActMixin):
    """One roll of one town on one channel, as it is shown; a corrected one follows it.

    ``stage`` and ``channel`` are codes of the rulebook; ``sheet`` holds what stands around the
    table: title, text, columns with their masks, telephones. ``body_digest`` is the SHA-256 over
    the sheet and every row. ``is_final``: its stage lets a decision take effect; ``is_deciding``:
    its channel is the one whose full term counts.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    class About(models.TextChoices):
        APPLICATION = "application", "申请"
        ENROLMENT = "enrolment", "享受资格"

    class Place(models.TextChoices):
        BOARD = "board", "公开栏"
        SITE = "site", "网站"

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("月份")
    town = models.CharField("镇", max_length=9)
    about = models.CharField("公示什么", max_length=11, choices=About)
    stage = models.CharField("环节", max_length=40)
    channel = models.CharField("渠道", max_length=40)
    place = models.CharField("张贴处", max_length=5, choices=Place)
    is_final = models.BooleanField("末次环节")
    is_deciding = models.BooleanField("计算公示期的渠道")
    number = models.PositiveSmallIntegerField("期次")
    follows = models.ForeignKey(
        "self", verbose_name="更正自", null=True, on_delete=models.PROTECT, related_name="+"
    )
    start_date = models.DateField("公示起始日")
    last_date = models.DateField("公示截止日")
    due_date = models.DateField("最迟张贴日", null=True)
    row_count = models.PositiveIntegerField("人数")
    sheet = models.JSONField("公示内容")
    body_digest = models.CharField("内容摘要", max_length=64)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    is_demonstration = models.BooleanField("演示数据", default=False)
    drafted_at = models.DateTimeField("制作时间")
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "公示"
        constraints = (
            models.UniqueConstraint(
                fields=("sub_item", "period", "town", "stage", "channel", "number"),
                name="posting_number_once",
            ),
            models.CheckConstraint(
                name="posting_days_in_order", condition=Q(last_date__gte=F("start_date"))
            ),
            models.CheckConstraint(name="posting_shows_somebody", condition=Q(row_count__gt=0)),
            models.CheckConstraint(
                name="posting_place_known", condition=Q(place__in=("board", "site"))
            ),
            models.CheckConstraint(
                name="posting_about_known", condition=Q(about__in=("application", "enrolment"))
            ),
        )
        indexes = (models.Index(fields=("year", "period", "town"), name="posting_by_month"),)


class PostedRow(ScopedModel, ActMixin):
    """One line of a posting: masked cells as a JSON list in the order of the sheet's columns.

    A trigger refuses cells with a run of eleven digits: whoever writes, no whole number of an ID,
    an account or a mobile phone gets in.
    """

    scope = ScopeBy(town="posting__town", sub_item="posting__sub_item")
    frozen = True

    act = models.ForeignKey(
        Act, verbose_name="台账", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField("序号")
    village = models.CharField("村（居）", max_length=12)
    cells = models.TextField("公示的内容")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="+")
    application_number = models.PositiveBigIntegerField("申请编号", null=True, db_index=True)

    class Meta:
        verbose_name = "公示的行"
        constraints = (
            models.UniqueConstraint(fields=("posting", "number"), name="posted_row_once"),
            models.CheckConstraint(
                name="posted_row_about_one",
                condition=Q(enrolment__isnull=True, application_number__isnull=False)
                | Q(enrolment__isnull=False, application_number__isnull=True),
            ),
        )


class PostingStep(ScopedModel, ActMixin):
    """One step of a posting: approved by somebody else, put up, taken down; or given up.

    CHECKs hold the order and that the maker does not approve; a trigger holds maker and digest
    against the posting.
    """

    scope = ScopeBy(town="posting__town", sub_item="posting__sub_item")
    frozen = True

    class Step(models.TextChoices):
        APPROVED = "approved", "已审核"
        POSTED = "posted", "已张贴"
        TAKEN_DOWN = "taken_down", "已撤下"
        DROPPED = "dropped", "已作废"

    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=10, choices=Step)
    body_digest = models.CharField("内容摘要", max_length=64)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    step_date = models.DateField("日期")
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200, default="")

    class Meta:
        verbose_name = "公示步骤"
        constraints = (
            models.UniqueConstraint(fields=("posting", "number"), name="posting_step_in_order"),
            models.CheckConstraint(
                name="posting_step_place",
                condition=Q(step="approved", number=1)
                | Q(step="posted", number=2)
                | Q(step="taken_down", number=3)
                | Q(step="dropped", number__in=(1, 2)),
            ),
            models.CheckConstraint(
                name="posting_step_maker_is_not_checker",
                condition=~Q(step="approved") | ~Q(step_by=F("maker")),
            ),
            models.CheckConstraint(
                name="posting_step_drop_has_reason", condition=~Q(step="dropped") | ~Q(reason="")
            ),
        )
        indexes = (models.Index(fields=("step", "step_date"), name="posting_step_day"),)


class BoardPhoto(ScopedModel, ActMixin):
    """A photo of a board with the sheet on it; where and with what it was taken is cut out."""

    scope = ScopeBy(town="posting__town", sub_item="posting__sub_item")
    frozen = True

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="photos")
    village = models.CharField("村（居）", max_length=12, default="")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_kind = models.CharField("格式", max_length=4)
    kept_at = models.DateTimeField("上传时间")
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "张贴照片"
        constraints = (
            models.UniqueConstraint(fields=("posting", "village", "file"), name="board_photo_once"),
        )


class Objection(ScopedModel, ActMixin):
    """What somebody said against a posting; who said it and what is sealed.

    From ``period`` on the enrolment it is about is not paid while the objection is open or upheld.
    """

    scope = ScopeBy(town="posting__town", sub_item="posting__sub_item")
    frozen = True

    class Way(models.TextChoices):
        VISIT = "visit", "当面"
        PHONE = "phone", "电话"
        LETTER = "letter", "书信"
        SITE = "site", "网上"

    class Matter(models.TextChoices):
        NOT_ENTITLED = "not_entitled", "不符合条件"
        WRONG_FACT = "wrong_fact", "信息有误"
        LEFT_OUT = "left_out", "应列入未列入"
        OTHER = "other", "其他"

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="objections")
    number = models.PositiveSmallIntegerField("次序")
    row = models.ForeignKey(PostedRow, null=True, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="+")
    application_number = models.PositiveBigIntegerField("申请编号", null=True, db_index=True)
    period = models.PositiveIntegerField("起停月份")
    matter = models.CharField("反映什么", max_length=12, choices=Matter)
    way = models.CharField("方式", max_length=6, choices=Way)
    is_anonymous = models.BooleanField("匿名")
    objector_sealed = models.BinaryField("反映人", null=True)
    said_sealed = models.BinaryField("反映的情况")
    received_date = models.DateField("收到日期")
    due_date = models.DateField("应答复日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "公示异议"
        constraints = (
            models.UniqueConstraint(fields=("posting", "number"), name="objection_number_once"),
            models.CheckConstraint(
                name="objection_anonymous_is_nameless",
                condition=Q(is_anonymous=True, objector_sealed__isnull=True)
                | Q(is_anonymous=False, objector_sealed__isnull=False),
            ),
            models.CheckConstraint(
                name="objection_days_in_order", condition=Q(due_date__gte=F("received_date"))
            ),
            models.CheckConstraint(
                name="objection_about_its_row",
                condition=Q(row__isnull=True, enrolment__isnull=True, application_number=None)
                | Q(row__isnull=False, enrolment__isnull=False, application_number=None)
                | Q(row__isnull=False, enrolment=None, application_number__isnull=False),
            ),
        )


class ObjectionStep(ScopedModel, ActMixin):
    """One step of an objection: looked into and answered by one person, decided by another.

    ``answered`` proposes a verdict, ``decided`` makes it stand, ``returned`` asks to look again,
    ``withdrawn`` is what the objector may do until it is decided.
    """

    scope = ScopeBy(town="objection__posting__town", sub_item="objection__posting__sub_item")
    frozen = True

    class Step(models.TextChoices):
        ANSWERED = "answered", "已调查"
        DECIDED = "decided", "已答复"
        RETURNED = "returned", "退回重查"
        WITHDRAWN = "withdrawn", "已撤回"

    class Verdict(models.TextChoices):
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"

    objection = models.ForeignKey(
        Objection, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=9, choices=Step)
    verdict = models.CharField("结论", max_length=9, choices=Verdict, default="")
    answer_sealed = models.BinaryField("调查情况", null=True)
    maker = models.ForeignKey(
        User, verbose_name="调查人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    step_date = models.DateField("日期")
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "异议步骤"
        constraints = (
            models.UniqueConstraint(fields=("objection", "number"), name="objection_step_in_order"),
            models.CheckConstraint(
                name="objection_step_two_people",
                condition=~Q(step="decided") | Q(maker__isnull=False) & ~Q(step_by=F("maker")),
            ),
            models.CheckConstraint(
                name="objection_step_verdict",
                condition=Q(step__in=("answered", "decided"), verdict__in=("upheld", "dismissed"))
                | Q(step__in=("returned", "withdrawn"), verdict=""),
            ),
        )
