"""Each way a roster line goes wrong: what is keyed instead, where, and what must follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

from mingbai.engine.generate import Person, check_digit
from mingbai.engine.generate.names import differs_by_sound
from mingbai.site.demo.drafts import Raw, Value

Outcome = Literal["reject", "hold", "note", "check"]


@dataclass(frozen=True, slots=True)
class Planted:
    """One wrong line of a roll.

    ``index`` is the payable line it spoils; None for a line that should not be there, which then
    brings its own ``person`` and ``amount``. ``values`` are what is keyed, by canonical column.
    """

    kind: str
    column: str
    outcome: Outcome
    expected: str
    values: Mapping[str, Value]
    index: int | None
    person: Person
    amount: int
    grade: str | None


#: Keys a wrong value: (person, amount in 分, random) -> the cell, or None when it cannot be made.
Slip = Callable[[Person, int, Random], Value]


def _wrong_check_digit(person: Person, _amount: int, random: Random) -> Value:
    number = person.id_number
    others = [digit for digit in "0123456789" if digit != number[17]]
    return Raw(number[:17] + others[int(random.random() * len(others))])


def _transposed(person: Person, _amount: int, _random: Random) -> Value:
    number = person.id_number
    # Two neighbours of the sequence or the year exchanged, so that the birth date still exists.
    for place in (15, 14, 8):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if number[place] != number[place + 1] and check_digit(swapped[:17]) != swapped[17]:
            year = int(swapped[6:10])
            if 1900 < year < 2021 and _is_date(swapped[6:14]):
                return Raw(swapped)
    return None


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _seventeen_digits(person: Person, _amount: int, _random: Random) -> Value:
    return Raw(person.id_number[:16] + person.id_number[17])


def _as_number(person: Person, _amount: int, _random: Random) -> Value:
    if person.id_number.endswith("X"):
        return None
    # Excel keeps 15 significant digits: the last three become zeros.
    return Raw(float(int(person.id_number[:15]) * 1000))


def _scientific(person: Person, _amount: int, _random: Random) -> Value:
    if person.id_number.endswith("X"):
        return None
    return Raw(f"{int(person.id_number):.5E}")


def _fifteen_digits(person: Person, _amount: int, _random: Random) -> Value:
    number = person.id_number
    return Raw(number[:6] + number[8:17]) if number[6:8] == "19" else None


def _impossible_birth(person: Person, _amount: int, _random: Random) -> Value:
    first17 = person.id_number[:10] + "0230" + person.id_number[14:17]
    return Raw(first17 + check_digit(first17))


def _future_birth(person: Person, _amount: int, _random: Random) -> Value:
    first17 = person.id_number[:6] + "2035" + person.id_number[10:17]
    return Raw(first17 + check_digit(first17)) if _is_date(first17[6:14]) else None


def _name_with_digit(person: Person, _amount: int, random: Random) -> Value:
    return Raw(f"{person.name[:2]}{int(random.random() * 9) + 1}")


def _other_name(person: Person, _amount: int, _random: Random) -> Value:
    return None if "·" in person.name else Raw(differs_by_sound(person.name))


def _short_phone(person: Person, _amount: int, _random: Random) -> Value:
    return Raw(person.phone[:10])


def _bad_luhn(person: Person, _amount: int, _random: Random) -> Value:
    last = (int(person.account[-1]) + 3) % 10
    return Raw(f"{person.account[:-1]}{last}")


def _negative(_person: Person, amount: int, _random: Random) -> Value:
    return -amount


def _in_capitals(_person: Person, _amount: int, _random: Random) -> Value:
    return Raw("叁佰元整")


def _undecided(_person: Person, _amount: int, _random: Random) -> Value:
    return Raw("待定")


def _off_standard(_person: Person, amount: int, random: Random) -> Value:
    # Far outside any band and with an odd tail: neither a grade nor a difference of ten 元.
    return amount * 10 + 7 + int(random.random() * 50)


def _back_pay(_person: Person, amount: int, random: Random) -> Value:
    """Two to six months in one payment, as for somebody admitted late."""
    return amount * (2 + int(random.random() * 5))


def _no_such_day(_person: Person, _amount: int, _random: Random) -> Value:
    return Raw("2019-02-30")


def _no_such_village(_person: Person, _amount: int, _random: Random) -> Value:
    return Raw("望江岭村委会")


def _empty(_person: Person, _amount: int, _random: Random) -> Value:
    # A space is what an emptied cell often holds; it must count as empty.
    return Raw(" ")


#: Kinds that spoil one cell of one line: column and how.
CELL_SLIPS: Mapping[str, tuple[str, Slip]] = {
    "id_check_digit": ("id_number", _wrong_check_digit),
    "id_transposed": ("id_number", _transposed),
    "id_seventeen": ("id_number", _seventeen_digits),
    "id_as_number": ("id_number", _as_number),
    "id_scientific": ("id_number", _scientific),
    "id_fifteen": ("id_number", _fifteen_digits),
    "id_impossible_birth": ("id_number", _impossible_birth),
    "id_future_birth": ("id_number", _future_birth),
    "id_empty": ("id_number", _empty),
    "name_empty": ("name", _empty),
    "name_digits": ("name", _name_with_digit),
    "name_differs": ("name", _other_name),
    "phone_short": ("phone", _short_phone),
    "phone_empty": ("phone", _empty),
    "account_empty": ("account", _empty),
    "account_luhn": ("account", _bad_luhn),
    "amount_negative": ("amount", _negative),
    "amount_capitals": ("amount", _in_capitals),
    "amount_text": ("amount", _undecided),
    "amount_empty": ("amount", _empty),
    "amount_off_standard": ("amount", _off_standard),
    "date_impossible": ("start_date", _no_such_day),
    "village_unknown": ("village", _no_such_village),
    "innocent_back_pay": ("amount", _back_pay),
    "innocent_renamed": ("name", _other_name),
}

#: Kinds that put somebody on the roll who should not be there.
INTRUDERS = (
    "person_repeated",
    "person_excluded",
    "person_dead",
    "person_on_payroll",
    "age_below",
    "age_above",
    "born_after",
)
#: Kinds that give many people one number; each spoils several lines of one roll.
SHARED = ("account_shared", "phone_shared")
