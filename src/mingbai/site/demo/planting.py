"""Plants faults into rolls at the plan's rates; payable lines and totals stay what they are.

A fault that keeps its line out (reject, hold) is an extra line; one that is paid all the same
(note) spoils a payable line. In a roll that is corrected later any fault may spoil a payable line:
the correction brings it back right, and lines that should not be there are gone.

Innocent lines are planted the same way after all faults: nothing is wrong with them, but the
comparison cannot know. They stand only where no correction follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random

from mingbai.engine.generate import PeopleMaker, Person
from mingbai.rulebook.model import Book, Check
from mingbai.site.demo.drafts import Raw, Value
from mingbai.site.demo.faults import CELL_SLIPS, INTRUDERS, SHARED, Outcome, Planted
from mingbai.site.demo.places import Place
from mingbai.site.demo.plan import CannotMakeCounty, FaultRate
from mingbai.site.demo.rolls import Entry, Roll, born_between, make_person, village_choice

# So many people on one number are beyond any household.
_SHARERS = 12
# Guardians and village cadres receive for up to so many more than the book takes for granted.
_RECEIVED_FOR = {"account": 4, "phone": 9}
_TRIES = 400


class FaultPlanter:
    """Plants the kinds of the plan one after another; the same seed plants the same lines."""

    def __init__(
        self,
        *,
        book: Book,
        rolls: Sequence[Roll],
        columns: Callable[[Roll], tuple[str, ...]],
        places: Sequence[Place],
        maker: PeopleMaker,
        dead: Mapping[str, Sequence[tuple[Person, int]]],
        staff: Sequence[Person],
        random: Random,
        first_month: int = 1,
    ) -> None:
        self._book = book
        self._rolls = rolls
        self._columns = columns
        self._places = places
        self._maker = maker
        self._dead = dead
        self._staff = staff
        self._random = random
        self._first_month = first_month
        self._spoiled: dict[int, set[int]] = {}
        self._extra: set[tuple[int, str]] = set()
        self._lines = sum(len(roll.entries) for roll in rolls)
        #: Living people whom the deaths list names, each with the month it gives, and people who
        #: have left the payroll and are on the list still.
        self.listed_dead: list[tuple[Person, int]] = []
        self.listed_staff: list[Person] = []

    def plant(self, rates: Sequence[FaultRate]) -> None:
        """Plant every kind; raises CannotMakeCounty when a kind finds no place at all."""
        for rate in rates:
            wanted = max(rate.least, int(Decimal(self._lines) * rate.per_ten_thousand / 10_000))
            done = self._plant_kind(rate, wanted)
            if done == 0:
                raise CannotMakeCounty(f"差错“{rate.kind}”没有可以安放的花名册")

    def _plant_kind(self, rate: FaultRate, wanted: int) -> int:
        fits = [roll for roll in self._rolls if self._takes(rate, roll)]
        if not fits:
            return 0
        ends: list[int] = []
        for roll in fits:
            ends.append((ends[-1] if ends else 0) + len(roll.entries))
        done = 0
        for _ in range(wanted * 3 + _TRIES):
            if done >= wanted:
                break
            roll = self._random.choices(fits, cum_weights=ends)[0]
            done += self._plant_in(rate, roll)
        return done

    def _takes(self, rate: FaultRate, roll: Roll) -> bool:
        if not roll.is_corrected and not self._may_stand(rate, roll):
            return False
        if roll.is_corrected and rate.is_innocent:
            return False
        if rate.kind in CELL_SLIPS and CELL_SLIPS[rate.kind][0] not in self._columns(roll):
            return False
        if rate.pattern == "amount_off_standard":
            # An actual amount has no standard to be off.
            rules = self._book.sub_item(roll.stream.sub_item).amounts
            return all(rule.kind == "fixed" for rule in rules) and self._has_rule(rate, roll)
        return self._has_rule(rate, roll)

    def _may_stand(self, rate: FaultRate, roll: Roll) -> bool:
        """A fault may remain if its outcome is beyond doubt and leaves the totals as they are."""
        outcome = self._outcome(rate, roll)
        # Somebody who should not be there, yet is paid, would be one person-time too many.
        paid_intruder = rate.pattern in INTRUDERS and outcome == "note"
        return rate.stands and outcome != "check" and not paid_intruder

    def _has_rule(self, rate: FaultRate, roll: Roll) -> bool:
        kind, code = rate.pattern, roll.stream.sub_item
        if kind == "person_excluded":
            return bool(self._partners(roll))
        if kind == "person_dead":
            listed = self._listed("deaths", code)
            late = roll.month > self._first_month
            return listed and (late if rate.is_innocent else bool(self._dead.get(code)))
        if kind == "person_on_payroll":
            return self._listed("fiscal_staff", code)
        if kind in SHARED:
            column = kind.partition("_")[0]
            big = len(roll.entries) > 2 * _SHARERS
            return big and column in self._columns(roll) and self._check(kind, roll) is not None
        if kind in _CHECK_OF:
            check = self._check(kind, roll)
            return check is not None and _bound(kind) in ("", *check.params)
        return True

    def _listed(self, roster: str, code: str) -> bool:
        return any(
            each.roster == roster and code in each.applies_to and each.effect == "hold"
            for each in self._book.lists
        )

    def _check(self, kind: str, roll: Roll) -> Check | None:
        item = self._book.sub_item(roll.stream.sub_item)
        day = date(self._book.year, roll.month, 1)
        found = [check for check in item.checks_on(day) if check.kind == _CHECK_OF[kind]]
        if kind.startswith("age_"):
            found = [check for check in found if _bound(kind) in check.params]
        return found[0] if found else None

    def _outcome(self, rate: FaultRate, roll: Roll) -> Outcome:
        """The rulebook's own effect where a check of it finds the fault, else the plan's."""
        if rate.pattern in _CHECK_OF:
            check = self._check(rate.pattern, roll)
            return "check" if check is None else check.effect
        column = CELL_SLIPS[rate.kind][0] if rate.kind in CELL_SLIPS else ""
        if rate.kind.endswith("_empty") and rate.consequence == "reject":
            roster = self._book.sub_item(roll.stream.sub_item).roster
            if roster is not None and not self._book.roster(roster).column(column).required:
                return "note"
        return rate.consequence

    def _partners(self, roll: Roll) -> list[Roll]:
        day = date(self._book.year, roll.month, 1)
        firsts = {
            rule.first
            for rule in self._book.exclusions
            if rule.second == roll.stream.sub_item
            and rule.effect == "hold"
            and rule.from_date <= day
        }
        return [
            each
            for each in self._rolls
            if each.stream.sub_item in firsts
            and each.month == roll.month
            and each.entries
            and (each.town is None or roll.town is None or each.town == roll.town)
        ]

    def _plant_in(self, rate: FaultRate, roll: Roll) -> int:
        outcome = self._outcome(rate, roll)
        if rate.pattern in SHARED:
            return self._plant_shared(rate, roll, outcome)
        if rate.kind in CELL_SLIPS:
            return self._plant_cell(rate, roll, outcome)
        person = self._look_alike(rate, roll) or self._intruder(rate.pattern, roll)
        if person is None or (id(roll), person.id_number) in self._extra:
            return 0
        self._extra.add((id(roll), person.id_number))
        model = self._free_line(roll)
        if rate.pattern == "person_repeated":
            model = next(n for n, e in enumerate(roll.entries) if e.person is person)
        elif model is None:
            return 0
        like = roll.entries[model or 0]
        roll.planted.append(self._planted(rate, outcome, "id_number", {}, None, like, person))
        return 1

    def _plant_cell(self, rate: FaultRate, roll: Roll, outcome: Outcome) -> int:
        column, slip = CELL_SLIPS[rate.kind]
        place = self._free_line(roll)
        if place is None:
            return 0
        like = roll.entries[place]
        spoils = roll.is_corrected or outcome == "note"
        person = like.person if spoils else self._newcomer(roll)
        value = slip(person, like.amount, self._random)
        if value is None:
            return 0
        if spoils:
            self._spoiled.setdefault(id(roll), set()).add(place)
        index = place if spoils else None
        roll.planted.append(
            self._planted(rate, outcome, column, {column: value}, index, like, person)
        )
        return 1

    def _plant_shared(self, rate: FaultRate, roll: Roll, outcome: Outcome) -> int:
        column = rate.pattern.partition("_")[0]
        sharers = self._sharers(rate, roll, column)
        spoils = roll.is_corrected or outcome == "note"
        owner = self._newcomer(roll)
        shared: Value = Raw(owner.account if column == "account" else owner.phone)
        for _ in range(sharers):
            place = self._free_line(roll)
            if place is None:
                return 0
            like = roll.entries[place]
            if spoils:
                self._spoiled.setdefault(id(roll), set()).add(place)
            person = like.person if spoils else self._newcomer(roll)
            index = place if spoils else None
            roll.planted.append(
                self._planted(rate, outcome, column, {column: shared}, index, like, person)
            )
        return sharers

    def _sharers(self, rate: FaultRate, roll: Roll, column: str) -> int:
        check = self._check(rate.pattern, roll)
        if not rate.is_innocent or check is None:
            return _SHARERS
        return int(check.params["most"]) + self._random.randint(1, _RECEIVED_FOR[column])

    def _planted(
        self,
        rate: FaultRate,
        outcome: Outcome,
        column: str,
        values: Mapping[str, Value],
        index: int | None,
        like: Entry,
        person: Person,
    ) -> Planted:
        return Planted(
            kind=rate.kind,
            column=column,
            outcome=outcome,
            expected=rate.expected,
            values=values,
            index=index,
            person=person,
            amount=like.amount,
            grade=like.grade,
        )

    def _free_line(self, roll: Roll) -> int | None:
        used = self._spoiled.get(id(roll), set())
        for _ in range(8):
            place = int(self._random.random() * len(roll.entries))
            if place not in used:
                return place
        return None

    def _newcomer(self, roll: Roll) -> Person:
        villages = village_choice(self._places, roll.town)
        return make_person(self._maker, roll.stream, self._book, villages, month=roll.month)

    def _look_alike(self, rate: FaultRate, roll: Roll) -> Person | None:
        """Draw somebody entitled whom a list names by mistake; None where no list is the matter."""
        if not rate.is_innocent or rate.pattern not in ("person_dead", "person_on_payroll"):
            return None
        person = self._newcomer(roll)
        if rate.pattern == "person_dead":
            self.listed_dead.append(
                (person, self._random.randint(self._first_month, roll.month - 1))
            )
        else:
            self.listed_staff.append(person)
        return person

    def _intruder(self, kind: str, roll: Roll) -> Person | None:
        """Find or draw the person who should not stand on the roll."""
        random = self._random
        if kind == "person_repeated":
            place = self._free_line(roll)
            if place is None:
                return None
            self._spoiled.setdefault(id(roll), set()).add(place)
            return roll.entries[place].person
        if kind == "person_excluded":
            partner = random.choice(self._partners(roll))
            person = random.choice(partner.entries).person
            return person if _lives_in(person, roll) else None
        if kind == "person_dead":
            gone = [
                person
                for person, month in self._dead[roll.stream.sub_item]
                if month + 1 < roll.month and _lives_in(person, roll)
            ]
            return random.choice(gone) if gone else None
        if kind == "person_on_payroll":
            near = [person for person in self._staff if _lives_in(person, roll)]
            return random.choice(near) if near else None
        return self._unfit(kind, roll)

    def _unfit(self, kind: str, roll: Roll) -> Person:
        check = self._check(kind, roll) if kind in _CHECK_OF else None
        villages = village_choice(self._places, roll.town)
        year = self._book.year
        born = born_between(roll.stream, self._book, month=roll.month)
        if kind == "born_after":
            next_year, month = divmod(roll.month, 12)
            born = (date(year + next_year, month + 1, 5), date(year + next_year, month + 1, 25))
        elif check is not None and kind == "age_below":
            least = int(check.params["least"])
            born = (date(year - least + 2, 1, 1), date(year - least + 4, 12, 31))
        elif check is not None and kind == "age_above":
            most = int(check.params["most"])
            born = (date(year - most - 9, 1, 1), date(year - most - 3, 12, 31))
        return self._maker.make(villages=villages, born=born)


#: Faults that a check of the rulebook finds: the rulebook says whether it holds the line.
_CHECK_OF = {
    "age_below": "age",
    "age_above": "age",
    "amount_off_standard": "amount_standard",
    "person_repeated": "repeated_person",
    "account_shared": "shared_account",
    "phone_shared": "shared_phone",
}


def _bound(kind: str) -> str:
    return {"age_below": "least", "age_above": "most"}.get(kind, "")


def _lives_in(person: Person, roll: Roll) -> bool:
    """Tell whether somebody could stand on the roll by where they live."""
    return roll.town is None or person.village.town == roll.town.code
