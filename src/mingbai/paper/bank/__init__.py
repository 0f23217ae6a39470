"""Files for banks and back: formats as data, writers that fill them, readers of what banks return.

A format is ``paper/forms/bank-*/format.yaml``; the county's own file of that name stands over it.
"""

from __future__ import annotations

from mingbai.paper.bank.charset import Charset
from mingbai.paper.bank.formats import (
    BankFormat,
    CannotLoadFormat,
    Reason,
    bank_format_codes,
    load_bank_format,
)
from mingbai.paper.bank.order import (
    BankOrder,
    CannotFillBankFile,
    OrderLine,
    OrderProblem,
    WrittenFile,
)
from mingbai.paper.bank.reading import read_return_file
from mingbai.paper.bank.returned import CannotReadReturn, ReturnedFile, ReturnedLine
from mingbai.paper.bank.writing import fill_bank_file

__all__ = [
    "BankFormat",
    "BankOrder",
    "CannotFillBankFile",
    "CannotLoadFormat",
    "CannotReadReturn",
    "Charset",
    "OrderLine",
    "OrderProblem",
    "Reason",
    "ReturnedFile",
    "ReturnedLine",
    "WrittenFile",
    "bank_format_codes",
    "fill_bank_file",
    "load_bank_format",
    "read_return_file",
]
