"""Synthetic people drawn one by one: the same source of randomness gives the same people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import NamedTuple

from mingbai.engine.generate.names import draw_given, draw_minority_name, draw_surname
from mingbai.engine.generate.numbers import account_number, id_number, phone_number

# Odd (men) and even (women) sequence numbers give 499 of each a day; the step spreads them.
# A second maker draws on each day's reserve.
_A_DAY = 499
_RESERVE = 450
# No maker draws more people than this.
_MOST = 10_000_000
_STEP = 173


class Village(NamedTuple):
    """Where people live: division codes of 12 and 9 digits with their names."""

    code: str
    name: str
    town: str
    town_name: str


class Person(NamedTuple):
    """One synthetic person as every office knows them."""

    name: str
    id_number: str
    birth: date
    male: bool
    village: Village
    account: str
    phone: str
    head_name: str


class PeopleMaker:
    """Draws people who share no ID number, account or phone with one another.

    A second maker ``from_reserve`` shares none with the first.
    """

    def __init__(self, random: Random, *, from_reserve: bool = False) -> None:
        self._random = random
        self._used: dict[tuple[date, bool], int] = {}
        self._made = _MOST if from_reserve else 0
        self._first, self._end = (_RESERVE, _A_DAY) if from_reserve else (0, _RESERVE)

    def make(
        self,
        *,
        villages: Sequence[Village],
        born: tuple[date, date],
        male: bool | None = None,
        depends: bool = False,
    ) -> Person:
        """Draw one person born between two days (both included); ``depends`` gives another head.

        Raises ValueError when a day has no sequence number left for fifty draws.
        """
        random = self._random
        is_male = random.random() < 0.5 if male is None else male
        birth, sequence = self._birth_and_sequence(born, is_male)
        surname = draw_surname(random)
        name = surname + draw_given(random, male=is_male)
        if random.random() < 0.003:
            name = draw_minority_name(random)
        head = surname + draw_given(random, male=True) if depends else name
        village = villages[int(random.random() * len(villages))]
        self._made += 1
        return Person(
            name=name,
            id_number=id_number(birth, sequence),
            birth=birth,
            male=is_male,
            village=village,
            # Multipliers prime to the ranges: neighbours on a roster have distant numbers.
            account=account_number(self._made * 7_654_321 % 9_999_999_967),
            phone=phone_number(self._made * 1_234_577 % 299_999_977),
            head_name=head,
        )

    def _birth_and_sequence(self, born: tuple[date, date], male: bool) -> tuple[date, int]:
        first, last = born[0].toordinal(), born[1].toordinal()
        for _ in range(50):
            birth = date.fromordinal(first + int(self._random.random() * (last - first + 1)))
            used = self._used.get((birth, male), self._first)
            if used < self._end:
                self._used[birth, male] = used + 1
                place = (used * _STEP + birth.toordinal() * 61) % _A_DAY
                sequence = 2 * place + (1 if male else 2)
                # A number ending in 000 looks as if a spreadsheet had eaten its tail.
                if not id_number(birth, sequence).endswith("000"):
                    return birth, sequence
        raise ValueError(f"no sequence number left between {born[0]} and {born[1]}")
