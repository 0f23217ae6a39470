"""People drawn one by one: the single forms that whole columns must equal."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from mingbai.engine.generate import PeopleMaker, Village, account_number, id_number, phone_number
from mingbai.engine.generate.names import differs_by_sound, draw_given, draw_minority_name
from mingbai.engine.generate.people import _A_DAY, _RESERVE

VILLAGES = [Village("340299001001", "演示村", "340299001", "演示镇")]
BORN = (date(1950, 1, 1), date(2000, 12, 31))


def test_nobody_twice_and_the_same_source_gives_the_same_people():
    first, second = PeopleMaker(Random(1)), PeopleMaker(Random(1))
    drawn = [first.make(villages=VILLAGES, born=BORN) for _ in range(3000)]
    assert drawn == [second.make(villages=VILLAGES, born=BORN) for _ in range(3000)]
    for field in ("id_number", "account", "phone"):
        assert len({getattr(person, field) for person in drawn}) == 3000
    assert sum("·" in person.name for person in drawn) > 0
    assert all(person.head_name == person.name for person in drawn)


def test_what_is_asked_for_is_drawn():
    maker = PeopleMaker(Random(1))
    child = maker.make(villages=VILLAGES, born=BORN, male=True, depends=True)
    assert child.male
    assert BORN[0] <= child.birth <= BORN[1]
    assert int(child.id_number[14:17]) % 2 == 1


def test_a_second_maker_shares_nobody_with_the_first():
    one_day = (date(1980, 5, 5), date(1980, 5, 5))
    first = PeopleMaker(Random(1))
    reserve = PeopleMaker(Random(1), from_reserve=True)
    # A number that would end in 000 is left out.
    drawn = [first.make(villages=VILLAGES, born=one_day, male=False) for _ in range(_RESERVE - 5)]
    other = [reserve.make(villages=VILLAGES, born=one_day, male=False) for _ in range(40)]
    assert not {p.id_number for p in drawn} & {p.id_number for p in other}
    assert not any(p.id_number.endswith("000") for p in drawn + other)
    more = (first.make(villages=VILLAGES, born=one_day, male=False) for _ in range(_A_DAY))
    with pytest.raises(ValueError, match="no sequence number left"):
        list(more)


def test_forms_have_bounds():
    for sequence in (0, 1000):
        with pytest.raises(ValueError, match="sequence"):
            id_number(date(2000, 1, 1), sequence)
    for serial in (-1, 10**10):
        with pytest.raises(ValueError, match="ten digits"):
            account_number(serial)
    assert len(phone_number(3 * 10**8 - 1)) == 11


def test_names_of_every_shape():
    random = Random(3)
    given = {draw_given(random, male=male) for male in (True, False) for _ in range(4000)}
    assert {len(name) for name in given} == {1, 2}
    assert any(ord(char) > 0xFFFF for name in given for char in name)
    assert "·" in draw_minority_name(random)
    for name, other in (("王英", "王瑛"), ("李强", "李芬"), ("李芬", "李芳")):
        assert differs_by_sound(name) == other
