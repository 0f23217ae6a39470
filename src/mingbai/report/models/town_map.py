"""The county's own map of its towns; each upload stays, the newest is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from mingbai.base.models import ActMixin, StoredFile, User
from mingbai.base.scope import Everyone, ScopedModel


class TownMap(ActMixin, ScopedModel):
    """Boundaries as uploaded (``file``) and as drawn (``shapes``, GeoJSON); without a file the
    boards go back to tiles.

    ``unmatched`` are names in the file that are no town, ``missing`` codes of towns without one.
    """

    scope = Everyone("boundaries of towns are public, and so is who put the map there")
    frozen = True

    turn = models.PositiveIntegerField("第几版")
    file = models.ForeignKey(
        StoredFile, verbose_name="文件", null=True, on_delete=models.PROTECT, related_name="+"
    )
    file_name = models.CharField("文件名", max_length=120, default="", blank=True)
    shapes = models.JSONField("镇界", default=dict)
    towns = models.JSONField("对上的镇", default=list)
    unmatched = models.JSONField("没对上的图形", default=list)
    missing = models.JSONField("没有边界的镇", default=list)
    set_at = models.DateTimeField("时间")
    set_by = models.ForeignKey(
        User, verbose_name="经办人", on_delete=models.PROTECT, related_name="+"
    )

    if TYPE_CHECKING:
        file_id: int | None

    class Meta:
        verbose_name = "镇界地图"
        ordering = ("-turn",)
        constraints = (
            models.UniqueConstraint(fields=("turn",), name="town_map_turn_once"),
            models.CheckConstraint(
                name="town_map_whole_or_none",
                condition=Q(file__isnull=False) | Q(file_name=""),
            ),
        )
