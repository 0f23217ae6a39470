"""``./mingbai remind``: the day's reminders and what waits in the outbox, for cron or by hand."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to wait for the hour, and whether to send only."""
    parser.add_argument("--early", action="store_true", help="不等到上班时间，现在就提醒")
    parser.add_argument("--send-only", action="store_true", help="只发待发的消息，不生成新的提醒")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.utils import timezone

    from mingbai.site.reminding import remind_day, send_waiting

    if not args.send_only:
        made = remind_day(at=timezone.now(), early=args.early)
        if made is None:
            print("今天不提醒：休息日、还没到提醒的时间，或还没有收到报表。")
        else:
            day = made.round_date
            print(
                f"{day.month}月{day.day}日的提醒：查到待办事项 {made.duties_count} 项，"
                f"提醒 {made.reminders_count} 条。"
            )
    report = send_waiting(clock=timezone.now)
    print(
        f"外发消息：送达 {report.sent} 条，未送达 {report.failed} 条，待再试 {report.waiting} 条。"
    )
    return 0
