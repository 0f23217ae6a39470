"""``./mingbai compile``: build the half-year summary and write its docx."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingbai.report.models import Summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, default=2021, help="年度，默认 2021")
    parser.add_argument("--half", type=int, choices=(1, 2), default=1, help="1 上半年，2 全年")
    parser.add_argument("--by", help="编制人的用户名（演示县默认 minban）")
    parser.add_argument("--out", type=Path, help="docx 写到哪里，默认数据目录下的 papers/")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from mingbai.base.scope import Asker
    from mingbai.report.actions import CannotCompileSummary, compile_summary
    from mingbai.report.queries import list_changes, statements_of
    from mingbai.site.commands.people import CannotFindUser, user_named

    to = Asker.system("the command line shows what was compiled")
    try:
        by = user_named(args.by)
        summary = compile_summary(
            year=args.year,
            half=args.half,
            by=by,
            at=timezone.now(),
            forms_folder=settings.MINGBAI_FORMS,
            demonstration=settings.MINGBAI_DEMO,
        )
    except (CannotCompileSummary, CannotFindUser) as error:
        print(error)
        return 1
    for statement in statements_of(summary, to=to):
        print(f"  {statement.card['name']}：{statement.display}")
    changes = list_changes(summary, to=to)
    if summary.follows_id:
        print(f"与上一稿相比，{len(changes)} 个数有变化。")
        for change in changes:
            old, new = (s.display if s else "（无）" for s in (change.old, change.new))
            print(f"  {change.name}：{old} → {new}")
    print(f"小结文件：{write_docx(summary, args.out)}")
    return 0


def write_docx(summary: Summary, out: Path | None = None) -> Path:
    """Write a summary's stored docx where a person can open it."""
    from django.conf import settings

    from mingbai.base.files import open_file
    from mingbai.base.scope import Asker
    from mingbai.report.queries import paper_file

    stored = paper_file(summary, to=Asker.system("the docx is written for the keeper"))
    if stored is None:
        raise FileNotFoundError("这一稿没有生成文件。")
    folder = Path(settings.MINGBAI_HOME) / "papers"
    path = out or folder / f"{summary}.docx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(open_file(stored))
    return path
