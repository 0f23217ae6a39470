"""``./mingbai rulebook``: read a year's rulebook aloud."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, default=2021, help="年度，默认 2021")
    parser.add_argument("--county", default="340223", help="县级代码，默认 340223")


def run(args: argparse.Namespace) -> int:
    from mingbai.rulebook import describe_book, load_book

    print(describe_book(load_book(year=args.year, county=args.county)))
    return 0
