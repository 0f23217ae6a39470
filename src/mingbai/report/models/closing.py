"""The closing chapter of a month's circular, written by the office; each version stays."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingbai.base.models import ActMixin, User
from mingbai.base.scope import CountyOnly, ScopedModel


class CircularClosing(ActMixin, ScopedModel):
    """One version of what a circular asks at its end; the newest stands in the next draft."""

    scope = CountyOnly("a circular's words are the county office's until it is issued")
    frozen = True

    year = models.PositiveSmallIntegerField("年度")
    period = models.PositiveIntegerField("月份")
    version = models.PositiveSmallIntegerField("第几版")
    text = models.TextField("正文")
    written_at = models.DateTimeField("编写时间")
    written_by = models.ForeignKey(
        User, verbose_name="编写人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "通报要求"
        ordering = ("-period", "-version")
        constraints = (
            models.UniqueConstraint(
                fields=("period", "version"), name="circular_closing_version_once"
            ),
            models.CheckConstraint(name="circular_closing_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="circular_closing_period_in_year",
                condition=Q(period__gte=F("year") * 100 + 1, period__lte=F("year") * 100 + 12),
            ),
        )
