"""``./mingbai figures``: every statement of the newest summary."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--year", type=int, help="只看这一年的小结")


def run(args: argparse.Namespace) -> int:
    import json

    import django

    django.setup()
    from mingbai.base.scope import Asker
    from mingbai.report.queries import figures_json, newest_summary

    to = Asker.system("the command line lists the figures")
    summary = newest_summary(to=to, year=args.year)
    if summary is None:
        print("还没有编制小结。请先运行 ./mingbai compile。")
        return 1
    found = figures_json(summary, to=to)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    print(f"{summary}（截止 {summary.cutoff_date:%Y-%m-%d}，依据台账至第 {summary.as_of_seq} 条）")
    for each in found:
        rows = f"（依据 {each['evidence_rows']:,} 条）"
        print(f"  {each['key']:<34}{each['name']}：{each['display']}{rows}")
    return 0
