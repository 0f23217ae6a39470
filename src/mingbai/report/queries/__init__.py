"""What is asked of the report room: papers, figures, the way down, what changed."""

from mingbai.report.queries.changes import Change, PartChange, list_changes
from mingbai.report.queries.collect import (
    SOURCES,
    WORDS,
    Moment,
    collect_figures,
    cutoff_of,
    known_cards,
    months_of,
)
from mingbai.report.queries.explain import (
    CannotExplain,
    Explanation,
    Part,
    Step,
    explain_statement,
    rounding_text,
)
from mingbai.report.queries.outlines import (
    Bindable,
    OpenedOutline,
    newest_outline,
    open_outline,
    outline_chapters,
)
from mingbai.report.queries.papers import (
    HALF_YEAR,
    PageBlock,
    TextRun,
    figures_json,
    newest_summary,
    page_blocks,
    paper_file,
    statement,
    statements_of,
    summaries,
)

__all__ = [
    "HALF_YEAR",
    "SOURCES",
    "WORDS",
    "Bindable",
    "CannotExplain",
    "Change",
    "Explanation",
    "Moment",
    "OpenedOutline",
    "PageBlock",
    "Part",
    "PartChange",
    "Step",
    "TextRun",
    "collect_figures",
    "cutoff_of",
    "explain_statement",
    "figures_json",
    "known_cards",
    "list_changes",
    "months_of",
    "newest_outline",
    "newest_summary",
    "open_outline",
    "outline_chapters",
    "page_blocks",
    "paper_file",
    "rounding_text",
    "statement",
    "statements_of",
    "summaries",
]
