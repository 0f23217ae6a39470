"""Dirty applications: every fault comes, is named, and is what its name says."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from mingbai.engine.generate import check_digit, id_number
from mingbai.engine.generate.applications import FAULTS, RATES, make_applications

SCHEMA = pa.schema([
    ("name", pa.string()), ("id_number", pa.string()), ("birth_date", pa.date32()),
    ("sex", pa.int8()), ("phone", pa.string()), ("village", pa.string()),
])  # fmt: skip
NAMES = ["王丽华", "张国军", "李䶮", "阿依古丽·艾力", "陈明", "王𠮷", "欧阳建华", "赵"]


def make_people(count=400):
    rows = []
    for n in range(count):
        born = dt.date(1950 + n % 60, 1 + n % 12, 1 + n % 28)
        rows.append({
            "name": NAMES[n % len(NAMES)], "id_number": id_number(born, 1 + n % 900),
            "birth_date": born, "sex": 1 + n % 2, "phone": f"154{n:08d}",
            "village": f"3402231000{n % 7:02d}",
        })  # fmt: skip
    rows.append(dict.fromkeys(SCHEMA.names, None) | {"name": "无"})
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def test_the_same_seed_gives_the_same():
    people = make_people()
    first, again = (make_applications(people, count=50, seed=3) for _ in range(2))
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])
    assert not first[0].equals(make_applications(people, count=50, seed=4)[0])


def test_more_applications_than_people():
    applications, truth = make_applications(make_people(10), count=30, seed=1)
    assert len(applications) == len(truth) == 30
    assert set(truth["person"].to_pylist()) == set(range(11))
    assert len(make_applications(make_people(10), count=0, seed=1)[0]) == 0


def test_nobody_applies_where_nobody_is():
    with pytest.raises(ValueError, match="need people"):
        make_applications(make_people().slice(0, 0), count=3, seed=1)


@pytest.mark.parametrize("fault", RATES)
def test_each_fault_alone(fault):
    people = make_people()
    applications, truth = make_applications(people, count=401, seed=9, rates={fault: 1.0})
    rows, told = applications.to_pylist(), truth["faults"].to_pylist()
    assert [fault] in told
    assert set(FAULTS) == set(RATES)
    originals = people.to_pylist()
    for row, faults, person in zip(rows, told, truth["person"].to_pylist(), strict=True):
        given = originals[person]
        changed = {name for name in SCHEMA.names if row[name] != given[name]}
        assert len(changed) <= 1
        if faults and "missing" not in fault:
            assert faults == [fault]
            assert changed <= {fault.split("_")[0] if "id" not in fault else "id_number"} | {
                "birth_date", "name", "phone", "village", "id_number"
            }  # fmt: skip


def test_numbers_that_are_valid_are_valid():
    people = make_people()
    for fault in ("id_second", "id_borrowed"):
        applications, truth = make_applications(people, count=200, seed=2, rates={fault: 1.0})
        pairs = zip(applications["id_number"].to_pylist(), truth["faults"].to_pylist(), strict=True)
        for number, faults in pairs:
            if faults:
                assert number[17] == check_digit(number[:17])


def test_shares_are_as_stated():
    people = make_people(3_000)
    _, truth = make_applications(people, count=3_000, seed=5)
    faults = [fault for row in truth["faults"].to_pylist() for fault in row]
    for fault in ("id_missing", "phone_missing", "birth_missing", "phone_changed"):
        assert faults.count(fault) / 3_000 == pytest.approx(RATES[fault], rel=0.35)
