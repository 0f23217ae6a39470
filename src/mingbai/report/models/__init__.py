"""Summaries and circulars with their frozen statements, outlines, and who issued what."""

from mingbai.report.models.circular import (
    Circular,
    CircularIssue,
    CircularLine,
    CircularScore,
)
from mingbai.report.models.closing import CircularClosing
from mingbai.report.models.summary import (
    Half,
    OutlineText,
    Statement,
    Summary,
    SummaryIssue,
    SummaryPaper,
)
from mingbai.report.models.town_map import TownMap

__all__ = [
    "Circular",
    "CircularClosing",
    "CircularIssue",
    "CircularLine",
    "CircularScore",
    "Half",
    "OutlineText",
    "Statement",
    "Summary",
    "SummaryIssue",
    "SummaryPaper",
    "TownMap",
]
