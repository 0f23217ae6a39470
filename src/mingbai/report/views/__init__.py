"""Pages of the report room: summaries, and where a number comes from."""

from mingbai.report.views.boarding import board, course, office_board, town_board, wall
from mingbai.report.views.explaining import why, why_now
from mingbai.report.views.summaries import (
    changes,
    compile_paper,
    download,
    issue,
    outline,
    paper,
    papers,
)

__all__ = [
    "board",
    "changes",
    "compile_paper",
    "course",
    "download",
    "issue",
    "office_board",
    "outline",
    "paper",
    "papers",
    "town_board",
    "wall",
    "why",
    "why_now",
]
