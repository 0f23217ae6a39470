"""What a maker declares before the lines of a batch exist."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import ScopeBy, ScopedModel


class BatchDeclaration(ScopedModel, ActMixin):
    """Number of lines and total that a batch is expected to have, and who said so when.

    ``basis`` tells whether the maker typed them or took what the rosters add up to. A trigger
    refuses a batch whose figures, month or maker are not those of its declaration.
    """

    scope = ScopeBy(sub_item="sub_item")
    frozen = True

    class Basis(models.TextChoices):
        TYPED = "typed", "经办申报"
        COMPUTED = "computed", "按花名册核算"

    sub_item = models.CharField("子项", max_length=80)
    period = models.PositiveIntegerField("月份")
    line_count = models.PositiveIntegerField("申报笔数")
    amount = models.BigIntegerField("申报金额（分）")
    basis = models.CharField("来源", max_length=8, choices=Basis)
    declared_at = models.DateTimeField("申报时间")
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "批次申报"
        constraints = (
            models.CheckConstraint(
                name="batch_declaration_positive", condition=Q(line_count__gt=0, amount__gt=0)
            ),
            models.CheckConstraint(
                name="batch_declaration_basis", condition=Q(basis__in=("typed", "computed"))
            ),
        )
