"""What the report room does: compile, issue, write."""

from mingbai.report.actions.binding import CannotTypeFigure
from mingbai.report.actions.compiling import CannotCompileSummary, compile_summary
from mingbai.report.actions.issuing import CannotIssueSummary, issue_summary
from mingbai.report.actions.outline import CannotWriteOutline, write_outline

__all__ = [
    "CannotCompileSummary",
    "CannotIssueSummary",
    "CannotTypeFigure",
    "CannotWriteOutline",
    "compile_summary",
    "issue_summary",
    "write_outline",
]
