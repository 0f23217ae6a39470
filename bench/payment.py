"""Drawing a batch: lines a second and database statements a line, snapshots and ledger included.

Run (after any ./mingbai command has installed the packages):
    PYTHONPATH=src:. .venv/bin/python bench/payment.py [--sizes 100000 600000] [--turns 3]

Each turn draws a batch of its own in a fresh SQLite home and a process of its own: people and
enrolments are there, the roster's rows are in memory as a year's rosters are when many batches are
drawn. Timed is `draw_batch` alone: plan, lines, digest, totals by town, declaration, first step and
ledger. A statement is one call of the database; a call that takes many rows counts once. Beside it
stand what two open-source systems were measured to do: HOPE 47 to 60 lines a second and 16
statements a line, openIMIS 21 a second and 82 statements.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from typing import Any

_AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
_TOWN, _VILLAGE, _PERIOD = "340223100", "340223100001", 202101
_HOPE, _OPENIMIS = 60, 21


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 600_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(_draw(args.one)))
        return
    print("| lines | lines/s | lines a CPU second | statements a line | beside HOPE | openIMIS |")
    print("|---|---|---|---|---|---|")
    for size in args.sizes:
        turns = [_in_process(size) for _ in range(args.turns)]
        best = min(turns, key=lambda turn: float(turn["wall"]))
        speed, cpu = size / best["wall"], size / min(turn["cpu"] for turn in turns)
        print(
            f"| {size:,} | {speed:,.0f} | {cpu:,.0f} | {best['calls'] / size:.5f} "
            f"| {speed / _HOPE:,.0f} times | {speed / _OPENIMIS:,.0f} times |"
        )


def _in_process(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "MINGBAI_HOME": home,
            "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        }
        done = subprocess.run(
            [sys.executable, __file__, "--one", str(size)],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return dict(json.loads(done.stdout))


def _draw(size: int) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from tests.conftest import OfficeTree
    from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

    from mingbai.payment.actions import draw_batch

    call_command("migrate", verbosity=0, interactive=False)
    tree, book = OfficeTree(), small_book()
    sheet = hand_in(tree, _AT, [row(1)])
    _enrol(size, DIBAO, tree.clerk)
    source = _source(size, DIBAO, sheet.file_id)
    calls = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal calls
        calls += 1
        return execute(sql, params, many, context)

    cpu, wall = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(count):
        batch = draw_batch(
            sub_item=DIBAO, period=_PERIOD, book=book, by=tree.clerk, at=_AT, source=source
        )
    spent = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if batch.expected_count != size:
        raise SystemExit(f"drew {batch.expected_count} lines, not {size}")
    return {**spent, "calls": calls}


def _key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def _enrol(size: int, sub_item: str, clerk: Any) -> None:
    """People without values: drawing opens none of them."""
    from django.db import transaction

    from mingbai.base.bulk import insert_rows
    from mingbai.base.ledger import record_act
    from mingbai.registry.models import Enrolment, Person

    with transaction.atomic():
        act = record_act("bench", by=clerk, at=_AT)
        person = (
            "id",
            "act_id",
            "id_key",
            "id_sealed",
            "name_sealed",
            "name_key",
            "town",
            "village",
        )
        insert_rows(
            Person,
            list(person),
            ((n + 1, act.pk, _key(n), b"", b"", _key(n), _TOWN, _VILLAGE) for n in range(size)),
        )
        enrolment = ("id", "act_id", "person_id", "sub_item", "town", "village")
        insert_rows(
            Enrolment,
            [*enrolment, "since_period", "end_reason"],
            ((n + 1, act.pk, n + 1, sub_item, _TOWN, _VILLAGE, _PERIOD, "") for n in range(size)),
        )


def _source(size: int, sub_item: str, file: int) -> Any:
    import polars as pl

    from mingbai.payment.queries.source import Source, source_mark

    columns: dict[str, tuple[list[Any], Any]] = {
        "origin_file_id": ([file] * size, pl.Int64),
        "origin_sheet": ([1] * size, pl.Int32),
        "origin_line": (list(range(3, size + 3)), pl.Int32),
        "id_key": ([_key(n) for n in range(size)], pl.Binary),
        "sub_item": ([sub_item] * size, pl.String),
        "town": ([_TOWN] * size, pl.String),
        "period": ([_PERIOD] * size, pl.Int32),
        "amount": ([1] * size, pl.Int64),
        "grade": ([None] * size, pl.String),
        "start_date": ([None] * size, pl.Date),
        "end_date": ([None] * size, pl.Date),
        "verdict": ([0] * size, pl.Int8),
        "held": ([False] * size, pl.Boolean),
    }
    rows = pl.DataFrame(
        {name: values for name, (values, _) in columns.items()},
        schema={name: kind for name, (_, kind) in columns.items()},
    )
    return Source(_PERIOD // 100, source_mark(year=_PERIOD // 100), {sub_item: rows})


if __name__ == "__main__":
    main()
