"""Writing a version of the year's list: the one before it with some measures changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.db import models

from mingbai.base.models import Act
from mingbai.base.scope import ScopedModel
from mingbai.programme.models import (
    Measure,
    Programme,
    ProgrammeYear,
    SchedulePoint,
    SubItem,
    TownShare,
)
from mingbai.programme.queries.words import Key, Word

M = TypeVar("M", bound=ScopedModel)


def write_version(*, base: ProgrammeYear, changes: Mapping[Key, Word], act: Act) -> ProgrammeYear:
    """Copy ``base`` as a new version under ``act`` with these measures changed.

    About 1,500 rows for a county. Nothing is checked here: the caller did, and the database does.
    """
    why = "a version is copied whole"
    old = base.pk
    version = ProgrammeYear.objects.create(
        year=base.year,
        book_digest=base.book_digest,
        province_source=base.province_source,
        county_source=base.county_source,
        act=act,
    )
    programmes = _copy(Programme.objects.unscoped(why).filter(programme_year=old), act, {},
                       programme_year_id=version.pk)  # fmt: skip
    items = _copy(
        SubItem.objects.unscoped(why).filter(programme__programme_year=old),
        act, {"programme_id": programmes},
    )  # fmt: skip
    points = SchedulePoint.objects.unscoped(why)
    points = points.filter(sub_item__programme__programme_year=old)
    _copy(points, act, {"sub_item_id": items})
    _copy_measures(old, changes, act, items)
    return version


def _copy_measures(
    old: int, changes: Mapping[Key, Word], act: Act, items: Mapping[int, int]
) -> None:
    why = "a version is copied whole"
    path = "sub_item__programme__programme_year"
    found = list(Measure.objects.unscoped(why).filter(**{path: old}).select_related("sub_item"))
    keys = {each.pk: (each.sub_item.code, each.code) for each in found}
    for each in found:
        if word := changes.get(keys[each.pk]):
            each.target, each.target_state = word.target, word.state
            each.source = word.source or each.source
    measures = _copy(found, act, {"sub_item_id": items})
    kept = [
        share
        for share in TownShare.objects.unscoped(why).filter(**{f"measure__{path}": old})
        if keys[share.measure_id] not in changes
    ]
    _copy(kept, act, {"measure_id": measures})
    TownShare.objects.bulk_create(
        TownShare(measure_id=measures[pk], town_id=town, share=share, act=act)
        for pk, key in keys.items()
        if key in changes
        for town, share in sorted(changes[key].shares.items())
    )


def _copy(
    rows: Iterable[M], act: Act, moved: Mapping[str, Mapping[int, int]], **given: object
) -> dict[int, int]:
    """Insert copies whose foreign keys point into the new version; old key -> new key."""
    originals = list(rows)
    copies = [_copied(each, act, moved, given) for each in originals]
    if copies:
        made = type(copies[0]).objects.bulk_create(copies)
        return {old.pk: new.pk for old, new in zip(originals, made, strict=True)}
    return {}


def _copied(
    row: M, act: Act, moved: Mapping[str, Mapping[int, int]], given: Mapping[str, object]
) -> M:
    values: dict[str, object] = {}
    for each in row._meta.concrete_fields:
        if isinstance(each, models.AutoField | models.BigAutoField):
            continue
        value = getattr(row, each.attname)
        values[each.attname] = moved[each.attname][value] if each.attname in moved else value
    return type(row)(**{**values, **given, "act_id": act.pk})
