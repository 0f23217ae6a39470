"""Changes of the year's targets: drafts of the target sheet, their steps, and figures given to us.

A draft holds every measure it touches with all its town shares; earlier drafts stay. What is
approved becomes a new version of the year's list (``ProgrammeYear``), so that a figure as of an
earlier ledger entry still finds the targets of that day.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Division, User
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel
from mingbai.programme.models.quantity import QuantityField
from mingbai.programme.models.year import Measure, ProgrammeYear

_HELD_BACK = Everyone("changes of targets are published; drafts are held back by the queries")
_FITS_STATE = (
    Q(target_state="set", target__isnull=False, target__gt=0)
    | Q(target_state__in=("none", "awaiting"), target__isnull=True)
    | Q(target_state="multi_year", target__isnull=True)
    | Q(target_state="multi_year", target__gt=0)
)


class TargetRevision(ActMixin, ScopedModel):
    """One saved state of the year's target sheet; the newest without a decision is the draft.

    ``based_on`` is the version of the list the change starts from. A change of a target needs the
    document that orders it; a mere redistribution between towns may have one.
    """

    scope = _HELD_BACK
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("稿次")
    based_on = models.ForeignKey(
        ProgrammeYear, verbose_name="所依清单", on_delete=models.PROTECT, related_name="revisions"
    )
    document_number = models.CharField("文号", max_length=60, default="", blank=True)
    document_date = models.DateField("发文日期", null=True)
    reason = models.CharField("理由", max_length=300, default="", blank=True)
    made_at = models.DateTimeField("保存时间")
    made_by = models.ForeignKey(
        User, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "目标变更稿"
        ordering = ("year", "-number")
        constraints = (
            # Two people who save at one moment would both write the next number: one is told.
            models.UniqueConstraint(fields=("year", "number"), name="revision_number_once"),
            models.CheckConstraint(name="revision_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="revision_document_whole",
                condition=Q(document_number="", document_date__isnull=True)
                | (~Q(document_number="") & Q(document_date__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年目标第{self.number}稿"


class RevisedTarget(ScopedModel):
    """One measure that a draft touches, as it was in force and as it shall be."""

    scope = _HELD_BACK
    frozen = True

    revision = models.ForeignKey(
        TargetRevision, verbose_name="稿", on_delete=models.PROTECT, related_name="targets"
    )
    sub_item = models.CharField("子项", max_length=80)
    measure = models.CharField("指标", max_length=60)
    unit = models.CharField("计量单位", max_length=20)
    before_target = QuantityField("原目标", null=True)
    before_state = models.CharField("原状态", max_length=20, choices=Measure.TargetState)
    target = QuantityField("现目标", null=True)
    target_state = models.CharField("现状态", max_length=20, choices=Measure.TargetState)

    class Meta:
        verbose_name = "变更的目标"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("revision", "sub_item", "measure"), name="revised_target_once"
            ),
            models.CheckConstraint(name="revised_target_fits_state", condition=_FITS_STATE),
        )

    @property
    def is_moved(self) -> bool:
        """Whether the target itself changes, not only its distribution."""
        return (self.before_target, self.before_state) != (self.target, self.target_state)


class RevisedShare(ScopedModel):
    """A town's part of a touched measure; the draft holds all of the measure's towns."""

    scope = ScopeBy(town="town_id", sub_item="revised_target__sub_item")
    frozen = True

    revised_target = models.ForeignKey(
        RevisedTarget, verbose_name="目标", on_delete=models.PROTECT, related_name="shares"
    )
    town = models.ForeignKey(
        Division, verbose_name="镇", on_delete=models.PROTECT, related_name="+"
    )
    share = QuantityField("分解数")

    class Meta:
        verbose_name = "变更的分解"
        ordering = ("revised_target_id", "town_id")
        constraints = (
            models.UniqueConstraint(fields=("revised_target", "town"), name="revised_share_once"),
            models.CheckConstraint(name="revised_share_not_negative", condition=Q(share__gte=0)),
        )


class RevisionStep(ActMixin, ScopedModel):
    """What became of a draft: submitted, then approved or returned; or dropped.

    Who approves has saved none of the drafts since the last decision: the row carries the maker,
    CHECKs and a trigger hold the rest, also that every touched row adds up and that a moved target
    names its document.
    """

    scope = _HELD_BACK
    frozen = True

    class Step(models.TextChoices):
        SUBMITTED = "submitted", "已提交"
        APPROVED = "approved", "已生效"
        RETURNED = "returned", "已退回"
        DROPPED = "dropped", "已放弃"

    revision = models.ForeignKey(
        TargetRevision, verbose_name="稿", on_delete=models.PROTECT, related_name="steps"
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=10, choices=Step)
    maker = models.ForeignKey(
        User, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("理由", max_length=300, default="", blank=True)
    version = models.OneToOneField(
        ProgrammeYear,
        verbose_name="生效的清单",
        null=True,
        on_delete=models.PROTECT,
        related_name="approval",
    )

    class Meta:
        verbose_name = "变更步骤"
        ordering = ("revision_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("revision", "number"), name="revision_step_in_order"),
            models.CheckConstraint(
                name="revision_step_place",
                condition=Q(step="submitted", number=1)
                | Q(step__in=("approved", "returned"), number=2)
                | Q(step="dropped", number__in=(1, 2, 3)),
            ),
            models.CheckConstraint(
                name="revision_step_maker_is_not_checker",
                condition=Q(step__in=("submitted", "dropped")) | ~Q(step_by=F("maker")),
            ),
            models.CheckConstraint(
                name="revision_step_approved_has_version",
                condition=Q(step="approved", version__isnull=False)
                | (~Q(step="approved") & Q(version__isnull=True)),
            ),
            models.CheckConstraint(
                name="revision_step_return_has_reason",
                condition=~Q(step="returned") | ~Q(reason=""),
            ),
        )


class UpperFigure(ActMixin, ScopedModel):
    """A target as the level above gave it in a document: as written, and in the measure's unit."""

    scope = Everyone("targets given by the level above are published in its documents")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    measure = models.CharField("指标", max_length=60)
    document_number = models.CharField("文号", max_length=60)
    document_date = models.DateField("发文日期")
    issuer = models.CharField("发文机关", max_length=80)
    given = QuantityField("下达数")
    given_unit = models.CharField("下达单位", max_length=20)
    value = QuantityField("折合")
    unit = models.CharField("计量单位", max_length=20)

    class Meta:
        verbose_name = "上级下达数"
        ordering = ("year", "sub_item", "measure", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("year", "sub_item", "measure", "document_number", "act"),
                name="upper_figure_once_an_act",
            ),
            models.CheckConstraint(
                name="upper_figure_above_zero", condition=Q(given__gt=0, value__gt=0)
            ),
            models.CheckConstraint(
                name="upper_figure_has_document",
                condition=~Q(document_number="") & ~Q(issuer=""),
            ),
        )


class TownPopulation(ActMixin, ScopedModel):
    """A town's population for splitting by it; the newest entry counts."""

    scope = Everyone("populations are published by the statistics office")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    town = models.ForeignKey(
        Division, verbose_name="镇", on_delete=models.PROTECT, related_name="+"
    )
    people_count = models.PositiveIntegerField("人口数")
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "镇人口"
        ordering = ("year", "town_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("year", "town", "act"), name="town_population_once_an_act"
            ),
            models.CheckConstraint(name="town_population_has_source", condition=~Q(source="")),
        )
