"""What a person is known by over time: documents, names, and changes that somebody reported."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import Act, ActMixin, OriginMixin, StoredFile, User
from mingbai.base.scope import ScopedModel
from mingbai.registry.models.entitled import Enrolment, Person, ScopeByPerson


class PersonDocument(ScopedModel, OriginMixin, ActMixin):
    """One document a person is known by; the first is written by the database with the person.

    A document that expired (``to_date``) still means its person: old rosters carry its number. One
    that was wrongly the person's is ``revoked`` and means nobody: only then may another person have
    the number. Sealed like the number of the person, with the person's ``id_key`` as anchor.
    """

    scope = ScopeByPerson()

    class Kind(models.TextChoices):
        ID_NUMBER = "id_number", "居民身份证"
        PASSPORT = "passport", "护照"
        PERMIT = "permit", "港澳台居民来往内地通行证"
        RESIDENCE = "residence", "港澳台居民居住证"
        FOREIGN = "foreign", "外国人永久居留身份证"
        OTHER = "other", "其他证件"

    class Cause(models.TextChoices):
        FIRST = "first", "首次登记"
        CORRECTED = "corrected", "原号填错，更正"
        REISSUED = "reissued", "重新编号或换证"
        CONVERTED = "converted", "15 位升 18 位"
        FURTHER = "further", "另一种证件"

    # Nobody looks these up by act or file: an index on them would only slow a whole county down.
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
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField("证件种类", max_length=10, choices=Kind, default=Kind.ID_NUMBER)
    number_sealed = models.BinaryField("证件号")
    number_key = models.BinaryField("证件号索引", max_length=16)
    cause = models.CharField("登记原因", max_length=10, choices=Cause, default=Cause.FIRST)
    from_date = models.DateField("启用日期", null=True)
    to_date = models.DateField("停用日期", null=True)
    evidence = models.CharField("依据", max_length=200, default="")
    revoked_reason = models.CharField("作废原因", max_length=200, default="")
    revoked_act = models.ForeignKey(
        Act, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "证件"
        constraints = (
            models.UniqueConstraint(
                fields=("number_key",),
                condition=Q(revoked_act__isnull=True),
                name="person_document_once",
            ),
            models.CheckConstraint(
                name="person_document_dates",
                condition=Q(from_date__isnull=True)
                | Q(to_date__isnull=True)
                | Q(to_date__gte=F("from_date")),
            ),
            models.CheckConstraint(
                name="person_document_evidence",
                condition=Q(cause="first") | ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="person_document_revoked_whole",
                condition=Q(revoked_act__isnull=True, revoked_reason="")
                | (Q(revoked_act__isnull=False) & ~Q(revoked_reason="")),
            ),
        )
        indexes = (
            # The few people known by more than their first document.
            models.Index(
                fields=("person",), condition=~Q(cause="first"), name="person_document_further"
            ),
            models.Index(
                fields=("revoked_act",),
                condition=Q(revoked_act__isnull=False),
                name="person_document_revoked",
            ),
        )


class PersonName(ScopedModel, OriginMixin, ActMixin):
    """A name a person has or had, from a day on; written from the first change of name on."""

    scope = ScopeByPerson()
    frozen = True

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names")
    name_sealed = models.BinaryField("姓名")
    name_key = models.BinaryField("姓名与镇索引", max_length=16, db_index=True)
    from_date = models.DateField("启用日期", null=True)
    to_date = models.DateField("停用日期", null=True)
    evidence = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "曾用名"


class RecordChange(ScopedModel, OriginMixin, ActMixin):
    """Something new about a known person: a phone, a name, the account of an enrolment.

    A phone is ``followed`` at once, and so is the first account of a right that has none. Another
    name or account waits for a clerk: accounts are where money goes. What was reported never
    changes; the decision is written once.
    """

    scope = ScopeByPerson()

    class Kind(models.TextChoices):
        PHONE = "phone", "电话"
        NAME = "name", "姓名"
        ACCOUNT = "account", "银行账号"

    class Decision(models.TextChoices):
        FOLLOWED = "followed", "已随表更新"
        ACCEPTED = "accepted", "已同意"
        REFUSED = "refused", "不予变更"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="record_changes")
    enrolment = models.ForeignKey(
        Enrolment, null=True, on_delete=models.PROTECT, related_name="record_changes"
    )
    kind = models.CharField("内容", max_length=8, choices=Kind)
    value_sealed = models.BinaryField("新值")
    value_key = models.BinaryField("新值索引", max_length=16)
    from_period = models.PositiveIntegerField("起始月份")
    decision = models.CharField("结论", max_length=8, choices=Decision, default="")
    decision_reason = models.CharField("理由", max_length=200, default="")
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decision_act = models.ForeignKey(Act, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "信息变更"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind", "value_key", "from_period"),
                condition=Q(enrolment__isnull=True),
                name="record_change_once",
            ),
            models.UniqueConstraint(
                fields=("enrolment", "value_key", "from_period"), name="record_change_once_right"
            ),
            models.CheckConstraint(
                name="record_change_account_of",
                condition=Q(kind="account", enrolment__isnull=False)
                | (Q(kind__in=("phone", "name")) & Q(enrolment__isnull=True)),
            ),
            models.CheckConstraint(
                name="record_change_decided_whole",
                condition=Q(
                    decision="",
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                    decision_act__isnull=True,
                )
                | Q(
                    decision="followed",
                    decided_at__isnull=False,
                    decision_act__isnull=False,
                    kind__in=("phone", "account"),
                )
                | Q(
                    decision__in=("accepted", "refused"),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    decision_act__isnull=False,
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=("person",), condition=Q(decision=""), name="record_change_waiting"
            ),
        )
