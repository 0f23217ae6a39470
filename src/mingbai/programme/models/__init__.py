"""The year's list as adopted: each adoption is a new version, the old ones stay."""

from mingbai.programme.models.quantity import QuantityField
from mingbai.programme.models.year import (
    Measure,
    Programme,
    ProgrammeYear,
    SchedulePoint,
    SubItem,
    TownShare,
)

__all__ = [
    "Measure",
    "Programme",
    "ProgrammeYear",
    "QuantityField",
    "SchedulePoint",
    "SubItem",
    "TownShare",
]
