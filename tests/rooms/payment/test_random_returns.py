"""A thousand random answers of a bank: whatever it writes, every 分 of what was sent is explained.

The oracle is a dictionary of what was sent and what a careful reader may believe. The control arm
reads the same answers without remembering what it has seen, and does not come out.
"""

from __future__ import annotations

import os
import random

import pytest
from tests.paper.bank.orders import answer_fixed
from tests.rooms.payment.banking import FIXED, lines_of, says, sent, write
from tests.rooms.payment.test_bank_returns import FEN, HOUSE

from mingbai.paper.bank import CannotReadReturn, read_return_file
from mingbai.payment.actions import approve_batch
from mingbai.payment.actions.follow_up import decide_correction, draw_follow_up, propose_correction
from mingbai.payment.actions.returns import read_bank_return
from mingbai.payment.figures import make_figure
from mingbai.payment.models import BankOutcome, BankReturn, BankTally, ReturnLine
from mingbai.payment.queries.accounts import balances
from mingbai.payment.queries.bank import file_position

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: How many return files in all; 1,000 for the record.
FILES = int(os.environ.get("MINGBAI_RETURNS", "200"))
ROUND = 20
PEOPLE = 12


class Bank:
    """A bank that answers carelessly: some lines, some twice, some to the wrong person."""

    def __init__(self, file, chance):
        self.file, self.chance = file, chance
        self.lines = lines_of(file)
        self.answers: list[bytes] = []

    def row(self, line):
        """One line of an answer, sound or spoilt."""
        result = self.chance.choices(["paid", "returned", "pending"], [6, 3, 1])[0]
        other = self.chance.choice(self.lines)
        spoilt = self.chance.choices(
            [{}, {"amount": line[2] + self.chance.choice((-1, 1, 100))}, {"account": other[1]},
             {"account": "62179999"}, {"reference": other[0]}, {"reference": "9" * 23}],
            [14, 1, 2, 1, 1, 1],
        )[0]  # fmt: skip
        return says(line, result, **spoilt)

    def answer(self) -> bytes:
        """A whole file: partial, shuffled, with duplicates, garbage, wrong totals, sent again."""
        if self.answers and self.chance.random() < 0.1:
            return self.chance.choice(self.answers)
        some = self.chance.sample(self.lines, self.chance.randint(0, min(6, len(self.lines))))
        rows = [self.row(line) for line in some]
        rows += [self.chance.choice(rows) for _ in range(self.chance.randint(0, 2)) if rows]
        self.chance.shuffle(rows)
        wrong = self.chance.random()
        totals = {"count": len(rows) + 1} if wrong < 0.05 else {}
        totals |= {"total": 1} if 0.05 < wrong < 0.1 else {}
        head = "3402239999999999" if 0.1 < wrong < 0.15 else self.file.reference
        records = answer_fixed(rows, head, **totals).split(b"\r\n")
        for _ in range(self.chance.randint(0, 2)):
            garbage = self.chance.randbytes(self.chance.randint(1, 160))
            records.insert(self.chance.randint(1, 2), garbage.translate(None, b"\r\n\x0b\x0c\x1c"))
        content = b"\r\n".join(records)
        if wrong > 0.97:
            content = content[: len(content) // 2]
        self.answers.append(content)
        return content


class Careful:
    """What may be believed of the answers so far: reference -> paid or returned."""

    def __init__(self, file):
        self.sent = {reference: (account, amount) for reference, account, amount in lines_of(file)}
        self.reference, self.said, self.seen = file.reference, {}, set()

    def hear(self, content: bytes) -> None:
        """Believe only what is whole, sound, new, and not contradicted in the same breath."""
        try:
            answer = read_return_file(content, FIXED)
        except CannotReadReturn:
            return
        sound = [line for line in answer.lines if not line.fault]
        total = sum(line.amount for line in sound)
        whole = answer.stated == {"count": len(sound), "total": total}
        if content in self.seen or answer.reference != self.reference or not whole:
            return
        self.seen.add(content)
        fresh: dict[str, set[str]] = {}
        for line in sound:
            if self.sent.get(line.reference) != (line.account, line.amount):
                continue
            before = self.said.get(line.reference)
            if line.result == "paid" and before is None:
                fresh.setdefault(line.reference, set()).add("paid")
            elif line.result == "returned" and before != "returned":
                fresh.setdefault(line.reference, set()).add("returned")
        for reference, results in fresh.items():
            if len(results) == 1:
                self.said[reference] = results.pop()

    def parts(self) -> dict[str, int]:
        """Paid, returned, open amounts; they are the whole by construction."""
        found = {"paid": 0, "returned": 0, "open": 0}
        for reference, (_, amount) in self.sent.items():
            found[self.said.get(reference, "open")] += amount
        return found


def read(tree, at, file, content):
    return read_bank_return(file=file, content=content, layout=FIXED, by=tree.payer, at=at)


def explained(file) -> dict[str, int]:
    found = file_position(file)
    assert found["sent_amount"] == file.amount
    return {part: found[f"{part}_amount"] for part in ("paid", "returned", "open")}


def paid_again(tree, at, batch, careful):
    """Put right what came back, draw it again and send it; None where nothing came back."""
    returned = BankOutcome.objects.unscoped("t").filter(
        bank_line__bank_file__batch=batch, outcome="returned"
    )
    for outcome in returned:
        fix = propose_correction(
            outcome=outcome, kind="same", basis="银行原因", by=tree.user_a, at=at
        )
        decide_correction(correction=fix, accepted=True, by=tree.checker, at=at)
    if not returned:
        assert careful.parts()["returned"] == 0
        return None
    from tests.rooms.payment.banking import bank_book

    again = draw_follow_up(batch=batch, book=bank_book(), by=tree.clerk, at=at)
    assert again.expected_amount == careful.parts()["returned"]
    approve_batch(batch=again, by=tree.checker, at=at)
    return write(tree, at, again)


@pytest.mark.parametrize("seed", range(max(1, FILES // ROUND)))
def test_random_answers_leave_no_fen_unexplained(tree, at, seed):
    chance = random.Random(seed)
    first = sent(tree, at, PEOPLE)
    arrived, file = 0, first
    for _ in range(2):
        bank, careful = Bank(file, chance), Careful(file)
        for _ in range(ROUND // 2):
            content = bank.answer()
            found = read(tree, at, file, content)
            careful.hear(content)
            assert explained(file) == careful.parts()
            lines = ReturnLine.objects.unscoped("t").filter(bank_return=found).count()
            assert lines == found.line_count
        arrived += careful.parts()["paid"]
        total = make_figure(
            "payment.paid_amount", year=2021, cutoff=at.date(), as_of=10**9, to=HOUSE
        )
        assert total.value == arrived
        last = careful.parts()
        again = paid_again(tree, at, file.batch, careful)
        if again is None:
            break
        file = again
    assert BankReturn.objects.unscoped("t").count() == BankTally.objects.unscoped("t").count()
    stands = balances(to=HOUSE, year=2021)[first.batch.sub_item]
    assert sum(stands.values()) == 0
    assert stands["paid"] == arrived
    moving = stands["transit"] + stands["returned"] + stands["payable"]
    assert stands["paid"] + moving == PEOPLE * FEN
    assert last["paid"] + last["returned"] + last["open"] > 0


def test_control_arm_a_reader_without_memory_is_caught(tree, at):
    """Adds up every paid line of every answer: the thousandth file must not be needed to see it."""
    file = sent(tree, at, PEOPLE)
    bank, careful, naive = Bank(file, random.Random(0)), Careful(file), 0
    for _ in range(ROUND):
        content = bank.answer()
        careful.hear(content)
        try:
            lines = read_return_file(content, FIXED).lines
        except CannotReadReturn:
            continue
        naive += sum(line.amount or 0 for line in lines if line.result == "paid")
    assert naive != careful.parts()["paid"]
