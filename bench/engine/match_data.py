"""People and applications for the matching benchmark, as Parquet.

    PYTHONPATH=src python bench/engine/match_data.py OUT [--people 554000] [--applications 100000]

Writes people.parquet, applications.parquet and truth.parquet (which only the scoring reads).
People of one village stand together; every fourth shares a house, and so a phone, with the one
before.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.generate import PeopleMaker, Village
from mingbai.engine.generate.applications import make_applications


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--people", type=int, default=554_000)
    parser.add_argument("--applications", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2021)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    people = make_people(args.people, args.seed)
    applications, truth = make_applications(people, count=args.applications, seed=args.seed)
    pq.write_table(people, args.out / "people.parquet")
    pq.write_table(applications, args.out / "applications.parquet")
    pq.write_table(truth, args.out / "truth.parquet")
    return 0


def make_people(count: int, seed: int) -> pa.Table:
    maker = PeopleMaker(Random(seed))
    random = Random(seed + 1)
    rows = []
    for number in range(count):
        village = number * 173 // count
        code = f"3402231{village // 22:02d}{village % 22:03d}"
        born = (dt.date(1930, 1, 1), dt.date(2015, 12, 31))
        place = Village(code, "演示村", code[:9], "演示镇")
        person = maker.make(villages=[place], born=born)
        name, phone = person.name, person.phone
        if rows and random.random() < 0.25:
            phone = rows[-1]["phone"]
            # One family name in the house, and now and then one name of the generation.
            if "·" not in name and "·" not in rows[-1]["name"]:
                keep = (
                    2
                    if len(name) > 2 and len(rows[-1]["name"]) > 2 and random.random() < 0.3
                    else 1
                )
                name = rows[-1]["name"][:keep] + name[keep:]
        rows.append(
            {
                "name": name,
                "id_number": person.id_number,
                "birth_date": person.birth,
                "sex": 1 if person.male else 2,
                "phone": phone,
                "village": code,
            }
        )
    schema = pa.schema([
        ("name", pa.string()), ("id_number", pa.string()), ("birth_date", pa.date32()),
        ("sex", pa.int8()), ("phone", pa.string()), ("village", pa.string()),
    ])  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)


if __name__ == "__main__":
    raise SystemExit(main())
