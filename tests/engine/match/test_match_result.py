"""The whole match on generated applications: right, as sure as it says, and explained."""

from __future__ import annotations

import datetime as dt
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from mingbai.engine.generate import PeopleMaker, Village
from mingbai.engine.generate.applications import make_applications
from mingbai.engine.match import (
    PERSON_SCHEMA,
    CannotMatch,
    Day,
    Digits,
    Group,
    HanName,
    IdNumber,
    Plan,
    Words,
    match,
    plan_for,
)


def make_people(count, seed):
    """Houses of three under one phone; the second and third bear the first one's family name."""
    maker, rows = PeopleMaker(Random(seed)), []
    for number in range(count):
        code = f"3402231{number * 8 // count:05d}"
        place = Village(code, "演示村", code[:9], "演示镇")
        person = maker.make(villages=[place], born=(dt.date(1930, 1, 1), dt.date(2015, 12, 31)))
        name, phone = person.name, person.phone
        if number % 3 and "·" not in name:
            name, phone = rows[-1]["name"][0] + name[1:], rows[-1]["phone"]
        rows.append({
            "name": name, "id_number": person.id_number, "birth_date": person.birth,
            "sex": 1 if person.male else 2, "phone": phone, "village": code,
        })  # fmt: skip
    return pa.Table.from_pylist(rows).cast(
        pa.schema([
            ("name", pa.string()), ("id_number", pa.string()), ("birth_date", pa.date32()),
            ("sex", pa.int8()), ("phone", pa.string()), ("village", pa.string()),
        ])
    )  # fmt: skip


@pytest.fixture(scope="module")
def county():
    people = make_people(9_000, 11)
    return people, *make_applications(people, count=4_000, seed=12)


@pytest.fixture(scope="module")
def result(county):
    people, applications, _ = county
    return match(applications, people)


def measured(found, truth):
    pairs = found.pairs
    taken = pairs["probability"].to_numpy() >= 0.5
    who = truth["person"].to_numpy()[pairs["left"].to_numpy()] == pairs["right"].to_numpy()
    return (taken & who).sum() / taken.sum(), (taken & who).sum() / len(truth)


def test_people_are_found_and_promises_kept(county, result):
    precision, recall = measured(result, county[2])
    promise = result.model.promises.at(0.5)
    assert precision > 0.995
    assert recall > 0.995
    assert promise.precision == pytest.approx(precision, abs=0.003)
    assert promise.recall == pytest.approx(recall, abs=0.003)


def test_people_are_found_without_numbers(county):
    people, applications, truth = county
    plan = plan_for(applications, people, ignore=["id_number"])
    found = match(applications, people, plan=plan)
    precision, recall = measured(found, truth)
    promise = found.model.promises.at(0.5)
    assert precision > 0.985
    assert recall > 0.985
    assert promise.precision == pytest.approx(precision, abs=0.01)
    assert promise.recall == pytest.approx(recall, abs=0.01)


def test_equal_name_and_birth_alone_would_not_do(county):
    """Control: what the plainest comparison finds of the same applications."""
    people, applications, truth = county
    keys = ["name", "birth_date"]
    known = dict(
        zip(zip(*(people[key].to_pylist() for key in keys), strict=True), range(9_000), strict=True)
    )
    found = [
        known.get(pair) for pair in zip(*(applications[k].to_pylist() for k in keys), strict=True)
    ]
    right = sum(a == b for a, b in zip(found, truth["person"].to_pylist(), strict=True))
    assert right / len(truth) < 0.93


def test_faults_have_their_verdicts(county, result):
    truth = county[2]
    faults = dict(zip(truth["line"].to_pylist(), truth["faults"].to_pylist(), strict=True))
    persons = truth["person"].to_pylist()
    said = {(row["left"], row["right"]): row["verdict"] for row in result.pairs.to_pylist()}
    seconds = [n for n in range(len(persons)) if faults[n + 1] == ["id_second"]]
    assert len(seconds) >= 4
    assert {said[n, persons[n]] for n in seconds} == {"two_ids"}
    borrowed = [n for n in range(len(persons)) if faults[n + 1] == ["id_borrowed"]]
    shared = {left for (left, _), verdict in said.items() if verdict == "two_people"}
    assert len(borrowed) >= 4
    assert set(borrowed) <= shared
    queued = {(row["left"], row["case"]) for row in result.queue.to_pylist()}
    assert {(n, "two_ids") for n in seconds} <= queued
    assert {(n, "two_people") for n in borrowed} <= queued


def test_the_queue_is_in_order_and_told(result):
    values = result.queue["value"].to_pylist()
    assert values == sorted(values, reverse=True)
    told = {row["case"]: result.tell(row["rank"]) for row in result.queue.to_pylist()}
    assert told["two_ids"].startswith("同一人有两个身份证号（可能性 ")
    assert told["two_people"].startswith("两人共用一个身份证号（可能性 ")
    assert all(said.endswith("。") for said in told.values())


