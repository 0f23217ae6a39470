"""The line measured stage by stage: folder to docx at a quarter, half and full county.

Run (after any ./mingbai command has installed the packages):
    PYTHONPATH=src .venv/bin/python bench/line.py [--sizes small quarter half full] [--out FILE]

Each size runs in a process of its own, in an empty home. Figures are wall seconds and peak resident
memory (this process and its children). The slope matters: seconds for twice the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STAGES = ("county", "receive", "enter", "compare", "enrol", "insure", "pay", "compile")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", nargs="+", default=["quarter", "half", "full"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child")
    args = parser.parse_args()
    if args.child:
        print(json.dumps(measure(args.child)))
        return 0
    results = []
    for size in args.sizes:
        with tempfile.TemporaryDirectory(prefix="mingbai-bench-") as home:
            env = {**os.environ, "MINGBAI_HOME": home, "MINGBAI_DEMO": "1", "PYTHONUTF8": "1"}
            env["DJANGO_SETTINGS_MODULE"] = "mingbai.site.settings"
            command = [sys.executable, __file__, "--child", size]
            done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{size}: done", file=sys.stderr)
    text = table(results)
    print(text)
    if args.out:
        args.out.write_text(text + "\n", encoding="utf-8")
    return 0


def measure(size: str) -> dict[str, object]:
    """Run the line once in this process and return what each stage took."""
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command
    from django.utils import timezone

    from mingbai.base.models import Act, User
    from mingbai.intake.models import Receipt
    from mingbai.payment.models import PaymentLine
    from mingbai.registry.models import Person
    from mingbai.rulebook import load_book
    from mingbai.site.actions import install_county, open_accounts
    from mingbai.site.commands.progress import Bars
    from mingbai.site.demo.accounts import ACCOUNTS, CREW, PASSWORD
    from mingbai.site.line import Crew, run_line

    home, now, bars = Path(os.environ["MINGBAI_HOME"]), timezone.now(), Bars(quiet=True)
    call_command("migrate", verbosity=0, interactive=False)
    book = load_book(year=2021, county="340223")
    install_county(book=book, by=None, at=now)
    open_accounts(accounts=ACCOUNTS, password=PASSWORD, by=None, at=now, from_date=date(2021, 1, 1))
    folder = home / "county"
    with bars.stage("county"):
        code = (
            "from pathlib import Path; from mingbai.site.demo import make_county;"
            f"make_county(folder=Path({str(folder)!r}), size={size!r}, seed=2021)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
    users = {u.username: u for u in User.objects.unscoped("bench")}
    started = time.monotonic()
    run_line(
        folder=folder,
        book=book,
        half=1,
        crew=Crew(*(users[name] for name in CREW)),
        at=now,
        demonstration=True,
        stage=bars.stage,
    )
    total = time.monotonic() - started
    receipts = Receipt.objects.unscoped("bench").values_list("row_count", flat=True)
    return {
        "size": size,
        "seconds": bars.seconds,
        "total": total,
        "files": len(receipts),
        "rows": sum(receipts),
        "persons": Person.objects.unscoped("bench").count(),
        "lines": PaymentLine.objects.unscoped("bench").count(),
        "acts": Act.objects.unscoped("bench").count(),
        "peak_self_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_child_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "database_mb": (home / "mingbai.sqlite3").stat().st_size / 2**20,
    }


def table(results: list[dict]) -> str:
    """A Markdown table: one column a size, then the rates and the slope."""
    head = ["", *(r["size"] for r in results)]
    rows = [
        ["files", *(f"{r['files']:,}" for r in results)],
        ["roster and table rows", *(f"{r['rows']:,}" for r in results)],
        ["persons", *(f"{r['persons']:,}" for r in results)],
        ["payment lines", *(f"{r['lines']:,}" for r in results)],
    ]
    rows += [
        [f"{name}, s", *(f"{r['seconds'].get(name, 0):.1f}" for r in results)] for name in STAGES
    ]
    rows += [
        ["folder to docx, s", *(f"{r['total']:.1f}" for r in results)],
        ["received and judged, rows a second",
         *(f"{r['rows'] / r['seconds']['receive']:,.0f}" for r in results)],
        ["paid with history, lines a second",
         *(f"{r['lines'] / max(r['seconds']['pay'], 1e-9):,.0f}" for r in results)],
        ["seconds a 1,000 rows, whole line",
         *(f"{1000 * r['total'] / r['rows']:.3f}" for r in results)],
        ["peak memory, MB", *(f"{r['peak_self_mb']:.0f}" for r in results)],
        ["peak of a child, MB", *(f"{r['peak_child_mb']:.0f}" for r in results)],
        ["database, MB", *(f"{r['database_mb']:.0f}" for r in results)],
    ]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


if __name__ == "__main__":
    sys.exit(main())
