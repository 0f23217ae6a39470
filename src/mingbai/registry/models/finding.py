"""What comparison found about people, the rows behind it, and how each finding was settled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, OriginMixin, User
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Person


class Finding(ScopedModel, ActMixin):
    """One suspicion about one person for one cause; evidence is added, nothing is edited.

    ``person_key`` is the blind index of the ID number: one may be suspect before being enrolled.
    ``cause_digest`` names year, rule, sub-item and person: the same cause is written once.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    class Effect(models.TextChoices):
        HOLD = "hold", "暂缓发放"
        NOTE = "note", "提示"

    year = models.PositiveSmallIntegerField("年度")
    cause_digest = models.CharField("事由摘要", max_length=32, unique=True)
    code = models.CharField("疑点", max_length=60)
    rule = models.CharField("规则", max_length=200)
    sub_item = models.CharField("子项", max_length=80)
    town = models.CharField("镇", max_length=9)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    person_key = models.BinaryField("证件号索引", max_length=16, null=True)
    severity = models.PositiveSmallIntegerField("轻重")
    effect = models.CharField("处理", max_length=4, choices=Effect)
    stake_amount = models.BigIntegerField("涉及金额（分）")
    params = models.JSONField("说明参数", default=dict)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)

    class Meta:
        verbose_name = "疑点"
        constraints = (
            models.CheckConstraint(
                name="finding_effect_known", condition=Q(effect__in=("hold", "note"))
            ),
            models.CheckConstraint(
                name="finding_stake_not_negative", condition=Q(stake_amount__gte=0)
            ),
        )
        indexes = (
            models.Index(fields=("year", "-stake_amount", "id"), name="finding_by_stake"),
            models.Index(fields=("person_key",), name="finding_person_key"),
        )


class Comparison(ScopedModel, ActMixin):
    """One comparison of a year's live sheets: what it read, and which rules it could not answer.

    ``unanswered`` is a list of ``rule lacks what sub_item sheet_count sheets_total`` objects.
    """

    scope = Everyone("counts of the whole county, and which lists and rosters are still missing")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    row_count = models.PositiveIntegerField("比对行数")
    finding_count = models.PositiveIntegerField("疑点数")
    unanswered = models.JSONField("未能比对的规则", default=list)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)

    class Meta:
        verbose_name = "比对记录"
        indexes = (models.Index(fields=("year", "-id"), name="comparison_newest"),)


class FindingEvidence(ScopedModel, OriginMixin, ActMixin):
    """One workbook row behind a finding; ``is_subject`` rows are the ones the finding is about."""

    scope = ScopeBy(town="finding__town", sub_item="finding__sub_item")
    frozen = True

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence")
    is_subject = models.BooleanField("本行存疑")

    class Meta:
        verbose_name = "疑点证据"
        constraints = (
            models.UniqueConstraint(
                fields=("finding", "origin_file", "origin_sheet", "origin_line"),
                name="finding_evidence_once",
            ),
        )


class Settlement(ScopedModel, ActMixin):
    """A decision about a finding; the newest one (highest number) is its state."""

    scope = ScopeBy(town="finding__town", sub_item="finding__sub_item")
    frozen = True

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", "属实"
        DISMISSED = "dismissed", "排除"
        SUPERSEDED = "superseded", "已更正"
        REOPENED = "reopened", "重新出现"

    class Reason(models.TextChoices):
        NOT_ENTITLED = "not_entitled", "经核实不符合条件"
        WRONG_ENTRY = "wrong_entry", "填报有误，已通知更正"
        TWICE = "twice", "重复申报"
        ENTITLED = "entitled", "经核实符合条件"
        OTHER_PERSON = "other_person", "非同一人"
        AGREED_ACCOUNT = "agreed_account", "监护人或户主代领"
        LIST_WRONG = "list_wrong", "比对名单有误"
        DUE = "due", "经核实应当纳入"
        NOT_DUE = "not_due", "经核实不必纳入"
        UNWILLING = "unwilling", "本人不愿申请"
        GONE = "gone", "已去世或迁出"
        CORRECTED = "corrected", "更正表中已不存在"
        CAME_BACK = "came_back", "再次比对又出现"

    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="settlements", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    decision = models.CharField("结论", max_length=12, choices=Decision)
    reason = models.CharField("理由", max_length=20, choices=Reason)
    settled_at = models.DateTimeField("处理时间")
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "疑点处理"
        constraints = (
            models.UniqueConstraint(fields=("finding", "number"), name="settlement_in_order"),
            models.CheckConstraint(
                name="settlement_decision_known",
                condition=Q(decision__in=("confirmed", "dismissed", "superseded", "reopened")),
            ),
        )
