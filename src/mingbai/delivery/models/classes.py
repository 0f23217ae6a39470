"""Training classes: planned, held session by session, doubted, and certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, Office, OriginMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.delivery.models.progress import EnteredSheet

_SCOPE = ScopeBy(sub_item="training_class__sub_item", office="training_class__office_id")


class TrainingClass(ActMixin, ScopedModel):
    """One class: planned with its seats, or opened for a roll that came without a plan (none)."""

    scope = ScopeBy(sub_item="sub_item", office="office_id")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    sub_item = models.CharField("子项", max_length=80)
    number = models.PositiveIntegerField("班号")
    office = models.ForeignKey(
        Office, verbose_name="办班单位", on_delete=models.PROTECT, related_name="+"
    )
    course = models.CharField("培训内容", max_length=80)
    place = models.CharField("地点", max_length=120, default="", blank=True)
    start_date = models.DateField("开班日期")
    end_date = models.DateField("结业日期")
    seats = models.PositiveIntegerField("名额", null=True)
    planned_at = models.DateTimeField("登记时间")
    planned_by = models.ForeignKey(
        User, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        office_id: int

    class Meta:
        verbose_name = "培训班"
        ordering = ("year", "number")
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="training_class_number_once"),
            models.CheckConstraint(
                name="training_class_dates", condition=Q(end_date__gte=F("start_date"))
            ),
            models.CheckConstraint(
                name="training_class_seats", condition=Q(seats__isnull=True) | Q(seats__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}班 {self.course}"


class ClassRoll(ActMixin, ScopedModel):
    """Which roster is a class's roll: a slot, so that a corrected roster stays with its class."""

    scope = _SCOPE
    frozen = True

    training_class = models.OneToOneField(
        TrainingClass, verbose_name="培训班", on_delete=models.PROTECT, related_name="roll"
    )
    slot = models.CharField("名册", max_length=255, unique=True)

    class Meta:
        verbose_name = "班级名册"


