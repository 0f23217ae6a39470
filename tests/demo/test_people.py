"""Synthetic people: numbers hold their own checks, nobody shares anything, nobody is real."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from mingbai.engine.generate import (
    PeopleMaker,
    Village,
    account_number,
    check_digit,
    id_number,
    luhn_digit,
    phone_number,
)

VILLAGE = Village("340223100201", "茶丰村委会", "340223100", "籍山镇")
BORN = (date(1940, 1, 1), date(1961, 12, 31))


def passes_luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def test_check_digit_is_that_of_the_standard():
    # The worked examples of GB 11643-1999.
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


def test_id_number_carries_region_birth_and_sex():
    number = id_number(date(1956, 4, 9), 13)
    assert number[:17] == "34029919560409013"
    with pytest.raises(ValueError, match="between 1 and 999"):
        id_number(date(1956, 4, 9), 1000)


def test_luhn_digit_completes_a_known_number():
    assert luhn_digit("7992739871") == "3"
    assert not passes_luhn("79927398710")


def test_accounts_pass_luhn_and_phones_stay_in_ranges_nobody_has():
    for serial in (0, 1, 99_999_999, 123_456_789):
        assert len(account_number(serial)) == 19
        assert passes_luhn(account_number(serial))
        assert phone_number(serial)[:3] in {"154", "163", "164"}
        assert len(phone_number(serial)) == 11


@pytest.fixture(scope="module")
def people():
    maker = PeopleMaker(Random(11))
    return [maker.make(villages=[VILLAGE], born=BORN) for _ in range(20_000)]


def test_nobody_shares_an_id_an_account_or_a_phone(people):
    for field in ("id_number", "account", "phone"):
        assert len({getattr(person, field) for person in people}) == len(people)


def test_id_numbers_are_valid_and_fit_the_person(people):
    for person in people:
        number = person.id_number
        assert number.startswith("340299")
        assert number[17] == check_digit(number[:17])
        assert number[6:14] == f"{person.birth:%Y%m%d}"
        assert BORN[0] <= person.birth <= BORN[1]
        assert (int(number[16]) % 2 == 1) is person.male
        assert not number.endswith("000")


def test_names_hold_the_characters_that_break_careless_software(people):
    names = "".join(person.name for person in people)
    assert any(ord(character) > 0xFFFF for character in names)
    assert any("·" in person.name for person in people)
    assert any(person.name.startswith(("欧阳", "诸葛", "司马")) for person in people)
    assert all(len(person.name) >= 2 for person in people)


def test_the_reserve_meets_nobody(people):
    maker = PeopleMaker(Random(11), from_reserve=True)
    others = [maker.make(villages=[VILLAGE], born=BORN) for _ in range(5_000)]
    for field in ("id_number", "account", "phone"):
        known = {getattr(person, field) for person in people}
        assert known.isdisjoint(getattr(person, field) for person in others)


def test_a_day_without_numbers_left_is_refused():
    maker = PeopleMaker(Random(1), from_reserve=True)
    day = date(1950, 5, 5)
    with pytest.raises(ValueError, match="no sequence number left"):
        use_up(maker, day)


def use_up(maker, day):
    for _ in range(200):
        maker.make(villages=[VILLAGE], born=(day, day))
