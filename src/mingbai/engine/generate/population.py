"""A county's people: households in villages, ages by role, numbers that nobody else has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mingbai.engine.generate.columns import SEQUENCES, draw_names, draw_surnames
from mingbai.engine.generate.lots import Ints, Lots

#: Ages are counted to this day.
COUNTED_ON: Final = np.datetime64("2020-12-31")
#: Nobody is older; no ID number is issued for a day before.
FIRST_BIRTH: Final = np.datetime64("1915-01-01")
LAST_BIRTH: Final = np.datetime64("2021-12-31")
#: Every so many households one is set aside: its first member may be given a planted case.
CASE_EVERY: Final = 3
#: ID numbers a day of birth: 990 for 39,081 days. Ages are not even, so this is the safe part.
MOST_PEOPLE: Final = 20_000_000

_SIZES: Final = np.array([1, 2, 3, 4, 5, 6])
_SIZE_SHARES: Final = np.cumsum([0.14, 0.30, 0.24, 0.18, 0.09])
_AT_ONCE: Final = 1_000_000

Days = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Population:
    """People by number, in the order of towns, villages and households.

    Arrays a person: `birth` days since 1970, `male`, `household`, `village`, `name` (its serial),
    `sequence` (of the ID number). `heads` is the first person of each household.
    """

    lots: Lots
    birth: Days
    male: npt.NDArray[np.bool_]
    household: Days
    village: npt.NDArray[np.int16]
    name: Days
    sequence: npt.NDArray[np.int16]
    heads: Ints
    towns: int
    villages: int

    def __len__(self) -> int:
        return len(self.birth)

    def town(self, people: Ints) -> Ints:
        """The town of each person, from 0."""
        return self.village[people].astype(np.int64) * self.towns // self.villages

    def set_aside(self, people: Ints) -> npt.NDArray[np.bool_]:
        """Whether each person's household is kept for planted cases."""
        aside: npt.NDArray[np.bool_] = self.household[people] % CASE_EVERY == 0
        return aside


def make_population(people: int, *, seed: int) -> Population:
    """Draw `people` persons. ID numbers are not issued yet (see `issue_numbers`), so that planted
    cases can still move births. About 20 bytes a person.
    """
    if not 200 <= people <= MOST_PEOPLE:
        raise ValueError(f"a population has 200 to {MOST_PEOPLE:,} people")
    lots = Lots(seed)
    household, role = _households(lots, people)
    villages = int(np.clip(people // 900, 4, 30_000))
    towns = int(np.clip(villages // 20, 2, 998))
    heads = np.flatnonzero(role == 0)
    village = (np.arange(len(heads)) * villages // len(heads)).astype(np.int16)
    birth = np.empty(people, np.int32)
    male = np.empty(people, np.bool_)
    name = np.empty(people, np.int32)
    for start in range(0, people, _AT_ONCE):
        part = np.arange(start, min(start + _AT_ONCE, people))
        home, place = household[part], role[part]
        male[part] = _sexes(lots, part, home, place)
        birth[part] = _births(lots, part, home, place)
        own = (place == 1) | (place == 4)
        surname = np.where(
            own,
            draw_surnames(lots, "surname of one who married in", part),
            draw_surnames(lots, "surname", home.astype(np.int64)),
        )
        name[part] = draw_names(lots, part, surname, male[part])
    return Population(
        lots=lots, birth=birth, male=male, household=household, village=village[household],
        name=name, sequence=np.zeros(people, np.int16), heads=heads, towns=towns,
        villages=villages,
    )  # fmt: skip


def issue_numbers(population: Population, *, first: Ints) -> None:
    """Give everybody a sequence number of the day of birth. When a day has none left, people are
    born a day later, except those of `first`, who are served first.
    """
    used = np.zeros((2, int((LAST_BIRTH - FIRST_BIRTH).astype(int)) + 1), np.int64)
    served = np.zeros(len(population), np.bool_)
    served[first] = True
    _issue(population, first, used)
    for start in range(0, len(population), _AT_ONCE):
        part = np.arange(start, min(start + _AT_ONCE, len(population)))
        _issue(population, part[~served[part]], used)


def _issue(population: Population, people: Ints, used: Ints) -> None:
    origin = int(FIRST_BIRTH.astype(int))
    while len(people):
        late: list[Ints] = []
        for sex, sequences in enumerate(SEQUENCES):
            ours = people[population.male[people] == bool(sex)]
            day = population.birth[ours].astype(np.int64) - origin
            order = np.argsort(day, kind="stable")
            ours, day = ours[order], day[order]
            place = used[sex][day] + np.arange(len(day)) - np.searchsorted(day, day)
            fits = place < len(sequences)
            population.sequence[ours[fits]] = sequences[(place * 173 + day * 61) % len(sequences)][
                fits
            ]
            np.add.at(used[sex], day[fits], 1)
            late.append(ours[~fits])
        people = np.sort(np.concatenate(late))
        moved = population.birth[people] + 1
        end = int(LAST_BIRTH.astype(int))
        population.birth[people] = np.where(moved > end, origin, moved)


def _households(lots: Lots, people: int) -> tuple[Days, npt.NDArray[np.int8]]:
    """Household and place in it (0 the head) of each person."""
    # One person a household at least, so this many draws are enough.
    sizes: list[Ints] = []
    made, start = 0, 0
    while made < people:
        share = lots.share("household size", np.arange(start, start + _AT_ONCE))
        drawn = _SIZES[np.searchsorted(_SIZE_SHARES, share, side="right")]
        sizes.append(drawn)
        made += int(drawn.sum())
        start += _AT_ONCE
    size = np.concatenate(sizes)
    ends = np.cumsum(size)
    count = int(np.searchsorted(ends, people)) + 1
    household = np.repeat(np.arange(count, dtype=np.int32), size[:count])[:people]
    starts = (ends - size)[:count]
    role = (np.arange(people) - starts[household]).astype(np.int8)
    return household, role


def _sexes(
    lots: Lots, people: Ints, home: Days, role: npt.NDArray[np.int8]
) -> npt.NDArray[np.bool_]:
    head = lots.share("sex of the head", home) < 0.62
    own = lots.share("sex", people) < 0.51
    return np.where(role == 0, head, np.where(role == 1, ~head, own))


def _births(lots: Lots, people: Ints, home: Days, role: npt.NDArray[np.int8]) -> Days:
    """Heads from 24 to 80, the others by their place beside the head."""
    ages = lots.share("age of the head", home) + lots.share("age of the head, again", home)
    head = 24 + ages * 28
    gap = lots.share("age beside the head", people)
    age = np.select(
        [role == 0, role == 1, role <= 3, role == 4],
        [head, head - 6 + 11 * gap, head - 22 - 14 * gap, head + 20 + 10 * gap],
        head - 44 - 16 * gap,
    )
    anew = lots.share("age anew", people)
    age = np.where(age < 0, 18 * anew, np.where(age > 101, 78 + 21 * anew, age))
    days = (age * 365.2425).astype(np.int64) + lots.between("day of birth", people, 0, 364)
    return (int(COUNTED_ON.astype(int)) - days).astype(np.int32)