def test_persons_name_their_records(county, result):
    clusters = result.clusters
    assert clusters.schema.equals(PERSON_SCHEMA)
    truth = county[2]["person"].to_numpy()
    person, row = clusters["person"].to_numpy(), clusters["row"].to_numpy()
    right = np.array(clusters["side"].to_pylist()) == "right"
    who = np.where(right, row, truth[np.where(right, 0, row)])
    home = dict(zip(person[right].tolist(), who[right].tolist(), strict=True))
    agree = [
        home.get(p) == w for p, w in zip(person[~right].tolist(), who[~right].tolist(), strict=True)
    ]
    assert sum(agree) / len(agree) > 0.995


def test_explained_as_a_clerk_says_it():
    schema = {"name": ["张国华", "李明"], "id_number": ["340299196203041017", "340299195001010029"]}
    plan = Plan(
        comparisons=(HanName(column="name"), IdNumber(column="id_number"), Day(column="born"))
    )
    born = [dt.date(1962, 3, 4), dt.date(1950, 1, 1)]
    left = pa.table({**schema, "born": born})
    right = pa.table({**schema, "born": born}).slice(0, 1)
    swapped = right.set_column(1, "id_number", pa.array(["340299196203041071"]))
    result = match(left, swapped, plan=plan)
    assert result.explain(0, 0) == "姓名、出生日期相同，身份证号第 17、18 位互换"
    assert result.explain(1, 0) == "姓名不同，身份证号不同（两个号码都通过校验），出生日期不同"


def test_a_roster_against_itself(county):
    _, applications, truth = county
    both = applications.append_column(
        "month", pa.array([None, *["202101"] * (len(applications) - 1)])
    )
    found = match(both)
    who = truth["person"].to_numpy()
    there = sum(n * (n - 1) // 2 for n in np.unique(who, return_counts=True)[1])
    pairs = found.pairs.filter(found.pairs["probability"].to_numpy() >= 0.5)
    right = who[pairs["left"].to_numpy()] == who[pairs["right"].to_numpy()]
    assert there > 50
    assert right.sum() / there > 0.95
    assert right.mean() > 0.95
    assert set(found.clusters["side"].to_pylist()) == {"left"}
    plan = Plan(comparisons=found.model.plan.comparisons, once=("month",))
    apart = match(both, plan=plan)
    assert set(apart.clusters["row"].to_pylist()) <= {0} | set(range(1, 4_000))
    assert apart.clusters.num_rows <= 2
    assert "once" in set(apart.queue["case"].to_pylist())
    nowhere = both.set_column(
        both.column_names.index("month"), "month", pa.nulls(len(both), pa.string())
    )
    joined = match(nowhere, plan=plan)
    assert joined.clusters.equals(found.clusters), "who has no month stands nowhere twice"
    assert joined.clusters.num_rows > apart.clusters.num_rows


def test_plans_are_read_off_columns(county):
    people, applications, _ = county
    kinds = {each.column: type(each) for each in plan_for(applications, people).comparisons}
    assert kinds == {
        "name": HanName, "id_number": IdNumber, "birth_date": Day, "sex": Group,
        "phone": Digits, "village": Group,
    }  # fmt: skip
    words = [
        f"{a}{b}" for a in ("smith", "jones", "berg", "lind") for b in "abcdefghijklmnopqrstuv"
    ]
    count = 352
    table = pa.table({
        "given_name": words * 4, "surname": words[::-1] * 4,
        "street": [f"{w} st" for w in words] * 4,
        "soc_sec_id": [f"{n * 7919 % 9_000_000:07d}" for n in range(count)],
        "street_number": [str(n * 31 % 301) for n in range(count)],
        "date_of_birth": [f"19{n % 90 + 10}0{n % 9 + 1}1{n % 10}" for n in range(count)],
        "state": [("nsw", "vic", "qld")[n % 3] for n in range(count)],
        "postcode": [("2600", "2601", "2602")[n % 3] for n in range(count)],
        "nothing": pa.nulls(count, pa.string()), "share": [0.5] * count,
        "serial": list(range(count)), "rec_id": [f"rec-{n}" for n in range(count)],
    })  # fmt: skip
    plan = plan_for(table)
    kinds = {each.column: type(each) for each in plan.comparisons}
    assert kinds == {
        "given_name": Words, "surname": Words, "street": Words, "soc_sec_id": Digits,
        "street_number": Digits, "date_of_birth": Day, "state": Group, "postcode": Group,
    }  # fmt: skip
    by_name = {each.column: each for each in plan.comparisons}
    assert by_name["given_name"].swap == "surname"
    assert by_name["given_name"].own
    assert by_name["soc_sec_id"].own
    assert not by_name["surname"].own
    with pytest.raises(CannotMatch):
        plan_for(table.select(["nothing", "share"]))


def test_it_spills_where_it_may(county, tmp_path):
    people, applications, _ = county
    small = applications.slice(0, 200)
    assert match(small, people, spill=tmp_path, memory="300MB").pairs.num_rows >= 190
