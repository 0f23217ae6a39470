"""The life of an enrolment once it is in force: what was proposed, decided, and took effect."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Enrolment

_MONTH = {"from_period__gte": 200001, "from_period__lte": 299912}


class LifeReason(models.TextChoices):
    """Why a right begins, changes, stops, starts again or ends; which go together stands in
    ``registry.actions.changes``."""

    APPLIED = "applied", "申请获批"
    TAKEN_OVER = "taken_over", "花名册接续"
    PERIODIC = "periodic", "定期复核"
    ON_EVENT = "on_event", "情况有变"
    WORSE = "worse", "困难程度加重"
    BETTER = "better", "困难程度减轻"
    MEMBERS = "members", "家庭人口变化"
    WRONG_GRADE = "wrong_grade", "类别有误"
    UNREACHABLE = "unreachable", "联系不上本人"
    PAPERS_MISSING = "papers_missing", "未按期补交材料"
    REVIEW_MISSED = "review_missed", "未按期接受复核"
    DOUBTED = "doubted", "疑点待核实"
    ACCOUNT = "account", "银行账户异常"
    IN_CUSTODY = "in_custody", "服刑或羁押"
    CLEARED = "cleared", "疑点已排除"
    PAPERS_GIVEN = "papers_given", "材料已补齐"
    FOUND = "found", "已联系上本人"
    RELEASED = "released", "刑满或解除羁押"
    DIED = "died", "死亡"
    MOVED_OUT = "moved_out", "户籍迁出"
    INCOME = "income", "收入超过标准"
    PROPERTY = "property", "财产超过规定"
    EMPLOYED = "employed", "就业后不再符合条件"
    AGE = "age", "年龄不再符合条件"
    OTHER_AID = "other_aid", "转入其他保障"
    UNWILLING = "unwilling", "本人自愿退出"
    FALSE = "false", "虚报冒领"
    NOT_ENTITLED = "not_entitled", "经核实不符合条件"
    COMPLETED = "completed", "享受期满"
    OVERPAID = "overpaid", "多发错发"
    PAID_AFTER_DEATH = "paid_after_death", "死亡后仍发放"


class EnrolmentChange(ScopedModel, ActMixin):
    """A change that somebody proposes (拟办): it takes effect when another person approves it.

    ``from_period`` is the first month it counts for. ``seen_number`` is the last step the proposer
    saw. One enrolment has at most one open proposal; a trigger holds it.
    """

    scope = ScopeBy(town="enrolment__town", sub_item="enrolment__sub_item")
    frozen = True

    class Step(models.TextChoices):
        CHANGED = "changed", "调整类别"
        SUSPENDED = "suspended", "暂停发放"
        RESTORED = "restored", "恢复发放"
        ENDED = "ended", "终止"
        RECLAIMED = "reclaimed", "追回"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("变动", max_length=10, choices=Step)
    from_period = models.PositiveIntegerField("起始月份")
    to_period = models.PositiveIntegerField("截止月份", null=True)
    grade = models.CharField("类别", max_length=40, default="")
    back_pay = models.BooleanField("补发停发月份", default=False)
    reason = models.CharField("原因", max_length=20, choices=LifeReason)
    basis = models.CharField("依据", max_length=200)
    seen_number = models.PositiveSmallIntegerField("所见步骤")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("拟办时间")

    class Meta:
        verbose_name = "拟办变动"
        constraints = (
            models.UniqueConstraint(fields=("enrolment", "number"), name="change_in_order"),
            models.CheckConstraint(
                name="change_step_known",
                condition=Q(step__in=("changed", "suspended", "restored", "ended", "reclaimed")),
            ),
            models.CheckConstraint(name="change_from_is_month", condition=Q(**_MONTH)),
            models.CheckConstraint(name="change_says_why", condition=~Q(basis="") & ~Q(reason="")),
        )


class ChangeVerdict(ScopedModel, ActMixin):
    """Approved or refused, by somebody else than the proposer: held by a CHECK and a trigger."""

    scope = ScopeBy(town="change__enrolment__town", sub_item="change__enrolment__sub_item")
    frozen = True

    class Verdict(models.TextChoices):
        APPROVED = "approved", "同意"
        REFUSED = "refused", "不同意"

    change = models.OneToOneField(EnrolmentChange, on_delete=models.PROTECT, related_name="verdict")
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    reason = models.CharField("理由", max_length=200, default="")
    verdict_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verdict_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "变动审定"
        constraints = (
            models.CheckConstraint(
                name="change_verdict_by_another", condition=~Q(maker=F("verdict_by"))
            ),
            models.CheckConstraint(
                name="change_verdict_known",
                condition=Q(verdict="approved") | (Q(verdict="refused") & ~Q(reason="")),
            ),
        )


class EnrolmentStep(ScopedModel, ActMixin):
    """One step in the life of an enrolment; the newest one (highest number) is its state.

    ``from_period`` is the first month it counts for: of ``ended`` the first month no longer in
    force, of ``restored`` the first month paid again. ``to_period`` ends a suspension by itself.
    ``state`` is what holds after the step. Triggers hold the legal orders; see
    ``migrations/_life.py``. Where money stops or starts, ``made_by`` and ``step_by`` are two
    people.
    """

    scope = ScopeBy(town="enrolment__town", sub_item="enrolment__sub_item")
    frozen = True

    class Step(models.TextChoices):
        TAKEN_OVER = "taken_over", "接续"
        BEGAN = "began", "纳入"
        REVIEWED = "reviewed", "复核"
        CHANGED = "changed", "调整类别"
        SUSPENDED = "suspended", "暂停"
        RESTORED = "restored", "恢复"
        ENDED = "ended", "终止"
        RECLAIMED = "reclaimed", "追回"

    class State(models.TextChoices):
        ACTIVE = "active", "在享"
        SUSPENDED = "suspended", "暂停"
        ENDED = "ended", "已终止"

    class Result(models.TextChoices):
        CONTINUE = "continue", "继续享受"
        CHANGE = "change", "调整类别"
        SUSPEND = "suspend", "暂停发放"
        END = "end", "终止"

    # Nobody looks steps up by act, and none is ever deleted.
    act = models.ForeignKey(
        "base.Act", verbose_name="台账", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="steps", db_index=False
    )
    number = models.PositiveSmallIntegerField("次序")
    step = models.CharField("步骤", max_length=10, choices=Step)
    state = models.CharField("状态", max_length=10, choices=State)
    from_period = models.PositiveIntegerField("起始月份")
    to_period = models.PositiveIntegerField("截止月份", null=True)
    grade = models.CharField("类别", max_length=40, default="")
    back_pay = models.BooleanField("补发停发月份", default=False)
    result = models.CharField("复核结果", max_length=10, choices=Result, default="")
    reason = models.CharField("原因", max_length=20, choices=LifeReason)
    basis = models.CharField("依据", max_length=200, default="")
    change = models.OneToOneField(
        EnrolmentChange, null=True, on_delete=models.PROTECT, related_name="taken"
    )
    made_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    step_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    step_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "享受资格步骤"
        constraints = (
            models.UniqueConstraint(fields=("enrolment", "number"), name="enrolment_step_in_order"),
            models.CheckConstraint(name="enrolment_step_from_is_month", condition=Q(**_MONTH)),
            models.CheckConstraint(
                name="enrolment_step_to_is_after",
                condition=Q(to_period__isnull=True)
                | Q(step__in=("suspended", "reclaimed"), to_period__gte=F("from_period")),
            ),
            models.CheckConstraint(
                name="enrolment_step_two_people",
                condition=Q(step__in=("taken_over", "reviewed"))
                | Q(
                    ~Q(made_by=F("step_by")),
                    made_by__isnull=False,
                    step_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="enrolment_step_of_change",
                condition=Q(
                    step__in=("changed", "suspended", "restored", "ended", "reclaimed"),
                    change__isnull=False,
                )
                | Q(step__in=("taken_over", "began", "reviewed"), change__isnull=True),
            ),
            models.CheckConstraint(
                name="enrolment_step_state",
                condition=Q(
                    step__in=("taken_over", "began", "reviewed", "changed", "restored"),
                    state="active",
                )
                | Q(step="suspended", state="suspended")
                | Q(step="ended", state="ended")
                | Q(step="reclaimed", state__in=("active", "suspended", "ended")),
            ),
            models.CheckConstraint(
                name="enrolment_step_reviewed_says",
                condition=Q(step="reviewed", result__in=("continue", "change", "suspend", "end"))
                | (~Q(step="reviewed") & Q(result="")),
            ),
        )
        indexes = (
            # A whole county is taken over; only what happened afterwards is looked up by month.
            models.Index(
                fields=("step", "from_period"),
                condition=~Q(step="taken_over"),
                name="enrolment_step_by_month",
            ),
        )
