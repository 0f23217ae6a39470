"""Official documents in the layout of GB/T 9704-2012, written as docx from plain frozen blocks."""

from mingbai.paper.official.document import (
    Agreement,
    Annex,
    Block,
    FigureRun,
    Heading,
    OfficialDocument,
    Paragraph,
    Party,
    Run,
    Signature,
    Table,
    Verification,
    plain_text,
)
from mingbai.paper.official.reader import read_figure_runs
from mingbai.paper.official.writer import write_official_docx

__all__ = [
    "Agreement",
    "Annex",
    "Block",
    "FigureRun",
    "Heading",
    "OfficialDocument",
    "Paragraph",
    "Party",
    "Run",
    "Signature",
    "Table",
    "Verification",
    "plain_text",
    "read_figure_runs",
    "write_official_docx",
]
