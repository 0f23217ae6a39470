"""``./mingbai receive FOLDER``: take in workbooks, judge each row, enter what passes."""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingbai.base.models import User
    from mingbai.intake.models import Receipt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="报表所在文件夹，下面按报送单位分文件夹")
    parser.add_argument("--office", help="全部文件都来自这个单位（名称或简称）")
    parser.add_argument("--year", type=int, default=2021, help="年度，默认 2021")
    parser.add_argument("--returned", type=Path, help="把标注后的工作簿写到这个文件夹")
    parser.add_argument("--by", help="经办人的用户名（演示县默认 minban）")
    parser.add_argument("--only-receive", action="store_true", help="只收件判定，不登记、不比对")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from mingbai.rulebook import load_book
    from mingbai.site.commands.people import CannotFindUser, user_named
    from mingbai.site.commands.progress import Bars
    from mingbai.site.line import (
        CannotNameOffice,
        enter_received,
        files_of,
        offices_named,
        receive_folder,
    )

    if not args.folder.is_dir():
        print(f"没有找到文件夹 {args.folder}。请核对路径。")
        return 1
    if not any(files_of(args.folder)):
        print(f"文件夹 {args.folder} 里没有文件。请把各单位的报表放进以单位命名的子文件夹。")
        return 1
    book = load_book(year=args.year, county=settings.MINGBAI_COUNTY)
    now, bars = timezone.now(), Bars()
    try:
        by = user_named(args.by)
        office = offices_named([args.office], book)[0] if args.office else None
        with bars.stage("receive"):
            receipts = receive_folder(
                folder=args.folder,
                book=book,
                by=by,
                at=now,
                office=office,
                progress=bars.progress,
            )
    except (CannotNameOffice, CannotFindUser) as error:
        print(error)
        return 1
    if not args.only_receive:
        enter_received(year=book.year, book=book, by=by, at=now, stage=bars.stage)
    _say(receipts)
    if args.returned:
        _write_returned(receipts, args.returned, by, now)
    return 0


def _say(receipts: list[Receipt]) -> None:
    outcomes = Counter(r.get_outcome_display() for r in receipts)
    print(f"共 {len(receipts)} 个文件：" + "，".join(f"{k} {n}" for k, n in outcomes.items()))
    rows, rejected = sum(r.row_count for r in receipts), sum(r.rejected_count for r in receipts)
    print(f"共 {rows} 行，通过 {rows - rejected} 行，退回 {rejected} 行。")
    for receipt in receipts:
        if receipt.outcome in ("unreadable", "unrecognised"):
            print(f"✗ {receipt.office.short_name}《{receipt.original_name}》：{receipt.message}")


def _write_returned(receipts: list[Receipt], folder: Path, by: User, at: datetime) -> None:
    from mingbai.intake.actions import return_workbook

    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for receipt in receipts:
        if receipt.outcome == "accepted" and receipt.rejected_count:
            content = return_workbook(receipt=receipt, by=by, at=at)
            name = f"{receipt.office.short_name}-{receipt.pk}-退回.xlsx"
            (folder / name).write_bytes(content)
            written += 1
    print(f"已写出 {written} 个标注工作簿：{folder}")
