"""``./mingbai setup``: migrate and load divisions, offices, duties and the year's list."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, default=2021, help="年度，默认 2021")
    parser.add_argument("--keeper", help="同时开设系统管理员账号，填用户名（密码在下一步输入）")


def run(args: argparse.Namespace) -> int:
    import getpass
    from datetime import date

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from mingbai.rulebook import load_book
    from mingbai.site.actions import Account, install_county, open_accounts

    call_command("migrate", verbosity=0, interactive=False)
    book = load_book(year=args.year, county=settings.MINGBAI_COUNTY)
    now = timezone.now()
    install_county(book=book, by=None, at=now)
    print(f"已载入{book.county_name} {book.year} 年清单，规则摘要 {book.digest[:16]}。")
    if args.keeper:
        office = next(o.code for o in book.offices if o.kind == "county_office")
        account = Account(args.keeper, args.keeper, office, ("keeper", "clerk"))
        password = getpass.getpass("请设置密码（不少于 10 位）：")
        if len(password) < 10:
            print("密码太短，未开设账号。")
            return 1
        open_accounts(
            accounts=[account],
            password=password,
            by=None,
            at=now,
            from_date=date(args.year, 1, 1),
        )
        print(f"已开设账号 {args.keeper}。")
    return 0
