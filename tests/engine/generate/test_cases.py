"""Planting and filling up: what must not happen in silence."""

from __future__ import annotations

import numpy as np
import pytest

from mingbai.engine.generate import registers, rosters
from mingbai.engine.generate.cases.planting import Planting
from mingbai.engine.generate.cases.seats import plant_seats
from mingbai.engine.generate.enrolment import Enrolled, enrol, fill_up
from mingbai.engine.generate.plan import read_plan
from mingbai.engine.generate.population import make_population


@pytest.fixture
def planting():
    return Planting(make_population(3_000, seed=1), read_plan())


def test_nobody_gets_two_cases(planting):
    first, second = planting.people(20), planting.people(20)
    assert not set(first.tolist()) & set(second.tolist())
    assert set(planting.used.tolist()) == {*first.tolist(), *second.tolist()}
    with pytest.raises(ValueError, match="more cases than people"):
        planting.people(3_000)


def test_people_of_a_case_have_the_age_and_sex_asked_for(planting):
    taken = planting.people(30, ages=(40, 45), male=False)
    years = 2020 - (planting.population.birth[taken].astype("datetime64[D]").astype("datetime64[Y]")
                    .astype(int) + 1970)  # fmt: skip
    assert years.min() >= 40
    assert years.max() <= 46
    assert not planting.population.male[taken].any()


def test_case_people_stand_on_no_clean_roster(planting):
    plan, population = planting.plan, planting.population
    alive = np.full(len(population), 99, np.int8)
    used = set(planting.people(100).tolist())
    for sub_item in plan.sub_items:
        enrolled = enrol(population, plan, sub_item, alive)
        assert not used & set(enrolled.people.tolist())


def test_the_dead_leave_and_their_households_are_no_steady_ones(planting):
    plan, population = planting.plan, planting.population
    alive = np.full(len(population), 99, np.int8)
    pension, dibao = (plan.sub_items[plan.place(n)] for n in ("pension.basic", "relief.dibao"))
    before = enrol(population, plan, pension, alive)
    welfare = enrol(population, plan, dibao, alive)
    alive[before.people[0]], alive[welfare.people[0]] = 4, 4
    after = enrol(population, plan, pension, alive)
    assert (before.last[0], after.last[0]) == (12, 4)
    gone = set(welfare.people.tolist()) - set(enrol(population, plan, dibao, alive).people.tolist())
    home = population.household[welfare.people[0]]
    assert gone == set(welfare.people[population.household[welfare.people] == home].tolist())


def test_filling_up_is_exact_or_refused():
    population, plan = make_population(3_000, seed=1), read_plan()
    item = plan.sub_items[plan.place("insurance.medical")]
    people = np.arange(100)
    enrolled = Enrolled(people, np.ones(100, np.int8), np.full(100, 12, np.int8))
    for rows in (0, 1, 200):
        assert fill_up(population, item, enrolled, rows).count(item.months) == rows
    for rows in (-1, 201):
        with pytest.raises(ValueError, match="cannot be filled"):
            fill_up(population, item, enrolled, rows)


def test_files_are_cut_at_their_size(tmp_path, monkeypatch):
    import pyarrow.parquet as pq
    from tests.engine.generate.counties import ROWS, SEED, county

    from mingbai.engine.generate import make_county

    whole = county().folder  # before the sizes change: other tests read it, too
    monkeypatch.setattr(rosters, "ROWS_A_PART", 700)
    monkeypatch.setattr(registers, "_AT_ONCE", 300)
    made = make_county(tmp_path, rows=ROWS, seed=SEED)
    parts = sorted((made.folder / "roster").iterdir())
    assert len(parts) >= ROWS // 700
    assert max(pq.read_metadata(path).num_rows for path in parts) <= 700
    for name in ("roster", "people.parquet"):
        assert pq.read_table(made.folder / name).equals(pq.read_table(whole / name))


def test_a_slip_of_the_pen_gives_another_name():
    from mingbai.engine.generate.cases.persons import _neighbours_name

    names = np.array([5, 5, 5, 9, 5], np.int32)
    assert _neighbours_name(names, np.array([0, 2, 3, 4])).tolist() == [9, 9, 5, 9]


def test_people_on_no_course_are_too_many_for_the_nameless_one():
    many = Planting(make_population(90_000, seed=1), read_plan())
    plant_seats(many)
    crowd = [each for each in many.expected if each.rule == "seats"]
    assert [each.rows.tolist() for each in crowd] == [[10]]
