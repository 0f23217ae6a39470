"""A whole county's year in a folder: people, rosters, lists, rules and what must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

import numpy as np

from mingbai.engine.generate.cases.absences import (
    enter_enrolled,
    plant_absences,
    plant_unclear,
)
from mingbai.engine.generate.cases.amounts import (
    plant_ages,
    plant_amounts,
    plant_codes,
    plant_months,
    plant_new_and_gone,
    plant_sexes,
)
from mingbai.engine.generate.cases.households import (
    plant_grants,
    plant_heads,
    plant_members,
    plant_unsure_heads,
)
from mingbai.engine.generate.cases.lists import (
    plant_deaths,
    plant_exclusions,
    plant_lists,
    plant_undated,
)
from mingbai.engine.generate.cases.persons import (
    plant_missing,
    plant_names,
    plant_repeats,
    plant_shared,
)
from mingbai.engine.generate.cases.planting import Planting
from mingbai.engine.generate.cases.seats import (
    plant_courses,
    plant_houses,
    plant_seats,
    seat_clean,
)
from mingbai.engine.generate.cases.spans import plant_certificates, plant_clashes
from mingbai.engine.generate.cases.totals import Tally
from mingbai.engine.generate.enrolment import Enrolled, Months, death_dates, enrol, fill_up
from mingbai.engine.generate.plan import read_plan
from mingbai.engine.generate.population import MOST_PEOPLE, issue_numbers, make_population
from mingbai.engine.generate.registers import (
    write_list,
    write_people,
    write_progress,
    write_seats,
    write_spared,
    write_truth,
)
from mingbai.engine.generate.rosters import Marks, roster_blocks, write_rosters

#: Rows of the year for each person; the medical insurance's sheet makes up what is missing.
_ROWS_A_PERSON: Final = 4.0
FEWEST_ROWS: Final = 10_000
MOST_ROWS: Final = int(MOST_PEOPLE * _ROWS_A_PERSON)
_RULES: Final = Path(__file__).with_name("rules.yaml")
_PLANTS: Final = (
    plant_repeats, plant_names, plant_missing, plant_shared, plant_deaths, plant_undated,
    plant_lists, plant_exclusions, plant_ages, plant_sexes, plant_amounts, plant_months,
    plant_courses, plant_new_and_gone, plant_codes, plant_certificates, plant_clashes,
    plant_grants, plant_heads, plant_unsure_heads, plant_members, plant_absences, plant_unclear,
    plant_seats,
)  # fmt: skip

#: Told how far a stage has come: its name, what is done, what there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class County:
    """Where a county was written and what it holds."""

    folder: Path
    people: int
    rows: int
    findings: int
    lists: dict[str, int]


def make_county(
    folder: Path, *, rows: int, seed: int, progress: Progress = lambda *_: None
) -> County:
    """Write a county of exactly `rows` roster rows; the same seed gives the same bytes.

    In `folder`, which must be new or empty: `people.parquet` (clear values and keys), `roster/`
    (parts of about a million rows, keys only), a file for each list of another office,
    `rules.yaml`, `truth.parquet` (the findings that must come out, and no others) and
    `spared.parquet` (who looks wrong and is right). Memory: 0.3 GB and 80 MB a million rows.
    Raises ValueError for fewer than FEWEST_ROWS or more than MOST_ROWS rows.
    """
    if not FEWEST_ROWS <= rows <= MOST_ROWS:
        raise ValueError(f"a county has {FEWEST_ROWS:,} to {MOST_ROWS:,} roster rows")
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError("the folder is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    plan = read_plan()
    count = int(rows / _ROWS_A_PERSON)
    progress("people", 0, count)
    population = make_population(count, seed=seed)
    planting = Planting(population, plan)
    for plant in _PLANTS:
        plant(planting)
    # Births may move by a day here, so it comes before anybody's age is asked.
    issue_numbers(population, first=planting.used)
    last_alive = _bury(planting)
    enrolled, houses = _enrol(planting, last_alive, rows)
    write_people(folder / "people.parquet", population, lambda n: progress("people", n, count))
    marks: Marks = {}
    tally = Tally(planting)
    blocks = tally.watch(roster_blocks(population, plan, enrolled, planting.rows))
    written = write_rosters(
        folder / "roster", population, plan, blocks, marks, lambda n: progress("roster", n, rows)
    )
    lists = {
        name: write_list(folder / f"{name}.parquet", population, parts, marks)
        for name, parts in planting.lists.items()
    }
    lists["seats"] = write_seats(folder / "seats.parquet", planting.seats)
    lists["progress"] = write_progress(folder / "progress.parquet", tally.report())
    findings = write_truth(folder / "truth.parquet", population.lots, planting.expected, marks)
    write_spared(folder / "spared.parquet", population.lots, planting.spared)
    text = Template(_RULES.read_text(encoding="utf-8")).substitute(houses=houses)
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    return County(folder, count, written, findings, lists)


def _bury(planting: Planting) -> Months:
    """Enter the dead on their list; the last month of the year in which each person lives."""
    dead, days = death_dates(planting.population, planting.plan)
    planting.put_on("deaths", dead, days, town=planting.population.town(dead))
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    last_alive = np.full(len(planting.population), 99, np.int8)
    last_alive[dead] = (month - (planting.plan.year - 1970) * 12 + 1).clip(0, 12)
    return last_alive


def _enrol(planting: Planting, last_alive: Months, rows: int) -> tuple[dict[str, Enrolled], int]:
    """Everybody's enrolment: the houses by their target, the insurance by what is missing."""
    houses, target = plant_houses(planting, last_alive)
    planted = sum(len(part["person"]) for parts in planting.rows.values() for part in parts)
    missing, enrolled = rows - planted, {}
    population, plan = planting.population, planting.plan
    for sub_item in sorted(plan.sub_items, key=lambda each: each.fills):
        theirs = houses
        if not sub_item.targeted:
            theirs = enrol(population, plan, sub_item, last_alive)
        if sub_item.fills:
            theirs = fill_up(population, sub_item, theirs, missing)
        missing -= theirs.count(sub_item.months)
        enrolled[sub_item.id] = theirs
    enter_enrolled(planting, enrolled["disabled.nursing"])
    seat_clean(planting, enrolled["training.skills"])
    return enrolled, target
