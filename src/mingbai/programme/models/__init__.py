"""The year's list as adopted and revised, what changes it, and the letters that carry it."""

from mingbai.programme.models.document import DocumentIssue, YearDocument
from mingbai.programme.models.letter import DutyLetter, LetterStep
from mingbai.programme.models.quantity import QuantityField
from mingbai.programme.models.revision import (
    RevisedShare,
    RevisedTarget,
    RevisionStep,
    TargetRevision,
    TownPopulation,
    UpperFigure,
)
from mingbai.programme.models.year import (
    Measure,
    Programme,
    ProgrammeYear,
    SchedulePoint,
    SubItem,
    TownShare,
)

__all__ = [
    "DocumentIssue",
    "DutyLetter",
    "LetterStep",
    "Measure",
    "Programme",
    "ProgrammeYear",
    "QuantityField",
    "RevisedShare",
    "RevisedTarget",
    "RevisionStep",
    "SchedulePoint",
    "SubItem",
    "TargetRevision",
    "TownPopulation",
    "TownShare",
    "UpperFigure",
    "YearDocument",
]
