"""A small plain model of who is due what and what became of it: lists, numbers, no database.

It says what every action of ``machine`` must do. Written from the rules, not from the code that it
is held against: one person at a time, one line at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

DIBAO, TEKUN = "hardship-relief.rural-dibao", "hardship-relief.tekun"
MONTHS = (202101, 202102, 202103)
GRADES = {"A": 60_000, "B": 40_000}
FIXED = 50_000
FOREVER = 999_999
ACCOUNTS = ("payable", "transit", "paid", "returned", "due_back", "recovered")
#: Up to so many 分 a batch takes so many approvals.
BANDS = ((100_000, 1), (180_000, 2), (None, 3))


@dataclass
class Roster:
    """The newest sheet of one sub-item and month: who stands there, in what grade, who is held."""

    sheet: int
    grades: dict[int, str]
    held: dict[int, int] = field(default_factory=dict)

    def line(self, person: int) -> int:
        return list(self.grades).index(person) + 3


@dataclass
class Right:
    """What one record is entitled to, and in which months it is not paid."""

    pk: int
    record: int
    item: str
    since: int
    is_cash: bool = False
    last: int | None = None
    stop: tuple[int, int | None] | None = None
    newest_stop: int = 0
    spans: list[tuple[int, int | None]] = field(default_factory=list)
    objections: set[int] = field(default_factory=set)
    open_change: int | None = None

    def is_paid(self, month: int) -> bool:
        """In force, not suspended, not objected to."""
        ended = self.last is not None and self.last < month
        stops = [*self.spans, *([self.stop] if self.stop else [])]
        stopped = any(first <= month <= (last or FOREVER) for first, last in stops)
        return not ended and not stopped and not self.objections

    def takes(self, step: str, month: int) -> bool:
        """Whether a change fits the life so far."""
        free = self.stop is None or (self.stop[1] is not None and self.stop[1] < month)
        if month < self.since or self.last is not None:
            return False
        if step == "ended":
            return month > self.since
        return (not free if step == "restored" else free) and self.newest_stop <= month

    def take(self, step: str, month: int, last: int | None, back_pay: bool) -> None:
        if step == "ended":
            self.last = before(month)
        elif step == "suspended":
            if self.stop is not None:
                self.spans.append(self.stop)
            self.stop, self.newest_stop = (month, last), month
        else:
            assert self.stop is not None
            if not back_pay and month > self.stop[0]:
                self.spans.append((self.stop[0], before(month)))
            self.stop, self.newest_stop = None, month


@dataclass(eq=False)
class Line:
    """One amount for one person and month; ``said`` is what the bank answered last."""

    pk: int
    person: int
    item: str
    month: int
    amount: int
    set_off: int
    recovery: int | None
    nature: str
    basis: Line | None
    batch: Batch
    right: Right
    voided: bool = False
    sent: bool = False
    said: str = ""
    outcome: int | None = None
    correction: int | None = None
    proposer: str = ""
    accepted: bool = False
    again: Line | None = None

    @property
    def net(self) -> int:
        return self.amount - self.set_off

    @property
    def first(self) -> Line:
        """The line first drawn that this one pays again, or itself."""
        return self.basis.first if self.nature == "repaid" and self.basis else self

    @property
    def is_paid(self) -> bool:
        """The money is with the person, as far as anybody knows."""
        return self.said == "paid" if self.sent else self.batch.state == "paid"


@dataclass(eq=False)
class Batch:
    pk: int
    kind: str
    item: str
    month: int
    maker: str
    need: int
    hands: set[str]
    state: str = "drawn"
    checked: int = 0
    lines: list[Line] = field(default_factory=list)
    file: int | None = None
    answers: list[bytes] = field(default_factory=list)
    payer: str = ""

    @property
    def net(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def is_committed(self) -> bool:
        return self.state in ("approved", "paid")


@dataclass(eq=False)
class Claim:
    """What is claimed back of a line; ``left`` is what is still open."""

    pk: int
    line: Line
    amount: int
    maker: str
    state: str = "proposed"
    method: str = ""
    monthly: int | None = None
    repaid: int = 0
    waived: int = 0
    lapsed: int = 0


@dataclass
class Funds:
    budget: int
    arrived: int
    decided: int = 0
    waiting: dict[int, tuple[str, int]] = field(default_factory=dict)


class County:
    """Everything the machine knows."""

    def __init__(self) -> None:
        self.rosters: dict[tuple[str, int], Roster] = {}
        self.records: dict[int, int] = {}
        self.merged: dict[int, tuple[int, int]] = {}
        self.proposal: tuple[int, int, int, str] | None = None
        self.dead: set[int] = set()
        self.rights: list[Right] = []
        self.changes: dict[int, tuple[Right, str, int, int | None, bool, str]] = {}
        self.objections: dict[int, Right] = {}
        self.batches: list[Batch] = []
        self.claims: list[Claim] = []
        self.funds: dict[str, Funds] = {}

    # --- who is due what -------------------------------------------------------------------

    def root(self, person: int) -> int:
        while person in self.merged:
            person = self.merged[person][0]
        return person

    def standing(self, root: int, item: str) -> Right | None:
        """Of several rights of one human being the one in force, else the last."""
        mine = [r for r in self.rights if r.item == item and self.root(r.record) == root]
        return max(mine, key=lambda r: (r.last or FOREVER, r.pk), default=None)

    def due(self, item: str, month: int) -> dict[int, int]:
        """Person -> 分 by today's roster, whether paid before or not."""
        found: dict[int, int] = {}
        roster = self.rosters[item, month]
        for person, grade in roster.grades.items():
            root = self.root(person)
            right = self.standing(root, item)
            if person in roster.held or right is None or not right.is_paid(month):
                continue
            found.setdefault(root, GRADES[grade] if item == DIBAO else FIXED)
        return found

    def lines(self, *natures: str) -> Iterator[Line]:
        for batch in self.batches:
            for line in batch.lines:
                if not line.voided and (not natures or line.nature in natures):
                    yield line

    def regular(self, item: str, month: int) -> list[tuple[int, int, int, int | None]]:
        """(person, 分, set off, towards) of each line that a draw must write now."""
        if (item, month) not in self.rosters:
            return []
        drawn = {
            self.root(line.person)
            for line in self.lines("regular")
            if (line.item, line.month) == (item, month)
        }
        fresh = {who: n for who, n in self.due(item, month).items() if who not in drawn}
        found = {who: (amount, 0, None) for who, amount in fresh.items()}
        for claim in self.claims:
            left, who = self.left(claim), self.root(claim.line.person)
            open_here = claim.line.item == item and claim.method == "set_off" and left > 0
            if not open_here or who not in fresh or found[who][1]:
                continue
            amount = fresh[who]
            found[who] = (amount, min(left, amount, claim.monthly or amount), claim.pk)
        return sorted((who, *rest) for who, rest in found.items())

    def arrears(self, item: str, through: int) -> list[tuple[int, int, int, Line]]:
        """(record, month, 分, line it stands on) of each line that arrears must write now."""
        months = [m for i, m in self.rosters if i == item and m <= through]
        paid: dict[tuple[int, int], list[Line]] = {}
        for line in self.lines("regular", "arrears"):
            if line.item == item and line.month <= through:
                paid.setdefault((self.root(line.person), line.month), []).append(line)
        found = []
        for (who, month), lines in paid.items():
            due = self.due(item, month).get(who) if month in months else None
            if due is None:
                continue
            mine = [c for c in self.claims if c.line in lines and c.state != "refused"]
            claimed = sum(c.amount - c.lapsed for c in mine)
            gap = due - sum(line.amount for line in lines) + claimed
            if gap > 0 and all(line.batch.state == "paid" for line in lines):
                newest = max(lines, key=lambda line: line.pk)
                found.append((newest.person, month, gap, newest))
        return sorted(found, key=lambda each: each[:3])

    def doubts(self, batch: Batch) -> bool:
        """Whether a line of this batch would be drawn otherwise today."""
        if batch.kind != "regular":
            return False
        due = self.due(batch.item, batch.month)
        return any(due.get(self.root(line.person)) != line.amount for line in batch.lines)

    # --- money -----------------------------------------------------------------------------

    def committed(self, item: str, besides: Batch | None = None) -> int:
        return sum(
            b.net
            for b in self.batches
            if b.item == item and b.is_committed and b.kind != "repaid" and b is not besides
        )

    def has_funds(self, batch: Batch) -> bool:
        funds = self.funds[batch.item]
        limit = min(funds.budget, funds.arrived) + funds.decided
        return batch.kind == "repaid" or self.committed(batch.item, batch) + batch.net <= limit

    def left(self, claim: Claim) -> int:
        kept = sum(line.set_off for line in self.lines() if line.recovery == claim.pk)
        return claim.amount - claim.repaid - claim.waived - claim.lapsed - kept

    def claimed(self, line: Line) -> int:
        """What is claimed back of a line, or of those it pays again or is paid again by."""
        family = self.family(line)
        mine = [c for c in self.claims if c.line in family and c.state != "refused"]
        return sum(c.amount - c.lapsed for c in mine)

    def has_arrived(self, line: Line) -> bool:
        """Whether the person has the money of a payment, however often it was paid again."""
        return any(x.is_paid and not x.voided for x in self.family(line))

    def lapse(self, claims: Iterable[Claim]) -> int:
        """What is still open of claims on money that came back is claimed no longer; how many."""
        gone = [c for c in claims if c.state == "decided" and not self.has_arrived(c.line)]
        opened = [c for c in gone if self.left(c) > 0]
        for claim in opened:
            claim.lapsed += self.left(claim)
        return len(opened)

    def family(self, line: Line) -> set[Line]:
        """One payment: the line first drawn and those that pay it again."""
        family, more = {line}, True
        while more:
            linked = {x for x in self.lines("repaid") if x in family or x.basis in family}
            linked |= {x.basis for x in linked if x.basis is not None}
            family, more = family | linked, not linked <= family
        return family

    def accounts(self, item: str) -> dict[str, int]:
        """Where the money of a sub-item must stand."""
        found = dict.fromkeys(ACCOUNTS, 0)
        for batch in self.batches:
            if batch.item != item or not batch.is_committed:
                continue
            for line in batch.lines:
                if not line.sent:
                    found["paid" if batch.state == "paid" else "payable"] += line.net
                elif not line.said:
                    found["transit"] += line.net
                elif line.said == "paid":
                    found["paid"] += line.net
                elif line.again is None or not line.again.batch.is_committed:
                    found["returned"] += line.net
        for claim in (c for c in self.claims if c.state == "decided" and c.line.item == item):
            lines = [x for x in self.lines() if x.recovery == claim.pk]
            kept = sum(x.set_off for x in lines if x.batch.is_committed)
            found["recovered"] += claim.repaid
            found["due_back"] += claim.amount - claim.repaid - claim.waived - claim.lapsed - kept
            found["paid"] -= claim.amount - claim.waived - claim.lapsed - kept
        return found


def before(month: int) -> int:
    return month - 89 if month % 100 == 1 else month - 1


def after(month: int) -> int:
    return month + 89 if month % 100 == 12 else month + 1


def approvals(amount: int) -> int:
    return next(n for up_to, n in BANDS if up_to is None or amount <= up_to)
