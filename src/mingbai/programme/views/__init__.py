"""Pages of the targets: the sheet, its changes, the level above's figures, the letters."""

from mingbai.programme.views.given import check, enter_upper, people
from mingbai.programme.views.history import approve, changes, drop, revision, send_back, submit
from mingbai.programme.views.sheet import fill, matrix, save

__all__ = [
    "approve",
    "changes",
    "check",
    "drop",
    "enter_upper",
    "fill",
    "matrix",
    "people",
    "revision",
    "save",
    "send_back",
    "submit",
]
