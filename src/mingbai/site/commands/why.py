"""``./mingbai why NAME [STEP…]``: from a number to its card, its parts, its rows, its cell."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mingbai.report.queries import Part


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "figure", help="数字的名称或代码，如 funds.released（见 ./mingbai figures）"
    )
    parser.add_argument("steps", nargs="*", help="逐层往下走的代码，见上一层输出")
    parser.add_argument("--year", type=int, help="只看这一年的小结")
    parser.add_argument("--most", type=int, default=20, help="每层最多列出多少项，默认 20")


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from mingbai.base.scope import Asker
    from mingbai.report.queries import (
        CannotExplain,
        explain_statement,
        newest_summary,
        rounding_text,
        statements_of,
    )

    to = Asker.system("the command line explains a figure")
    summary = newest_summary(to=to, year=args.year)
    if summary is None:
        print("还没有编制小结。请先运行 ./mingbai compile。")
        return 1
    statements = statements_of(summary, to=to)
    wanted = [s for s in statements if args.figure in (s.key, s.card["name"], str(s.pk))]
    if not wanted:
        print(f"小结里没有“{args.figure}”。可以问的有：")
        for statement in statements:
            print(f"  {statement.key}（{statement.card['name']}）")
        return 1
    try:
        found = explain_statement(wanted[0], args.steps, to)
    except CannotExplain as error:
        print(error)
        return 1
    card = found.card
    print(f"{card.name}：{wanted[0].display}")
    print(f"  计算：{found.computation or found.exact}")
    print(f"  分子：{card.numerator}")
    if card.denominator:
        print(f"  分母：{card.denominator}")
    print(f"  截止：{card.cutoff}（{wanted[0].cutoff_date:%Y-%m-%d}）  归口：{card.owner}")
    print(f"  舍入：{rounding_text(card)}")
    print(f"  依据：{wanted[0].evidence_count:,} 条，摘要 {wanted[0].evidence_digest[:16]}")
    if found.steps:
        print("  位置：" + " › ".join(step.label for step in found.steps))
    print()
    for part in found.parts[: args.most]:
        count = f"（{part.count:,} 条）" if part.count is not None else ""
        print(f"  {part.label}：{part.value}{count}{_where(part)}")
    if len(found.parts) > args.most:
        print(f"  …… 本层共 {len(found.parts)} 项，加 --most 看更多")
    return 0


def _where(part: Part) -> str:
    """The next step to type, or the place in the workbook."""
    if part.path:
        return "  → " + " ".join(part.path)
    return f"  ← {part.place}" if part.place else f"  {part.note}"
