"""People: nobody twice, every number right, names in step with their keys."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.engine.generate.counties import county

from mingbai.engine.generate import account_number, check_digit, id_number, luhn_digit, phone_number
from mingbai.engine.generate.columns import (
    NAME_COUNT,
    SEQUENCES,
    account_numbers,
    id_numbers,
    phone_numbers,
    spell_names,
)
from mingbai.engine.generate.lots import Lots
from mingbai.engine.generate.population import (
    FIRST_BIRTH,
    LAST_BIRTH,
    MOST_PEOPLE,
    Population,
    issue_numbers,
    make_population,
)


def people() -> pl.DataFrame:
    return pl.read_parquet(county().folder / "people.parquet")


def test_nobody_shares_a_number():
    table = people()
    for column in ("person", "id_number", "phone", "account", "id_key", "phone_key"):
        assert table[column].n_unique() == table.height == county().people, column
    keys = [key for name in table.columns if name.endswith("_key") for key in table[name].unique()]
    assert len(keys) == len(set(keys))
    assert {len(key) for key in keys} == {16}


def test_numbers_are_right():
    for row in people().iter_rows(named=True):
        number, birth = row["id_number"], row["birth_date"]
        assert number.startswith("340299")
        assert number[6:14] == f"{birth:%Y%m%d}"
        assert check_digit(number[:17]) == number[17]
        assert int(number[14:17]) % 2 == row["sex"] % 2
        assert not number.endswith("000")
        assert luhn_digit(row["account"][:-1]) == row["account"][-1]
        assert row["village"].startswith(row["town"])
        assert dt.date(1915, 1, 1) <= birth <= dt.date(2021, 12, 31)


def test_columns_are_the_forms_of_single_numbers():
    days = np.array([-20_000, -1, 0, 59, 18_000])
    sequences = np.array([2, 13, 998, 101, 999])
    births = [dt.date(1970, 1, 1) + dt.timedelta(int(day)) for day in days]
    singles = [id_number(birth, int(n)) for birth, n in zip(births, sequences, strict=True)]
    assert id_numbers(days, sequences).to_pylist() == singles
    accounts = account_numbers(np.arange(1000)).to_pylist()
    assert all(number[:8] == account_number(0)[:8] for number in accounts)
    assert all(luhn_digit(number[:-1]) == number[-1] for number in accounts)
    heads = {phone_number(serial * 10**8)[:3] for serial in range(3)}
    assert {number[:3] for number in phone_numbers(np.arange(1000)).to_pylist()} == heads


def test_serials_do_not_meet_up_to_the_largest_population():
    """The multipliers are prime to their ranges, which are longer than any population."""
    assert np.gcd(654_321_007, 9_999_999_967) == np.gcd(1_234_577, 299_999_977) == 1
    assert MOST_PEOPLE < 299_999_977


def test_one_serial_is_one_name():
    names = spell_names(np.arange(NAME_COUNT)).to_pylist()
    assert len(set(names)) == NAME_COUNT > 500_000
    assert sum("·" in name for name in names) == 64


def test_families_look_like_families():
    table = people()
    heads = table.filter(pl.col("person") == pl.col("head"))
    assert heads.height == table["household"].n_unique()
    assert 2.3 < table.height / heads.height < 3.3
    ages = 2021 - heads["birth_date"].dt.year()
    assert ages.min() >= 18 or (ages >= 18).mean() > 0.8
    assert 0.45 < (table["sex"] == 1).mean() < 0.57
    children = table.filter(2021 - pl.col("birth_date").dt.year() < 18)
    assert 0.08 < children.height / table.height < 0.35


def test_lots_depend_on_the_item_alone():
    lots = Lots(1)
    whole = lots.draw("x", np.arange(100))
    assert (whole[[7, 3, 99]] == lots.draw("x", [7, 3, 99])).all()
    assert (whole != lots.draw("y", np.arange(100))).all()
    assert (whole != Lots(2).draw("x", np.arange(100))).all()
    shares = lots.share("x", np.arange(10_000))
    assert shares.min() >= 0
    assert shares.max() < 1
    assert 0.49 < shares.mean() < 0.51
    between = lots.between("x", np.arange(1000), 3, 5)
    assert set(between.tolist()) == {3, 4, 5}


def test_a_day_with_no_number_left_moves_births_to_the_next(tmp_path):
    population = make_population(3_000, seed=1)
    full = int(np.datetime64("1980-05-05").astype(int))
    population.birth[:1500] = full
    first = np.arange(100)
    issue_numbers(population, first=first)
    assert (population.birth[first] == full).all()
    moved = population.birth[:1500]
    assert set(moved.tolist()) == {full, full + 1}
    assert unique_numbers(population)
    for sex, sequences in enumerate(SEQUENCES):
        ours = population.male == bool(sex)
        assert np.isin(population.sequence[ours], sequences).all()


def test_after_the_last_day_births_begin_again_at_the_first():
    population = make_population(3_000, seed=1)
    last = int(LAST_BIRTH.astype(int))
    population.birth[:1500] = last
    issue_numbers(population, first=np.empty(0, np.int64))
    assert set(population.birth[:1500].tolist()) == {last, int(FIRST_BIRTH.astype(int))}
    assert unique_numbers(population)


def unique_numbers(population: Population) -> bool:
    numbers = id_numbers(population.birth.astype(np.int64), population.sequence.astype(np.int64))
    return len(set(numbers.to_pylist())) == len(population)


def test_a_population_has_bounds():
    for count in (199, MOST_PEOPLE + 1):
        with pytest.raises(ValueError, match="population"):
            make_population(count, seed=1)
