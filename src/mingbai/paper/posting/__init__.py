"""A public posting on paper and as a page: its words, the board sheet, the static page."""

from __future__ import annotations

from mingbai.paper.posting.page import PAGE_POLICY, page_words, write_posting_page
from mingbai.paper.posting.sheet import PAPERS, sheet_words, write_posting_docx
from mingbai.paper.posting.words import (
    BOARD_WORDS,
    Notice,
    NoticeBoard,
    NoticeColumn,
    NoticeForm,
    draft_notice,
    fill_board,
    load_notice,
)

__all__ = [
    "BOARD_WORDS",
    "PAGE_POLICY",
    "PAPERS",
    "Notice",
    "NoticeBoard",
    "NoticeColumn",
    "NoticeForm",
    "draft_notice",
    "fill_board",
    "load_notice",
    "page_words",
    "sheet_words",
    "write_posting_docx",
    "write_posting_page",
]
