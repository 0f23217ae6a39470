"""Information pieces sent and the sites that adopted them; one record a line, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, Division, Office, OriginMixin
from mingbai.base.scope import ScopeBy, ScopedModel
from mingbai.intake.models import Sheet


class EnteredSheet(ActMixin, ScopedModel):
    """An information table whose lines are entered; a newer turn entered replaces it."""

    scope = ScopeBy(town="sheet__town_id", office="sheet__office_id")
    frozen = True

    sheet = models.ForeignKey(
        Sheet, verbose_name="收到的表", on_delete=models.PROTECT, related_name="+"
    )
    pieces_count = models.PositiveIntegerField("信息条数", default=0)

    class Meta:
        verbose_name = "入账的表"
        constraints = (
            models.UniqueConstraint(fields=("sheet",), name="outreach_sheet_entered_once"),
        )


class InformationPiece(ActMixin, OriginMixin, ScopedModel):
    """One piece as one line of a table names it.

    ``piece_digest`` tells the piece itself: office, title and day of sending. A piece listed again
    in a later table, to add an adoption, has a second record with the same digest, counted once.
    """

    scope = ScopeBy(town="town_id", office="office_id")
    frozen = True

    entered_sheet = models.ForeignKey(
        EnteredSheet, verbose_name="入账的表", on_delete=models.PROTECT, related_name="pieces"
    )
    piece_digest = models.CharField("信息键", max_length=32)
    title = models.CharField("标题", max_length=300)
    office = models.ForeignKey(
        Office, verbose_name="报送单位", on_delete=models.PROTECT, related_name="+"
    )
    town = models.ForeignKey(
        Division, verbose_name="镇", null=True, on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度")
    sent_date = models.DateField("报送日期")

    if TYPE_CHECKING:
        act_id: int
        office_id: int
        entered_sheet_id: int

    class Meta:
        verbose_name = "信息"
        ordering = ("sent_date", "id")
        indexes = (models.Index(fields=("year", "office", "sent_date"), name="piece_of_office"),)
        constraints = (
            models.UniqueConstraint(
                fields=("entered_sheet", "piece_digest"), name="piece_once_a_sheet"
            ),
            models.CheckConstraint(
                name="piece_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Adoption(ActMixin, OriginMixin, ScopedModel):
    """A site took a piece on a day."""

    scope = ScopeBy(town="piece__town_id", office="piece__office_id")
    frozen = True

    piece = models.ForeignKey(
        InformationPiece, verbose_name="信息", on_delete=models.PROTECT, related_name="adoptions"
    )
    site = models.CharField("采用网站", max_length=20)
    adopted_date = models.DateField("采用日期")

    if TYPE_CHECKING:
        piece_id: int
        origin_file_id: int | None

    class Meta:
        verbose_name = "采用"
        ordering = ("adopted_date", "id")
        constraints = (
            models.UniqueConstraint(fields=("piece", "site"), name="adoption_once_a_site"),
            models.CheckConstraint(
                name="adoption_has_origin",
                condition=Q(
                    origin_file__isnull=False,
                    origin_sheet__isnull=False,
                    origin_line__isnull=False,
                ),
            ),
        )
