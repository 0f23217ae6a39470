"""``./mingbai compare --month``: compare everything that is live and report the month."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingbai.registry.actions import ComparisonReport
    from mingbai.registry.queries import MonthReport


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, default=2021, help="年度，默认 2021")
    parser.add_argument(
        "--month", nargs="?", const="", help="报告哪个月，如 202107；只写 --month 是本月"
    )
    parser.add_argument("--by", help="经办人的用户名（演示县默认 minban）")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from mingbai.base.scope import Asker
    from mingbai.registry.queries import month_report
    from mingbai.rulebook import load_book
    from mingbai.site.commands.people import CannotFindUser, user_named
    from mingbai.site.line import compare_year

    today = timezone.localdate()
    period = _period(args.month, today.year * 100 + today.month)
    if period is None:
        print("月份要写成 202107 的样子。")
        return 1
    try:
        by = user_named(args.by)
    except CannotFindUser as error:
        print(error)
        return 1
    book = load_book(year=args.year, county=settings.MINGBAI_COUNTY)
    report, closed = compare_year(year=args.year, book=book, by=by, at=timezone.now())
    _say(report, closed)
    to = Asker.system("the command line reports the whole county's month")
    if args.month is not None:
        _say_month(month_report(to=to, year=args.year, period=period))
    return 0


def _period(text: str | None, today: int) -> int | None:
    if not text:
        return today
    found = int(text) if text.isascii() and text.isdigit() and len(text) == 6 else 0
    return found if 1 <= found % 100 <= 12 else None


def _say(report: ComparisonReport, closed: int) -> None:
    print(
        f"比对 {report.row_count} 行，现有疑点 {report.finding_count} 条："
        f"新查出 {report.new_count} 条，"
        f"更正后消除 {report.superseded_count} 条，又出现 {report.reopened_count} 条。"
    )
    if closed:
        print(f"更正单上有 {closed} 项随之更新。")
    if report.unanswered:
        print(f"有 {len(report.unanswered)} 条规则因缺表或缺列没有比对全，见比对页。")


def _say_month(report: MonthReport) -> None:
    from mingbai.engine.money import show_money
    from mingbai.registry.queries import finding_name

    year, month = divmod(report.period, 100)
    total = report.total
    print(f"\n{year}年{month}月比对情况")
    print(
        f"  新查出 {total('new_count')} 条，更正后消除 {total('gone_count')} 条，"
        f"属实 {total('confirmed_count')} 条，排除 {total('dismissed_count')} 条，"
        f"又出现 {total('back_count')} 条。"
    )
    print(f"  目前没核 {total('open_count')} 条，涉及 {show_money(total('open_amount'))} 元。")
    for months, count in report.ages.items():
        print(f"    {f'查出已 {months} 个月' if months else '本月查出'}：{count} 条")
    for each in report.kinds:
        if each.new_count or each.open_count:
            name = finding_name(each.code)
            print(f"  {name}：新查出 {each.new_count} 条，没核 {each.open_count} 条")
