"""Comparing again after one new sheet, against comparing everything: the demonstration county.

Run (after any ./mingbai command has installed the packages):
    PYTHONPATH=src .venv/bin/python bench/recheck.py --home FOLDER [--turns N]

FOLDER is the home of a demonstration (`MINGBAI_HOME=FOLDER ./mingbai demo --size full --no-serve`);
nothing in it changes but its side files, the database is rolled back. In each turn the sheet
received last (the last but one, …) is left out, then comes in: compared with what was remembered,
and compared without any memory. Both must find the same. Figures are wall seconds, the least of all
turns.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--turns", type=int, default=3)
    args = parser.parse_args()
    os.environ.update(
        MINGBAI_HOME=str(args.home),
        MINGBAI_DEMO="1",
        DJANGO_SETTINGS_MODULE="mingbai.site.settings",
    )
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from mingbai.rulebook import load_book

    call_command("migrate", verbosity=0, interactive=False)
    book = load_book(year=2021, county=settings.MINGBAI_COUNTY)
    everything, again, nothing_new = [], [], []
    for turn in range(args.turns):
        whole, small, same = _turn(turn, book)
        everything.append(whole)
        again.append(small)
        nothing_new.append(same)
    print(f"everything          {min(everything):6.2f} s")
    print(
        f"one more sheet      {min(again):6.2f} s   {min(everything) / min(again):5.1f} times less"
    )
    print(f"nothing new         {min(nothing_new):6.2f} s")
    print(f"peak memory         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _turn(turn: int, book: object) -> tuple[float, float, float]:
    """Seconds of a whole comparison, of one after a sheet, and of one after nothing."""
    from mingbai.base.aside import drop_aside
    from mingbai.registry.actions import tables

    live = tables.live_sheets
    left_out = _some_sheet(turn)

    def without(**asked: object) -> object:
        return live(**asked).exclude(pk=left_out)

    tables.live_sheets = without
    drop_aside("comparison-2021", keep=())
    _compare(book)
    tables.live_sheets = live
    small, found = _compare(book)
    same, found_again = _compare(book)
    drop_aside("comparison-2021", keep=())
    whole, wanted = _compare(book)
    assert found == found_again == wanted, "the findings differ"
    return whole, small, same


def _some_sheet(turn: int) -> int:
    from mingbai.base.scope import Asker
    from mingbai.intake.queries import live_sheets

    sheets = live_sheets(to=Asker.system("bench"), year=2021, kind="subsidy")
    return int(sheets.order_by("-file_id", "-number").values_list("pk", flat=True)[turn])


def _compare(book: object) -> tuple[float, object]:
    """Seconds of one comparison and what it found; the database stays as it was."""
    from django.db import transaction

    from mingbai.registry.actions import compare, compare_sheets

    kept = {}
    found = compare._found

    def keep(*given: object) -> object:
        kept["found"] = found(*given)
        return kept["found"]

    compare._found = keep
    try:
        with transaction.atomic():
            start = time.perf_counter()
            compare_sheets(year=2021, book=book, by=None, at=datetime.now(UTC))
            seconds = time.perf_counter() - start
            transaction.set_rollback(True)
    finally:
        compare._found = found
    return seconds, {k: (v.columns, sorted(v.rows)) for k, v in kept["found"].items()}


if __name__ == "__main__":
    main()
