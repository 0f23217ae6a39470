"""How many of the first findings about the demonstration county are true, at each size.

    PYTHONPATH=src:. .venv/bin/python bench/findings.py [--sizes quarter full] [--kinds]

Each county is made, received and compared in a process and a home of its own; its truth table says
which findings are true (`mingbai.site.demo.judging`). Four orders are counted among their first 25,
50, 100 and 200:

- *first day*: as the page shows them before anybody decided anything;
- *by money*: by the stake alone, for comparison;
- *as settled*: clerks who err in one of twelve settle from the top, and the list is ordered anew
  after every twenty decisions: the findings in the order in which they were settled;
- *next year*: as the page shows this county's findings when all findings of another county (a
  quarter, of the next seed) were decided by such clerks before.

`--kinds` tells what stands among the first hundred, by kind and truth.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.demo.clerks import Judged

FIRST = (25, 50, 100, 200)
BEFORE = "quarter"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=["quarter"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[2021])
    parser.add_argument("--kinds", action="store_true", help="what stands among the first hundred")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what was judged, to read")
    parser.add_argument("--judge", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.judge:
        judge_county(args.judge[0], int(args.judge[1]), Path(args.judge[2]))
        return
    with tempfile.TemporaryDirectory(prefix="mingbai-findings-") as scratch:
        kept = args.keep or Path(scratch)
        kept.mkdir(parents=True, exist_ok=True)
        print("| size | seed | findings | true | order |" + "".join(f" {n} |" for n in FIRST))
        print("|---" * (5 + len(FIRST)) + "|")
        for size in args.sizes:
            for seed in args.seeds:
                before = judged(BEFORE, seed + 1, kept)
                tell(size, seed, judged(size, seed, kept), before, args.kinds)


def judged(size: str, seed: int, kept: Path) -> list[Judged]:
    """A county's findings, judged in a process of its own unless it was before."""
    file = kept / f"{size}-{seed}.pickle"
    if not file.exists():
        command = [sys.executable, __file__, "--judge", size, str(seed), str(file)]
        subprocess.run(command, check=True)
    return pickle.loads(file.read_bytes())


def judge_county(size: str, seed: int, file: Path) -> None:
    """Make, receive and compare a county in a home that goes with this process."""
    with tempfile.TemporaryDirectory(prefix="mingbai-home-") as home:
        os.environ.update(
            MINGBAI_HOME=home, MINGBAI_DEMO="1", DJANGO_SETTINGS_MODULE="mingbai.site.settings"
        )
        os.environ.pop("MINGBAI_DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command
        from tests.demo.judged import compare_county

        call_command("migrate", verbosity=0, interactive=False)
        outcome = compare_county(folder=Path(home) / "demo", size=size, seed=seed)
        made = file.with_suffix(".part")
        made.write_bytes(pickle.dumps(list(outcome.ranked)))
        made.replace(file)


def tell(
    size: str, seed: int, findings: list[Judged], before: list[Judged], with_kinds: bool
) -> None:
    """Print a county's rows of the table."""
    from tests.demo.clerks import by_money, by_worth, count_true, decide, in_order, settle_all

    known = decide(before, random.Random("clerks"))
    orders = {
        "first day": in_order(findings, by_worth),
        "by money": in_order(findings, by_money),
        "as settled": settle_all(findings, by_worth),
        "next year": in_order(findings, by_worth, known),
    }
    for name, order in orders.items():
        counts = "".join(f" {count_true(order[:n])} |" for n in FIRST)
        print(f"| {size} | {seed} | {len(findings)} | {count_true(findings)} | {name} |{counts}")
    if with_kinds:
        for name in ("first day", "next year"):
            seen = Counter((each.code, each.is_true) for each in orders[name][:100])
            for (code, true), count in sorted(seen.items(), key=lambda item: -item[1]):
                print(f"    {name}: {count} × {code}, {'true' if true else 'false'}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
