"""A county with a paying account, batches sent to a bank, and banks that answer."""

from __future__ import annotations

import dataclasses
from datetime import date
from types import MappingProxyType

from tests.paper.bank.orders import answer_fixed
from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

from mingbai.base.files import open_file
from mingbai.paper.bank import load_bank_format
from mingbai.payment.actions import approve_batch, draw_batch
from mingbai.payment.actions.bank import write_bank_file
from mingbai.payment.actions.returns import read_bank_return
from mingbai.registry.actions import enrol_sheets
from mingbai.rulebook import BankName, BankRules, PayingAccount

FIXED = load_bank_format("bank-fixed")
START = date(2021, 1, 1)
PAYER = PayingAccount(
    START, None, "专户", "340299000000000018", "农商行", "340299000011",
    ("bank-fixed", "bank-csv", "bank-pain001-03"), "demonstration", "演示",
)  # fmt: skip
NAME = BankName(DIBAO, START, None, "农村低保金", "demonstration", "演示")
RULES = BankRules((PAYER,), MappingProxyType({DIBAO: (NAME,)}))


def bank_book():
    """The small book with a paying account and one unified name."""
    return dataclasses.replace(small_book(), bank=RULES)


def approved(tree, at, count=6, *, rows=None, month=1, town="340223100"):
    """A month drawn and approved for so many people."""
    book = bank_book()
    people = rows or [row(n) for n in range(count)]
    enrol_sheets(
        sheets=[hand_in(tree, at, people, month=month, town=town)], book=book, by=tree.clerk, at=at
    )
    batch = draw_batch(sub_item=DIBAO, period=202100 + month, book=book, by=tree.clerk, at=at)
    approve_batch(batch=batch, by=tree.checker, at=at)
    return batch


def write(tree, at, batch, **more):
    """The batch's bank file, written by the payer."""
    asked = {"layout": FIXED, "pay_date": date(2021, 2, 1), "book": bank_book(), "by": tree.payer}
    return write_bank_file(**{"batch": batch, "at": at, **asked, **more})


def sent(tree, at, count=6, **more):
    """A batch whose file lies with the bank."""
    return write(tree, at, approved(tree, at, count, **more))


def lines_of(file):
    """The lines as they stand in the file itself: (reference, account, 分)."""
    content = open_file(file.file)
    found = []
    for record in content.split(b"\r\n")[1:-2]:
        reference, account = record[9:41].decode().strip(), record[41:73].decode().strip()
        found.append((reference, account, int(record[133:147])))
    return found


def says(line, result="paid", reason="", day="20210203", **more):
    """One answer to a line of the file, changed where told."""
    reference, account, amount = line
    asked = {"reference": reference, "account": account, "amount": amount, **more}
    code = {"paid": "0000", "returned": "9999", "pending": "0001"}.get(result, result)
    return (
        asked["reference"], asked["account"], asked["amount"], code,
        reason or ("1001" if result == "returned" else ""), day if result == "paid" else "",
    )  # fmt: skip


def answer(tree, at, file, rows, *, content=None, **more):
    """Read an answer of the bank to a file."""
    reference = more.pop("reference", file.reference)
    made = answer_fixed(rows, reference=reference, **more) if content is None else content
    return read_bank_return(file=file, content=made, layout=FIXED, by=tree.payer, at=at)