class ClassSession(ActMixin, ScopedModel):
    """One time a class met: the day, from when to when (minutes after midnight), about what."""

    scope = _SCOPE
    frozen = True

    training_class = models.ForeignKey(
        TrainingClass, verbose_name="培训班", on_delete=models.PROTECT, related_name="sessions"
    )
    number = models.PositiveSmallIntegerField("次序")
    held_date = models.DateField("上课日期")
    first_minute = models.PositiveSmallIntegerField("开始")
    last_minute = models.PositiveSmallIntegerField("结束")
    topic = models.CharField("内容", max_length=80, default="", blank=True)
    opened_at = models.DateTimeField("登记时间")
    opened_by = models.ForeignKey(
        User, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "课次"
        ordering = ("training_class_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("training_class", "number"), name="session_in_order"),
            models.CheckConstraint(
                name="session_within_a_day",
                condition=Q(last_minute__gt=F("first_minute"), last_minute__lte=24 * 60),
            ),
        )

    @property
    def hours(self) -> str:
        """From when to when: 08:30 to 11:30."""
        first, last = (f"{m // 60:02}:{m % 60:02}" for m in (self.first_minute, self.last_minute))
        return f"{first}—{last}"


class AttendanceList(ActMixin, ScopedModel):
    """Who was there, taken once more where it was wrong: the newest turn counts."""

    scope = ScopeBy(
        sub_item="session__training_class__sub_item", office="session__training_class__office_id"
    )
    frozen = True

    session = models.ForeignKey(
        ClassSession, verbose_name="课次", on_delete=models.PROTECT, related_name="lists"
    )
    turn = models.PositiveSmallIntegerField("次数")
    present_count = models.PositiveIntegerField("到课人数")
    listed_count = models.PositiveIntegerField("应到人数")
    taken_at = models.DateTimeField("签到时间")
    taken_by = models.ForeignKey(
        User, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "签到表"
        ordering = ("session_id", "turn")
        constraints = (
            models.UniqueConstraint(fields=("session", "turn"), name="attendance_turn_once"),
            models.CheckConstraint(
                name="attendance_not_more_than_listed",
                condition=Q(present_count__lte=F("listed_count")),
            ),
        )


class Attendance(ScopedModel):
    """One person present at a session, known only by a key."""

    scope = ScopeBy(
        sub_item="attendance_list__session__training_class__sub_item",
        office="attendance_list__session__training_class__office_id",
    )
    frozen = True

    attendance_list = models.ForeignKey(
        AttendanceList, verbose_name="签到表", on_delete=models.PROTECT, related_name="rows"
    )
    head_key = models.BinaryField("人员键", max_length=16)

    class Meta:
        verbose_name = "到课"
        constraints = (
            models.UniqueConstraint(
                fields=("attendance_list", "head_key"), name="attendance_once_a_person"
            ),
        )


class ClassDoubt(ActMixin, ScopedModel):
    """Something about a class's roll or sessions that cannot be, or is seldom, true.

    ``lines`` are lines of the roster, ``facts`` numbers for the sentence; ``cause`` names it.
    """

    scope = ScopeBy(
        sub_item="entered_sheet__sheet__sub_item", office="entered_sheet__sheet__office_id"
    )
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="名册", on_delete=models.PROTECT, related_name="class_doubts"
    )
    code = models.CharField("疑点", max_length=40)
    cause = models.CharField("因由", max_length=64)
    holds = models.BooleanField("核清前不计")
    lines = models.JSONField("行")
    facts = models.JSONField("数字")

    class Meta:
        verbose_name = "班级疑点"
        ordering = ("id",)
        indexes = (models.Index(fields=("entered_sheet", "code"), name="class_doubt_of_sheet"),)


class ClassAnswer(ActMixin, ScopedModel):
    """What became of a doubt: explained, proved true, or gone because a roster was corrected."""

    scope = ScopeBy(
        sub_item="doubt__entered_sheet__sheet__sub_item",
        office="doubt__entered_sheet__sheet__office_id",
    )
    frozen = True

    class Decision(models.TextChoices):
        CLEARED = "cleared", "核清无误"
        CONFIRMED = "confirmed", "情况属实"
        GONE = "gone", "更正后不再有"

    doubt = models.OneToOneField(
        ClassDoubt, verbose_name="疑点", on_delete=models.PROTECT, related_name="answer"
    )
    decision = models.CharField("结论", max_length=10, choices=Decision)
    words = models.CharField("说明", max_length=300, default="", blank=True)
    maker = models.ForeignKey(
        User, verbose_name="名册报送人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField("时间")
    answered_by = models.ForeignKey(
        User, verbose_name="经办人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "疑点结论"
        constraints = (
            models.CheckConstraint(
                name="class_answer_says_something",
                condition=Q(decision="gone") | (~Q(words="") & Q(answered_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="class_answer_not_by_the_maker",
                condition=~Q(decision="cleared")
                | Q(maker__isnull=True)
                | ~Q(maker=F("answered_by")),
            ),
        )


class Certificate(ActMixin, OriginMixin, ScopedModel):
    """A numbered certificate for one seat of a class; the register is these rows in order."""

    scope = _SCOPE
    frozen = True

    training_class = models.ForeignKey(
        TrainingClass, verbose_name="培训班", on_delete=models.PROTECT, related_name="certificates"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("证书号")
    head_key = models.BinaryField("人员键", max_length=16)
    seat_key = models.BinaryField("人员与课程键", max_length=16)
    issued_date = models.DateField("发证日期")
    issued_at = models.DateTimeField("登记时间")
    issued_by = models.ForeignKey(
        User, verbose_name="登记人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "结业证书"
        ordering = ("year", "number")
        constraints = (
            models.UniqueConstraint(fields=("year", "number"), name="certificate_number_once"),
            models.UniqueConstraint(fields=("year", "seat_key"), name="certificate_once_a_seat"),
        )

    @property
    def shown_number(self) -> str:
        """As the register prints it."""
        return f"{self.year}培{self.number:06}"
