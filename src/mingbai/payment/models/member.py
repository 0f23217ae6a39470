"""Whom a household's payment was worked out for: each counted member, once for a month."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import Act, ActMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.payment.models.batch import PaymentLine
from mingbai.registry.models import Person


class LineMember(ScopedModel, ActMixin):
    """A person counts in the line that pays their household; nobody counts in two of them.

    What the line is for is repeated here, so that the constraint holds it; a trigger holds the copy
    to the line. Arrears name only who was not counted in the line they stand on. Only ``voided``
    may ever change, with the line's.
    """

    scope = ScopeBy(town="line__town", sub_item="sub_item")

    act = models.ForeignKey(
        Act, verbose_name="台账", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    line = models.ForeignKey(PaymentLine, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("所属期")
    item = models.CharField("项目", max_length=40)
    turn = models.PositiveIntegerField("次序", default=1)
    voided = models.BooleanField("已作废", default=False)

    class Meta:
        verbose_name = "计入成员"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "sub_item", "period", "item", "turn"),
                condition=Q(voided=False),
                name="line_member_counted_once",
            ),
            models.UniqueConstraint(fields=("line", "person"), name="line_member_once"),
        )
