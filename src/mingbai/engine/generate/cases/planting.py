"""Sets people aside, gives them rows of their own, and notes what must be found about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mingbai.engine.generate.lots import Ints
from mingbai.engine.generate.plan import Plan, SubItem
from mingbai.engine.generate.population import CASE_EVERY, COUNTED_ON, Population
from mingbai.engine.generate.rows import LINES_FROM, NONE, Rows, join_rows, standard_rows

#: One case of each sort for so many people; one at least.
PEOPLE_A_CASE: Final = 1_500


@dataclass(frozen=True)
class Expected:
    """Findings that must come out, one for each item of the arrays.

    `person` holds NONE where a finding has no person. `cause` is one text for all, or serials of
    keys of the kind `cause_key`, or texts; with `marked`, the cause is the place of the marked row.
    """

    rule: str
    code: str
    person: Ints
    rows: Ints
    amount: Ints
    cause: str | Sequence[str] | Ints
    cause_key: str = ""
    marked: bool = False
    first_mark: int = 0


@dataclass(frozen=True)
class Lines:
    """Lines of a list: who (NONE: no number), on which day (NONE: unknown), of which town (NONE:
    not said; -1: the one that handed in nothing), and the mark of an expected finding.
    """

    people: Ints
    days: Ints
    towns: Ints
    marks: Ints


@dataclass
class Planting:
    """What has been planted so far."""

    population: Population
    plan: Plan
    #: Rows by sub-item and the month of the sheet they stand on.
    rows: dict[tuple[int, int], list[Rows]] = field(default_factory=dict)
    expected: list[Expected] = field(default_factory=list)
    lists: dict[str, list[Lines]] = field(default_factory=dict)
    #: People whose rows look wrong and are right, by what they look like.
    spared: dict[str, list[Ints]] = field(default_factory=dict)
    #: Lines of the table of seats: courses and their seats (NONE where nothing was filled in).
    seats: list[tuple[Ints, Ints]] = field(default_factory=list)
    taken: int = 0
    marks: int = 0

    def __post_init__(self) -> None:
        heads = self.population.heads[::CASE_EVERY]
        order = np.argsort(self.population.lots.draw("cases", heads), kind="stable")
        self._free = heads[order]

    @property
    def used(self) -> Ints:
        """Everybody who was given a case."""
        return np.sort(self._free[: self.taken])

    @property
    def count(self) -> int:
        """How often each sort of case is planted."""
        return max(1, len(self.population) // PEOPLE_A_CASE)

    def people(
        self, count: int, *, ages: tuple[int, int] = (25, 55), male: bool | None = None
    ) -> Ints:
        """Take people nobody else uses; they are of these ages (both included) on the last day of
        the year before, and of this sex.
        """
        taken = self._free[self.taken : self.taken + count]
        if len(taken) < count:
            raise ValueError("more cases than people set aside for them")
        self.taken += count
        last = int(COUNTED_ON.astype(int))
        days = self.population.lots.between("age of a case", taken, 0, 355)
        years = self.population.lots.between("years of a case", taken, *ages)
        self.born(taken, last - (years * 365.2425).astype(np.int64) - days)
        if male is not None:
            self.population.male[taken] = male
        return taken

    def born(self, people: Ints, days: Ints | int) -> None:
        """Say when people were born (days since 1970)."""
        self.population.birth[people] = days

    def pay(
        self, people: Ints, sub_item: str, months: Sequence[int], **other: Ints | int | None
    ) -> Rows:
        """Give people rows in each of these months, right but for the columns of `other`."""
        item = self.item(sub_item)
        parts = []
        for month in months:
            rows = standard_rows(self.population, self.plan, item, people, month)
            for column, value in other.items():
                known = NONE if value is None else value
                rows[column] = np.broadcast_to(np.asarray(known, np.int64), len(people))
            self.rows.setdefault((self.plan.place(sub_item), month), []).append(rows)
            parts.append(rows)
        return join_rows(parts)

    def expect(
        self, rule: str, code: str, person: Ints | None, cause: str | Sequence[str] | Ints = "",
        *, rows: Ints | int, amount: Ints | int, count: int | None = None, cause_key: str = "",
    ) -> None:  # fmt: skip
        """Note findings about these people (or about nobody: then say how many)."""
        size = len(person) if person is not None else int(count or 0)
        self.expected.append(
            Expected(
                rule, code,
                np.full(size, NONE, np.int64) if person is None else person,
                np.broadcast_to(np.asarray(rows, np.int64), size),
                np.broadcast_to(np.asarray(amount, np.int64), size),
                cause, cause_key,
            )
        )  # fmt: skip

    def mark(self, people: Ints) -> Ints:
        """Numbers for rows whose place will be a cause; give them to `pay` as `mark`."""
        self.marks += len(people)
        return np.arange(self.marks - len(people), self.marks)

    def expect_marked(self, rule: str, code: str, marks: Ints, *, amount: Ints | int) -> None:
        """Note one finding for each marked row, whose place in its table is its cause."""
        size = len(marks)
        self.expected.append(
            Expected(
                rule, code, np.full(size, NONE, np.int64), np.ones(size, np.int64),
                np.broadcast_to(np.asarray(amount, np.int64), size), "",
                marked=True, first_mark=int(marks[0]),
            )
        )  # fmt: skip

    def pay_monthless(self, people: Ints, sub_item: str, month: int, **other: Ints | int) -> Rows:
        """Give people a row that names no month, on the sheet of one; that alone is told."""
        rows = self.pay(people, sub_item, [month], period=None, **other)
        self.expect("has-month", "uncompared_period", people, rows=1, amount=rows["amount"])
        return rows

    def put_on(
        self, list_name: str, people: Ints, day: Ints | int | None = None, *,
        town: Ints | int | None = None, marks: Ints | int = NONE,
    ) -> None:  # fmt: skip
        """Enter people on another list."""
        whole = [
            np.broadcast_to(np.asarray(NONE if value is None else value, np.int64), len(people))
            for value in (day, town, marks)
        ]
        self.lists.setdefault(list_name, []).append(Lines(people, *whole))

    def seat(self, courses: Ints, seats: Ints | int | None) -> list[str]:
        """Say how many seats courses have; where these lines will stand in their table."""
        first = LINES_FROM + sum(len(each) for each, _ in self.seats)
        known = np.asarray(NONE if seats is None else seats, np.int64)
        self.seats.append((courses, np.broadcast_to(known, len(courses))))
        return [f"seats:{first + nth}" for nth in range(len(courses))]

    def spare(self, looks_like: str, people: Ints) -> None:
        """Note people who look wrong and are right: nothing may be found about them."""
        self.spared.setdefault(looks_like, []).append(people)

    def item(self, sub_item: str) -> SubItem:
        """A sub-item by its id."""
        return self.plan.sub_items[self.plan.place(sub_item)]

    def day(self, month: int, day: int = 15, year: int | None = None) -> int:
        """A day as days since 1970; of the plan's year unless another is given."""
        return int(np.datetime64(f"{year or self.plan.year}-{month:02d}-{day:02d}").astype(int))

    def keys(self, kind: str, serials: Ints) -> list[str]:
        """Keys as findings tell them: in hexadecimal."""
        return [word.tobytes().hex() for word in self.population.lots.keys(kind, serials)]


ALL_YEAR: Final = tuple(range(1, 13))


def total(rows: Rows, people: int) -> Ints:
    """Amount of each person over the months that `pay` gave rows for; unknown counts nothing."""
    amount = rows["amount"].reshape(-1, people)
    sums: Ints = np.where(amount == NONE, 0, amount).sum(axis=0)
    return sums
