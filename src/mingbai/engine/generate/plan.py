"""What the county pays in its year: sub-items as data, read from `county.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_COUNTY: Final = Path(__file__).with_name("county.yaml")
_ALL_MONTHS: Final = tuple(range(1, 13))


@dataclass(frozen=True, kw_only=True)
class SubItem:
    """One benefit: who qualifies, in which months it is paid, and how much."""

    id: str
    title: str
    months: tuple[int, ...]
    lot: str
    share_from: float
    share_to: float
    min_age: int | None = None
    max_age: int | None = None
    sex: int | None = None
    #: (grade, 分); a grade "" stands for one amount without grades.
    amounts: tuple[tuple[str, int], ...] = ()
    #: Smallest and largest 分, where amounts are not fixed.
    range: tuple[int, int] | None = None
    #: Ages from which each grade holds, where the grade follows from age.
    ages: tuple[int, ...] = ()
    course_seats: int = 0
    household: str = ""
    steady: bool = False
    certified: bool = False
    #: Takes each town's people up to the town's target.
    targeted: bool = False
    fills: bool = False


@dataclass(frozen=True)
class Plan:
    """A year and its sub-items."""

    year: int
    sub_items: tuple[SubItem, ...]

    def place(self, sub_item: str) -> int:
        """Where a sub-item stands in the list."""
        return [each.id for each in self.sub_items].index(sub_item)


@cache
def read_plan() -> Plan:
    """The county's year."""
    read = yaml.safe_load(_COUNTY.read_text(encoding="utf-8"))
    return Plan(read["year"], tuple(_sub_item(each) for each in read["sub_items"]))


def _sub_item(given: dict[str, Any]) -> SubItem:
    known = {**given}
    months = known.pop("months")
    return SubItem(
        months=_ALL_MONTHS if months == "all" else tuple(months),
        share_from=known.pop("from"),
        share_to=known.pop("to"),
        amounts=tuple(known.pop("amounts", {}).items()),
        range=tuple(known.pop("range")) if "range" in known else None,
        ages=tuple(known.pop("ages", ())),
        **known,
    )
