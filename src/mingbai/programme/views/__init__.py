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
from mingbai.programme.views.sheet import fill, matrix, save

__all__ = [
    "approve",
    "changes",
    "check",
    "draft",
    "drop",
    "enter_upper",
    "fill",
    "history",
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
]
