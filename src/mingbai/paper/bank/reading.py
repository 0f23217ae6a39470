"""Read what a bank sent back, by the same format: every line is told, nothing stops at the first.

Nothing is added up or believed here: the totals that the bank states are handed on as stated.
"""

from __future__ import annotations

from typing import Final

from mingbai.paper.bank.answers import read_pain002
from mingbai.paper.bank.formats import BankFormat
from mingbai.paper.bank.records import RecordReader
from mingbai.paper.bank.returned import CannotReadReturn, ReturnedFile

#: A return file beyond this is no return file of a county.
MOST_BYTES: Final = 200_000_000


def read_return_file(content: bytes, layout: BankFormat) -> ReturnedFile:
    """Read a return file; lines that cannot be read are told with their fault.

    Errors: ``CannotReadReturn`` where head or structure are not of this format.
    """
    if len(content) > MOST_BYTES:
        raise CannotReadReturn("文件过大，不是回盘文件。请核对后重新选择")
    if layout.returned.kind == "pain002":
        return read_pain002(content, layout)
    return RecordReader(layout).read(content)
