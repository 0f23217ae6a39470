"""Persons and what each is entitled to: who, which sub-item, from and to which month."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from mingbai.base.models import Act, ActMixin, OriginMixin, StoredFile
from mingbai.base.scope import Asker, ScopeBy, ScopedModel


@dataclass(frozen=True)
class ScopeByEnrolment(ScopeBy):
    """A person is seen by the town of residence, by a town they moved away from, and by whoever
    may see one of the enrolments.
    """

    def predicate(self, to: Asker) -> Q:
        """Found by EXISTS, so that a person with five enrolments is still one row."""
        enrolled = Enrolment.objects.unscoped("the enrolments are those of the asker").filter(
            Enrolment.scope.of_row(to), person=OuterRef("pk")
        )
        found = super().predicate(to) | Q(Exists(enrolled))
        if to.towns:
            left = Move.objects.unscoped("whom the asker's own town let go")
            found |= Q(Exists(left.filter(person=OuterRef("pk"), from_town__in=to.towns)))
        return found


@dataclass(frozen=True)
class ScopeByResidence(ScopeBy):
    """An enrolment is seen by the town and department it stands under; while it is in force, also
    by the town the person lives in now.
    """

    def of_row(self, to: Asker) -> Q:
        """By the row alone, wherever the person lives."""
        return super().predicate(to)

    def predicate(self, to: Asker) -> Q:
        """Somebody who moved brings what is in force along."""
        found = self.of_row(to)
        if to.towns:
            found |= Q(person__town__in=to.towns, end_period__isnull=True)
        return found


@dataclass(frozen=True)
class ScopeByPerson(ScopeBy):
    """What belongs to a person is seen by whoever may see the person."""

    person: str = "person"

    def predicate(self, to: Asker) -> Q:
        """The rows of the people the asker may see."""
        return sees_person(self.person, to)


def sees_person(path: str, to: Asker) -> Q:
    """That the asker may see the person a path leads to.

    Asked of each row's person: a set of everybody the asker may see would first be made, and a
    county has half a million of them.
    """
    return Q(Exists(Person.objects.seen_by(to).filter(pk=OuterRef(path))))


def people_seen(to: Asker, path: str = "person") -> tuple[Q, ...]:
    """What ``ScopeByEnrolment`` says, in parts over the records a path leads from.

    Each part is found by an index of its own; for lists that are counted whole.
    """
    why = "the asker may see whom they lead to"
    enrolled = Enrolment.objects.unscoped(why).filter(Enrolment.scope.of_row(to))
    found = [Q(**{f"{path}__in": enrolled.values("person")})]
    if to.towns:
        left = Move.objects.unscoped(why).filter(from_town__in=to.towns)
        found.append(Q(**{f"{path}__in": left.values("person")}))
        found.append(Q(**{f"{path}__town__in": to.towns}))
    return tuple(found)


class Person(ScopedModel, OriginMixin, ActMixin):
    """One human being, found by the blind index of any of their documents; values are sealed.

    Name, town, village and phone are those of today; what they were before stands in
    ``PersonName``, ``Move`` and ``RecordChange``. The anchor of every sealed column is ``id_key``,
    the index of the first number: a value copied to another row does not open. It finds nobody:
    documents do.
    """

    scope = ScopeByEnrolment(town="town")

    # Nobody looks these up by act or file, and neither is ever deleted: an index on them would only
    # slow the writing of a whole county.
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
    id_key = models.BinaryField("首个证件号索引", max_length=16, db_index=True)
    id_sealed = models.BinaryField("证件号")
    name_sealed = models.BinaryField("姓名")
    name_key = models.BinaryField("姓名与镇索引", max_length=16, db_index=True)
    birth_date = models.DateField("出生日期", null=True)
    sex = models.PositiveSmallIntegerField("性别", null=True)
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    phone_sealed = models.BinaryField("电话", null=True)
    phone_key = models.BinaryField("电话索引", max_length=16, null=True, db_index=True)

    class Meta:
        verbose_name = "对象"
        constraints = (
            models.CheckConstraint(
                name="person_sex_known", condition=Q(sex__isnull=True) | Q(sex__in=(1, 2))
            ),
        )


class Enrolment(ScopedModel, OriginMixin, ActMixin):
    """A person is entitled to a sub-item from a month on; once in force for each pair."""

    scope = ScopeByResidence(town="town", sub_item="sub_item")

    # Nobody looks them up by act or file either.
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
        Person, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    sub_item = models.CharField("子项", max_length=80, db_index=True)
    town = models.CharField("镇", max_length=9)
    village = models.CharField("村（居）", max_length=12)
    account_sealed = models.BinaryField("银行账号", null=True)
    account_key = models.BinaryField("账号索引", max_length=16, null=True)
    since_period = models.PositiveIntegerField("起始月份")
    end_period = models.PositiveIntegerField("终止月份", null=True)
    end_reason = models.CharField("终止原因", max_length=40, default="")
    end_act = models.ForeignKey(Act, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "享受资格"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "sub_item"),
                condition=Q(end_period__isnull=True),
                name="enrolment_once_in_force",
            ),
            models.CheckConstraint(
                name="enrolment_end_whole",
                condition=Q(end_period__isnull=True, end_reason="", end_act__isnull=True)
                | (Q(end_period__isnull=False, end_act__isnull=False) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="enrolment_since_is_month",
                condition=Q(since_period__gte=200001, since_period__lte=299912),
            ),
        )
        indexes = (models.Index(fields=("person", "sub_item"), name="enrolment_person"),)


class Move(ScopedModel, OriginMixin, ActMixin):
    """A person moved from one village to another on a day; both towns keep seeing the record."""

    scope = ScopeByPerson()
    frozen = True

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="moves")
    from_town = models.CharField("迁出镇", max_length=9)
    from_village = models.CharField("迁出村（居）", max_length=12)
    to_town = models.CharField("迁入镇", max_length=9)
    to_village = models.CharField("迁入村（居）", max_length=12)
    moved_date = models.DateField("迁移日期")
    reason = models.CharField("原因", max_length=100)

    class Meta:
        verbose_name = "迁移"
        constraints = (
            models.CheckConstraint(
                name="move_leads_elsewhere",
                condition=~Q(from_town=F("to_town")) | ~Q(from_village=F("to_village")),
            ),
        )
