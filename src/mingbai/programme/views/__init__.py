"""Pages of the targets: the sheet, its changes, the level above's figures, the letters."""

from mingbai.programme.views.given import check, enter_upper, people
from mingbai.programme.views.history import (
    approve,
    changes,
    drop,
    history,
    revision,
    send_back,
    submit,
)
from mingbai.programme.views.letters import (
    draft,
    letter,
    letter_docx,
    letters,
    scan,
    send,
    sign,
)
from mingbai.programme.views.papers import (
    document,
    document_docx,
    documents,
    draft_papers,
    issue_paper,
    word_document,
)
from mingbai.programme.views.sheet import fill, matrix, save

__all__ = [
    "approve",
    "changes",
    "check",
    "document",
    "document_docx",
    "documents",
    "draft",
    "draft_papers",
    "drop",
    "enter_upper",
    "fill",
    "history",
    "issue_paper",
    "letter",
    "letter_docx",
    "letters",
    "matrix",
    "people",
    "revision",
    "save",
    "scan",
    "send",
    "send_back",
    "sign",
    "submit",
    "word_document",
]
