"""Chinese names of sub-items, towns and villages, for pages."""

from __future__ import annotations

from collections.abc import Iterable

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.programme.queries import adopted_years, sub_items

_WHY = "names of divisions are public"
_HOUSE = Asker.system("names of sub-items are published")


def sub_item_names(*, year: int) -> dict[str, str]:
    """Code -> name of the year's sub-items, in the order of the list; empty before adoption."""
    return {item.code: item.name for item in sub_items(to=_HOUSE, year=year)}


def town_names() -> dict[str, str]:
    """Code -> name of every town."""
    rows = Division.objects.unscoped(_WHY).filter(level="town").order_by("code")
    return dict(rows.values_list("code", "name"))


def village_names(codes: Iterable[str] | None = None) -> dict[str, str]:
    """Code -> name of these villages, or of every one; one query for a page that names many."""
    rows = Division.objects.unscoped(_WHY).filter(level="village").order_by("code")
    if codes is not None:
        rows = rows.filter(code__in=set(codes))
    return dict(rows.values_list("code", "name"))


def village_name(code: str) -> str:
    """Name of a village; "" for an unknown or empty code."""
    if not code:
        return ""
    found = Division.objects.unscoped(_WHY).filter(code=code).values_list("name", flat=True)
    return found.first() or ""


def newest_year() -> int | None:
    """The newest adopted programme year."""
    years = adopted_years(to=_HOUSE)
    return years[0] if years else None
