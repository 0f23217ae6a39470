"""Minutes of a meeting (会议纪要) and what was decided, each decision followed until it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Office, StoredFile, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.oversight.models.meeting import Meeting

_CALLED = ScopeBy(office="meeting__invitations__office_id")


class Minutes(ActMixin, ScopedModel):
    """One turn of a meeting's minutes: what was said as paragraphs, and its decisions; frozen.

    Below the county only issued minutes are seen (the queries see to it).
    """

    scope = _CALLED
    frozen = True

    meeting = models.ForeignKey(
        Meeting, verbose_name="会议", on_delete=models.PROTECT, related_name="minutes"
    )
    turn = models.PositiveSmallIntegerField("稿次")
    follows = models.OneToOneField(
        "self",
        verbose_name="上一稿",
        null=True,
        on_delete=models.PROTECT,
        related_name="followed_by",
    )
    paragraphs = models.JSONField("会议情况")
    body = models.JSONField("正文")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    is_demonstration = models.BooleanField("演示数据")
    drafted_at = models.DateTimeField("起草时间")
    drafted_by = models.ForeignKey(
        User, verbose_name="起草人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int
        meeting_id: int
        drafted_by_id: int

    class Meta:
        verbose_name = "会议纪要"
        verbose_name_plural = "会议纪要"
        ordering = ("meeting_id", "-turn")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "turn"), name="minutes_turn_once"),
            models.CheckConstraint(
                name="minutes_first_turn_follows_none",
                condition=Q(turn=1, follows__isnull=True) | Q(turn__gt=1, follows__isnull=False),
            ),
        )

    def __str__(self) -> str:
        turn = f"（第{self.turn}稿）" if self.turn > 1 else ""
        return f"{self.meeting}纪要{turn}"


class MinutesIssue(ActMixin, ScopedModel):
    """That minutes went out under a number, by another hand than the drafter's.

    From here on the decisions bind. ``file`` is the docx with number and date on it.
    """

    scope = ScopeBy(office="minutes__meeting__invitations__office_id")
    frozen = True

    minutes = models.OneToOneField(
        Minutes, verbose_name="会议纪要", on_delete=models.PROTECT, related_name="issue"
    )
    number = models.CharField("文号", max_length=40, unique=True)
    issue_date = models.DateField("印发日期")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", on_delete=models.PROTECT, related_name="+"
    )
    drafted_by = models.ForeignKey(
        User, verbose_name="起草人", on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField("登记时间")
    issued_by = models.ForeignKey(
        User, verbose_name="印发人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int

    class Meta:
        verbose_name = "纪要印发"
        constraints = (
            models.CheckConstraint(
                name="minutes_issue_by_another_hand", condition=~Q(drafted_by=F("issued_by"))
            ),
        )


class Decision(ActMixin, ScopedModel):
    """One thing that was decided: which office does it, who leads, by when (议定事项).

    It binds once its minutes are issued. ``lead_office`` sees to it beside the owner.
    """

    scope = ScopeBy(office=("office_id", "lead_office_id"))
    frozen = True

    minutes = models.ForeignKey(
        Minutes, verbose_name="会议纪要", on_delete=models.PROTECT, related_name="decisions"
    )
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("事项", max_length=300)
    office = models.ForeignKey(
        Office, verbose_name="责任单位", on_delete=models.PROTECT, related_name="+"
    )
    lead_office = models.ForeignKey(
        Office, verbose_name="牵头单位", null=True, on_delete=models.PROTECT, related_name="+"
    )
    responsible = models.CharField("责任岗位", max_length=60)
    due_date = models.DateField("完成时限")
    programme = models.CharField("项目", max_length=60, default="", blank=True)

    if TYPE_CHECKING:
        act_id: int
        minutes_id: int
        office_id: int
        lead_office_id: int | None

    class Meta:
        verbose_name = "议定事项"
        ordering = ("minutes_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("minutes", "number"), name="decision_number_once"),
            models.CheckConstraint(
                name="decision_lead_is_another_office",
                condition=Q(lead_office__isnull=True) | ~Q(lead_office=F("office")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.minutes.meeting}议定事项{self.number}"


class DecisionStep(ActMixin, ScopedModel):
    """One entry of a decision's history: reported, confirmed done, sent back, or given more time.

    ``maker`` is who reported what a confirmation or sending back answers.
    """

    scope = ScopeBy(office=("decision__office_id", "decision__lead_office_id"))
    frozen = True

    class Step(models.TextChoices):
        REPORTED = "reported", "报办结"
        DONE = "done", "确认办结"
        SENT_BACK = "sent_back", "退回续办"
        EXTENDED = "extended", "延期"

    decision = models.ForeignKey(
        Decision, verbose_name="议定事项", on_delete=models.PROTECT, related_name="steps"
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=12, choices=Step)
    text = models.CharField("说明", max_length=1000, default="", blank=True)
    due_date = models.DateField("延至", null=True)
    file = models.ForeignKey(
        StoredFile, verbose_name="附件", null=True, on_delete=models.PROTECT, related_name="+"
    )
    file_kind = models.CharField("附件格式", max_length=4, default="", blank=True)
    maker = models.ForeignKey(
        User, verbose_name="报告人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    step_at = models.DateTimeField("时间")
    step_by = models.ForeignKey(
        User, verbose_name="办理人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        act_id: int
        decision_id: int
        step_by_id: int

    class Meta:
        verbose_name = "议定事项步骤"
        ordering = ("decision_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("decision", "number"), name="decision_step_in_order"),
            models.CheckConstraint(
                name="decision_step_says_what_it_needs",
                condition=Q(step="reported", due_date__isnull=True, maker__isnull=True)
                & ~Q(text="")
                | Q(step="done", due_date__isnull=True, maker__isnull=False)
                | Q(step="sent_back", due_date__isnull=True, maker__isnull=False) & ~Q(text="")
                | Q(step="extended", due_date__isnull=False, maker__isnull=True) & ~Q(text=""),
            ),
            models.CheckConstraint(
                name="decision_step_by_another_hand",
                condition=Q(maker__isnull=True) | ~Q(maker=F("step_by")),
            ),
            models.CheckConstraint(
                name="decision_step_file_has_kind",
                condition=Q(file__isnull=True, file_kind="")
                | Q(step="reported", file__isnull=False) & Q(file_kind__in=("pdf", "jpg", "png")),
            ),
        )
