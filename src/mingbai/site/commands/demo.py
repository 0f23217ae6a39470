"""``./mingbai demo``: the demonstration county from workbooks to docx, then the site."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingbai.rulebook.model import Book
    from mingbai.site.commands.progress import Bars
    from mingbai.site.line import Crew

PROJECT = Path(__file__).resolve().parents[4]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", choices=("small", "quarter", "half", "full"),
                        help="规模：full 整县（默认），small 百分之一；不写则照旧")  # fmt: skip
    parser.add_argument("--seed", type=int, default=2021, help="随机种子，同种子同结果")
    parser.add_argument("--half", type=int, choices=(1, 2),
                        help="1 上半年（默认），2 全年，编全年小结；不写则照旧")  # fmt: skip
    parser.add_argument("--no-serve", action="store_true", help="编完小结即结束，不开网站")
    parser.add_argument("--fresh", action="store_true", help="清除已有的演示数据，从头再来")
    parser.add_argument("--port", type=int, default=8000, help="网站端口，默认 8000")


def run(args: argparse.Namespace) -> int:
    home = Path(os.environ.get("MINGBAI_HOME") or PROJECT / "var").resolve()
    os.environ["MINGBAI_HOME"] = str(home)
    done, building = home / "DEMO", home / "DEMO-BUILDING"
    built = done.read_text().split() if done.exists() else []
    size = args.size or (built[0] if built else "full")
    half = args.half or (int(built[2]) if len(built) > 2 else 1)
    wanted = [size, str(args.seed), str(half)]
    if not done.exists() and not building.exists() and _is_used(home):
        print(f"{home} 里已有数据，不是演示数据，未作任何改动。要看演示，请另设 MINGBAI_HOME。")
        return 1
    if building.exists() or args.fresh or (built and built != wanted):
        print("清除原有的演示数据，从头再来。", file=sys.stderr)
        shutil.rmtree(home)
    os.environ["MINGBAI_DEMO"] = "1"

    import django

    django.setup()
    from mingbai.site.commands.serve import serve
    from mingbai.site.demo.accounts import COUNTY_ACCOUNTS, PASSWORD

    if not done.exists():
        building.touch()
        if not _build(home, size=size, seed=args.seed, half=half):
            return 1
        done.write_text(" ".join(wanted) + "\n")
        building.unlink()
    _print_summary()
    if args.no_serve:
        return 0
    print("\n演示账号（密码都是 " + PASSWORD + "）：")
    for account in COUNTY_ACCOUNTS:
        print(f"  {account.username:<12}{account.display_name}")
    print("各镇、各责任部门的经办和复核账号列在登录页上。")
    return serve(host="127.0.0.1", port=args.port)


def _is_used(home: Path) -> bool:
    """Whether somebody's own data lies there: stored files, or a ledger with an entry."""
    database = home / "mingbai.sqlite3"
    if (home / "files").exists() or not database.exists():
        return (home / "files").exists()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT 1 FROM base_act LIMIT 1").fetchone() is not None
        except sqlite3.Error:
            return False  # never migrated: an empty file that some command left


def _build(home: Path, *, size: str, seed: int, half: int) -> bool:
    """Make the county and run the line; refuses a database that is already in use."""
    from django.conf import settings
    from django.core.management import call_command

    from mingbai.base.models import User
    from mingbai.rulebook import load_book
    from mingbai.site.actions import install_county, open_accounts
    from mingbai.site.commands.progress import Bars
    from mingbai.site.demo import make_county
    from mingbai.site.demo.accounts import ACCOUNTS, CREW, PASSWORD
    from mingbai.site.line import Crew, run_line
    from mingbai.site.promises import promise_year
    from mingbai.site.story import gather_cast, tell_story
    from mingbai.site.teaching import teach_year

    bars, period = Bars(), 202100 + 6 * half
    now = _written_up(period)
    folder = home / "demo-county"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(folder.with_name("demo-county-truth"), ignore_errors=True)
    with bars.stage("install"):
        call_command("migrate", verbosity=0, interactive=False)
        if User.objects.unscoped("whether the database is in use").exists():
            print("MINGBAI_DATABASE_URL 所指的数据库里已有数据，未作任何改动。请换一个空库。")
            return False
        book = load_book(year=2021, county=settings.MINGBAI_COUNTY)
        install_county(book=book, by=None, at=now)
        open_accounts(
            accounts=ACCOUNTS, password=PASSWORD, by=None, at=now, from_date=date(2021, 1, 1)
        )
    with bars.stage("county"):
        make_county(folder=folder, size=size, seed=seed, half=half, progress=bars.progress)  # type: ignore[arg-type]
    users = {u.username: u for u in User.objects.unscoped("the demonstration's crew")}
    crew = Crew(*(users[name] for name in CREW))
    run_line(
        folder=folder, book=book, half=half, crew=crew, at=now, demonstration=True,
        stage=bars.stage, progress=bars.progress,
        before_compiling=partial(_meet, bars, book, crew, 6 * half, now),
    )  # fmt: skip
    with bars.stage("promise"):
        promise_year(book=book, crew=crew, at=now)
        teach_year(year=2021, book=book, at=now)
    with bars.stage("story"):
        tell_story(gather_cast(book=book, period=period, seed=seed))
    beside = ("install", "county", "meet", "promise", "story")
    total = sum(s for name, s in bars.seconds.items() if name not in beside)
    print(f"从文件夹到小结用时 {total:.0f} 秒。")
    return True


def _meet(bars: Bars, book: Book, crew: Crew, through: int, at: datetime) -> None:
    from mingbai.site.meeting import meet_year

    with bars.stage("meet"):
        meet_year(book=book, crew=crew, through=through, at=at)


def _written_up(period: int) -> datetime:
    """When the county took its last month in: a demonstration lives in its own time."""
    from django.utils import timezone

    from mingbai.base.periods import month_end

    day = month_end(period) + timedelta(days=5)
    return timezone.make_aware(datetime.combine(day, time(9)))


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
