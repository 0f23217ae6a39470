"""Entering a county's roll of the insured: rows a second and memory, at any size.

    PYTHONPATH=src python bench/insured.py --size full

Makes the demonstration county's rolls, hands in what concerns the insured, enters it, counts it,
and enters it again. The database is a file of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

WORDS = ("参保", "户籍", "迁出", "死亡")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="full", choices=("small", "quarter", "half", "full"))
    parser.add_argument("--seed", type=int, default=2021)
    size = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingbai-bench-") as home:
        os.environ |= {
            "MINGBAI_HOME": home,
            "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        }
        import django

        django.setup()
        measure(Path(home), size.size, size.seed)


def measure(home: Path, size: str, seed: int) -> None:
    from django.core.management import call_command

    from mingbai.intake.actions import receive_many
    from mingbai.registry.actions import count_coverage, enrol_insured
    from mingbai.rulebook import load_book
    from mingbai.site.actions import install_county
    from mingbai.site.demo import make_county, receiving_order
    from mingbai.site.line import OfficeFinder

    call_command("migrate", verbosity=0)
    at, book = datetime.now(UTC), load_book(year=2021, county="340223")
    install_county(book=book, by=None, at=at)
    made = make_county(folder=home / "county", size=size, seed=seed)
    finder = OfficeFinder(book)
    paths = [p for p in receiving_order(made.folder) if any(word in p.name for word in WORDS)]
    files = [(p.name, p.read_bytes(), finder.find(p, under=made.folder)) for p in paths]
    receive_many(files=files, by=None, at=at, total=len(files))
    del files
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for turn in ("first", "again"):
        start, busy = time.perf_counter(), time.process_time()
        (entry,) = enrol_insured(year=2021, book=book, by=None, at=at)
        took, used = time.perf_counter() - start, time.process_time() - busy
        print(
            f"enter {turn}: {entry.row_count:,} rows, {entry.person_count:,} people, "
            f"{entry.step_count:,} steps in {took:.1f} s ({used:.1f} s of processor): "
            f"{entry.row_count / took:,.0f} rows/s"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {before / 1024:,.0f} MB before, {peak / 1024:,.0f} MB at most")
    for turn in ("first", "again"):
        start = time.perf_counter()
        (count,) = count_coverage(year=2021, book=book, by=None, at=at)
        print(f"count {turn}: {count.insured_count:,} in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
