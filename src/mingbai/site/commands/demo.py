"""``./mingbai demo``: the demonstration county from workbooks to docx, then the site."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", choices=("small", "quarter", "half", "full"), default="small",
                        help="规模：small 约百分之一，full 为整县，默认 small")  # fmt: skip
    parser.add_argument("--seed", type=int, default=2021, help="随机种子，同种子同结果")
    parser.add_argument("--no-serve", action="store_true", help="编完小结即结束，不开网站")
    parser.add_argument("--fresh", action="store_true", help="清除已有的演示数据，从头再来")
    parser.add_argument("--port", type=int, default=8000, help="网站端口，默认 8000")


def run(args: argparse.Namespace) -> int:
    home = _demo_home()
    os.environ["MINGBAI_HOME"] = str(home)
    done = home / "DEMO"
    if args.fresh or (done.exists() and done.read_text().strip() != f"{args.size} {args.seed}"):
        _clear(home)
    os.environ["MINGBAI_DEMO"] = "1"

    import django

    django.setup()
    from mingbai.site.commands.serve import serve
    from mingbai.site.demo.accounts import ACCOUNTS, PASSWORD

    if not done.exists():
        _build(home, size=args.size, seed=args.seed)
        done.write_text(f"{args.size} {args.seed}\n")
    _print_summary()
    if args.no_serve:
        return 0
    print("\n演示账号（密码都是 " + PASSWORD + "）：")
    for account in ACCOUNTS:
        print(f"  {account.username:<12}{account.display_name}")
    return serve(host="127.0.0.1", port=args.port)


def _demo_home() -> Path:
    """The demonstration has a home of its own, apart from real data."""
    if named := os.environ.get("MINGBAI_HOME"):
        return Path(named).resolve()
    return Path(__file__).resolve().parents[4] / "var" / "demo"


def _clear(home: Path) -> None:
    """Remove a finished or half-built demonstration; refuses a home that holds real data."""
    marks = [home / "DEMO", home / "DEMO-BUILDING"]
    if home.exists() and any(home.iterdir()) and not any(m.exists() for m in marks):
        sys.exit(f"{home} 里有数据但不是演示数据，未作任何改动。请另设 MINGBAI_HOME。")
    shutil.rmtree(home, ignore_errors=True)


def _build(home: Path, *, size: str, seed: int) -> None:
    from datetime import date

    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from mingbai.base.models import User
    from mingbai.rulebook import load_book
    from mingbai.site.actions import install_county, open_accounts
    from mingbai.site.commands.progress import Bars
    from mingbai.site.demo import make_county
    from mingbai.site.demo.accounts import ACCOUNTS, CREW, PASSWORD
    from mingbai.site.line import Crew, run_line

    if (home / "DEMO-BUILDING").exists():
        print("上次演示数据没有建完，清除后重来。", file=sys.stderr)
        _reset(home)
    (home / "DEMO-BUILDING").touch()
    bars, now = Bars(), timezone.now()
    folder = home / "demo-county"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder.with_name("demo-county-truth"), ignore_errors=True)
    with bars.stage("install"):
        call_command("migrate", verbosity=0, interactive=False)
        book = load_book(year=2021, county=settings.MINGBAI_COUNTY)
        install_county(book=book, by=None, at=now)
        open_accounts(
            accounts=ACCOUNTS, password=PASSWORD, by=None, at=now, from_date=date(2021, 1, 1)
        )
    with bars.stage("county"):
        make_county(folder=folder, size=size, seed=seed, progress=bars.progress)  # type: ignore[arg-type]
    users = {u.username: u for u in User.objects.unscoped("the demonstration's crew")}
    crew = Crew(*(users[name] for name in CREW))
    run_line(
        folder=folder,
        book=book,
        half=1,
        crew=crew,
        at=now,
        demonstration=True,
        progress=bars.progress,
        stage=bars.stage,
    )
    (home / "DEMO-BUILDING").unlink()
    total = sum(s for name, s in bars.seconds.items() if name not in ("install", "county"))
    print(f"从文件夹到小结用时 {total:.0f} 秒。")


def _reset(home: Path) -> None:
    """Empty a half-built home but keep its keys, which are already loaded."""
    from django.db import connection

    connection.close()
    for path in home.iterdir():
        if path.name == "keys":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _print_summary() -> None:
    from mingbai.base.scope import Asker
    from mingbai.report.queries import newest_summary, statements_of
    from mingbai.site.commands.compile import write_docx

    to = Asker.system("the command line shows the newest summary")
    summary = newest_summary(to=to)
    if summary is None:
        print("还没有编制小结。")
        return
    print(f"\n{summary}（演示数据，人员均为合成）")
    for statement in statements_of(summary, to=to):
        print(f"  {statement.card['name']}：{statement.display}")
    print(f"\n小结文件：{write_docx(summary)}")
