"""The one refusal of this room: a file of the book that does not say what it must."""

from __future__ import annotations


class CannotLoadBook(ValueError):
    """A file of the book is wrong; the message names the file, the key, and what to put right."""

    def __init__(self, *, file: str, key: str, problem: str) -> None:
        super().__init__(f"政策文件〔{file}〕的〔{key or '全文'}〕有误：{problem}")
        self.file = file
        self.key = key
        self.problem = problem
