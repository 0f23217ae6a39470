"""Who takes part in an insurance sub-item in a year, and what ended or held that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import Act, ActMixin, OriginMixin, StoredFile
from mingbai.base.scope import Everyone, ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Person


class Participation(ScopedModel, OriginMixin, ActMixin):
    """A person takes part in an insurance sub-item for one year, by the first row that says so.

    It ends with its year by itself. What else became of it stands in ``ParticipationStep``;
    without a step it is in force. No money is paid by it, so one person's word suffices.
    """

    scope = ScopeBy(town="town", sub_item="sub_item")
    frozen = True

    # Nobody looks these up by act or file, and a year of a county is half a million of them.
    act = models.ForeignKey(
        Act, verbose_name="台账", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    origin_file = models.ForeignKey(
        StoredFile,
        verbose_name="来源文件",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="participations", db_index=False
    )
    sub_item = models.CharField("子项", max_length=80)
    year = models.PositiveSmallIntegerField("参保年度")
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)

    class Meta:
        verbose_name = "参保登记"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "sub_item", "year"), name="participation_once_a_year"
            ),
        )
        indexes = (models.Index(fields=("year", "sub_item", "town"), name="participation_where"),)


class ParticipationStep(ScopedModel, OriginMixin, ActMixin):
    """What ended or held a participation, or let it stand again; the newest one is its state.

    ``cause`` is the code of the roster that tells so (origin: its row), ``death`` for a death
    recorded by hand, ``unlisted`` where the corrected roll no longer names the person.
    ``event_date`` is the day of death or of moving away.
    """

    scope = ScopeBy(town="participation__town", sub_item="participation__sub_item")
    frozen = True

    class Step(models.TextChoices):
        ENDED = "ended", "已终止"
        HELD = "held", "待核实"
        RESUMED = "resumed", "恢复"

    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=8, choices=Step)
    cause = models.CharField("依据", max_length=40, default="")
    event_date = models.DateField("发生日期", null=True)

    class Meta:
        verbose_name = "参保登记步骤"
        constraints = (
            models.UniqueConstraint(
                fields=("participation", "number"), name="participation_step_in_order"
            ),
            models.CheckConstraint(
                name="participation_step_says_why",
                condition=Q(step="resumed", cause="")
                | (Q(step__in=("ended", "held")) & ~Q(cause="")),
            ),
        )


class RollEntry(ScopedModel, ActMixin):
    """One entering of a year's roll of the insured, with what it read and did.

    ``sources_digest`` names all it read; ``sheets`` are the roll's sheets entered so far.
    """

    scope = Everyone("how many take part is published by county and town")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    sources_digest = models.CharField("所用资料摘要", max_length=64)
    rulebook_digest = models.CharField("规则库摘要", max_length=64)
    sheets = models.JSONField("已登记的表")
    row_count = models.PositiveIntegerField("新读行数")
    entered_count = models.PositiveIntegerField("新登记人数")
    person_count = models.PositiveIntegerField("新建档人数")
    change_count = models.PositiveIntegerField("信息变更")
    step_count = models.PositiveIntegerField("终止、待核实和恢复")

    class Meta:
        verbose_name = "参保登记批次"
        indexes = (models.Index(fields=("year", "sub_item", "-id"), name="roll_entry_newest"),)
