"""What was handed in, as each office may see it."""

from __future__ import annotations

from mingbai.intake.queries.inbox import (
    Card,
    Reason,
    SheetCard,
    Upload,
    about_sheet,
    cards_of,
    counts_by_outcome,
    find_receipt,
    handed_months,
    handing_offices,
    reasons_of,
    receipts,
    sheets_with_reasons,
    upload_job,
)
from mingbai.intake.queries.lines import (
    Cell,
    ShownLine,
    heading_of,
    sheet_line,
    sheet_lines,
)
from mingbai.intake.queries.sheets import (
    CannotSeeSheet,
    find_sheet,
    live_sheets,
    sheet_table,
    sheet_tables,
    sheets_at,
    superseded_sheets,
    verdicts_of,
)

__all__ = [
    "CannotSeeSheet",
    "Card",
    "Cell",
    "Reason",
    "SheetCard",
    "ShownLine",
    "Upload",
    "about_sheet",
    "cards_of",
    "counts_by_outcome",
    "find_receipt",
    "find_sheet",
    "handed_months",
    "handing_offices",
    "heading_of",
    "live_sheets",
    "reasons_of",
    "receipts",
    "sheet_line",
    "sheet_lines",
    "sheet_table",
    "sheet_tables",
    "sheets_at",
    "sheets_with_reasons",
    "superseded_sheets",
    "upload_job",
    "verdicts_of",
]
