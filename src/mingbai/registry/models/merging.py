"""Two records of one person: proposed by one hand, merged by another, undone without loss."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import Act, ActMixin, User
from mingbai.base.scope import Asker, ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Person, sees_person


@dataclass(frozen=True)
class ScopeByEither(ScopeBy):
    """A pair is seen by whoever may see one of the two; the other one then shows as out of sight.

    ``first`` and ``second`` are the paths to the two persons.
    """

    first: str = "kept"
    second: str = "merged"

    def predicate(self, to: Asker) -> Q:
        """Either record is in the asker's sight."""
        return sees_person(self.first, to) | sees_person(self.second, to)


class MergeCandidate(ScopedModel, ActMixin):
    """Two records the matching engine holds for one person, with what speaks for and against.

    ``case`` is the engine's verdict (``two_ids``, ``one_person``, ``doubtful``), ``told`` the name
    of each thing compared and how it compares, without values. A pair is found once: the lower
    record number stands first.
    """

    scope = ScopeByEither(first="first", second="second")
    frozen = True

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    case = models.CharField("情形", max_length=20)
    chance = models.PositiveSmallIntegerField("同一人的可能（万分之）")
    told = models.JSONField("说明", default=list)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "疑似同一人"
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="merge_candidate_once"),
            models.CheckConstraint(
                name="merge_candidate_in_order", condition=Q(first__lt=F("second"))
            ),
            models.CheckConstraint(name="merge_candidate_chance", condition=Q(chance__lte=10_000)),
        )


class MergeProposal(ScopedModel, ActMixin):
    """One hand says two records are one person (or are not); another hand decides.

    ``decision`` is empty while it waits; what was proposed never changes. ``apart`` is a proposal
    that says "two people" and closes the candidate at once.
    """

    scope = ScopeByEither()

    class Decision(models.TextChoices):
        MERGED = "merged", "已合并"
        REFUSED = "refused", "未同意"
        APART = "apart", "不是同一人"

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey(
        MergeCandidate, null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    reason = models.CharField("理由", max_length=200)
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField("结论", max_length=8, choices=Decision, default="")
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.CharField("决定理由", max_length=200, default="")
    decision_act = models.ForeignKey(Act, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "合并申请"
        constraints = (
            models.UniqueConstraint(
                fields=("kept", "merged"),
                condition=Q(decision=""),
                name="merge_proposal_waits_once",
            ),
            models.CheckConstraint(name="merge_proposal_of_two", condition=~Q(kept=F("merged"))),
            models.CheckConstraint(name="merge_proposal_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="merge_proposal_decided_whole",
                condition=Q(
                    decision="",
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    decision_act__isnull=True,
                )
                | Q(
                    decision__in=("merged", "refused", "apart"),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    decision_act__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="merge_proposal_two_hands",
                condition=~Q(decision="merged") | ~Q(decided_by=F("made_by")),
            ),
        )


class PersonMerge(ScopedModel, ActMixin):
    """While not undone, the ``merged`` record is read as the ``kept`` one; both keep all they had.

    A record stands in at most one such merging, maker and checker are two people: constraints hold
    both. Undoing fills the ``undone`` columns once; nothing else ever changes.
    """

    scope = ScopeByEither()

    proposal = models.OneToOneField(MergeProposal, on_delete=models.PROTECT, related_name="merging")
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=200)
    merged_at = models.DateTimeField("合并时间")
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_reason = models.CharField("撤销理由", max_length=200, default="")
    undone_act = models.ForeignKey(Act, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "档案合并"
        constraints = (
            models.UniqueConstraint(
                fields=("merged",), condition=Q(undone_at__isnull=True), name="person_merge_once"
            ),
            models.CheckConstraint(name="person_merge_of_two", condition=~Q(kept=F("merged"))),
            models.CheckConstraint(
                name="person_merge_two_hands", condition=~Q(maker=F("merged_by"))
            ),
            models.CheckConstraint(
                name="person_merge_undone_whole",
                condition=Q(
                    undone_at__isnull=True,
                    undone_by__isnull=True,
                    undone_act__isnull=True,
                    undone_reason="",
                )
                | (
                    Q(
                        undone_at__isnull=False,
                        undone_by__isnull=False,
                        undone_act__isnull=False,
                    )
                    & ~Q(undone_reason="")
                ),
            ),
        )
