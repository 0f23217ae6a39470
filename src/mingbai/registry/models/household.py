"""Households: who lives together, who heads them, where they live, who moved and who died."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import Act, ActMixin, OriginMixin
from mingbai.base.scope import Asker, ScopeBy, ScopedModel
from mingbai.registry.models.entitled import Person, ScopeByPerson, people_seen

HEAD = "02"
"""户主 in GB/T 4761."""


@dataclass(frozen=True)
class ScopeByMember(ScopeBy):
    """A household is seen by its town and by whoever may see one who is or was its member."""

    def predicate(self, to: Asker) -> Q:
        """Found from the people the asker may see: asking every household of a county for its
        members takes seconds.
        """
        found = super().predicate(to)
        for people in people_seen(to):
            members = HouseholdMember.objects.unscoped("the members are those the asker may see")
            found |= Q(pk__in=members.filter(people).values("household"))
        return found


class Household(ScopedModel, OriginMixin, ActMixin):
    """A household (户) with its number and address; its members are records of their own.

    ``number`` is ours, ``book_key`` and ``book_sealed`` the number of the household register where
    a roster or a clerk gave it. The anchor of the sealed columns is ``number``.
    """

    scope = ScopeByMember(town="town")

    number = models.CharField("户编号", max_length=30, unique=True)
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    address_sealed = models.BinaryField("住址", null=True)
    book_sealed = models.BinaryField("户口簿号", null=True)
    book_key = models.BinaryField("户口簿号索引", max_length=16, null=True, unique=True)

    class Meta:
        verbose_name = "家庭户"
        indexes = (models.Index(fields=("town", "village", "id"), name="household_place"),)


class HouseholdMember(ScopedModel, OriginMixin, ActMixin):
    """A person in a household, from a day to a day; how they are related to its head.

    ``relation`` is a code of GB/T 4761 (``books/common/relations.yaml``). In force while
    ``ended_act`` is empty: one household a person and one head a household at a time.
    """

    scope = ScopeByPerson()

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField("与户主关系", max_length=2)
    guardian = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="wards", verbose_name="监护人"
    )
    from_date = models.DateField("入户日期", null=True)
    to_date = models.DateField("离户日期", null=True)
    end_reason = models.CharField("离户原因", max_length=40, default="")
    ended_act = models.ForeignKey(
        Act, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "家庭成员"
        constraints = (
            models.UniqueConstraint(
                fields=("household",),
                condition=Q(relation=HEAD, ended_act__isnull=True),
                name="household_one_head",
            ),
            models.UniqueConstraint(
                fields=("person",),
                condition=Q(ended_act__isnull=True),
                name="person_in_one_household",
            ),
            models.CheckConstraint(
                name="household_member_end_whole",
                condition=Q(ended_act__isnull=True, to_date__isnull=True, end_reason="")
                | (Q(ended_act__isnull=False, to_date__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="household_member_dates",
                condition=Q(from_date__isnull=True)
                | Q(to_date__isnull=True)
                | Q(to_date__gte=F("from_date")),
            ),
            models.CheckConstraint(
                name="household_member_not_own_guardian",
                condition=Q(guardian__isnull=True) | ~Q(guardian=F("person")),
            ),
        )


class Death(ScopedModel, OriginMixin, ActMixin):
    """A person died on a day, as a list or a notice says; a false report is withdrawn, not erased.

    The origin is the row of the deaths list; a notice has none and names itself in ``evidence``.
    """

    scope = ScopeByPerson()

    class Source(models.TextChoices):
        LIST = "list", "死亡人员名单"
        NOTICE = "notice", "死亡证明或通知"
        VISIT = "visit", "入户核实"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deaths")
    death_date = models.DateField("死亡日期")
    source = models.CharField("来源", max_length=8, choices=Source)
    evidence = models.CharField("依据", max_length=200)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, default="")
    withdrawn_act = models.ForeignKey(Act, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "死亡登记"
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(withdrawn_act__isnull=True), name="death_once"
            ),
            models.CheckConstraint(name="death_has_evidence", condition=~Q(evidence="")),
            models.CheckConstraint(
                name="death_withdrawn_whole",
                condition=Q(withdrawn_act__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_act__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        )
