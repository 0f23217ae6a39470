"""What the report room does: compile, issue, write."""

from mingbai.report.actions.binding import CannotTypeFigure
from mingbai.report.actions.circular import (
    CannotCompileCircular,
    CannotIssueCircular,
    compile_circular,
    issue_circular,
)
from mingbai.report.actions.compiling import CannotCompileSummary, compile_summary
from mingbai.report.actions.issuing import CannotIssueSummary, issue_summary
from mingbai.report.actions.outline import CannotWriteOutline, write_outline

__all__ = [
    "CannotCompileCircular",
    "CannotCompileSummary",
    "CannotIssueCircular",
    "CannotIssueSummary",
    "CannotTypeFigure",
    "CannotWriteOutline",
    "compile_circular",
    "compile_summary",
    "issue_circular",
    "issue_summary",
    "write_outline",
]
