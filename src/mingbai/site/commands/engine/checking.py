"""``engine check``: look for what the rules say, in files as they are."""

from __future__ import annotations

import argparse
import datetime as dt
import secrets
import shutil
import sys

import pyarrow as pa

from mingbai.engine.checks import CheckSpec, check
from mingbai.site.commands.engine.explaining import explain_rule
from mingbai.site.commands.engine.faults import CannotRun
from mingbai.site.commands.engine.inputs import Inputs, read_inputs
from mingbai.site.commands.engine.outputs import (
    check_suffix,
    form_findings,
    print_findings,
    rank_findings,
    write_findings,
)
from mingbai.site.commands.engine.ruling import choose_rules
from mingbai.site.commands.progress import Bars

NOTHING, FOUND = 0, 1


def run_checks(args: argparse.Namespace) -> int:
    """Read, check, rank, write and say."""
    check_suffix(args.out)
    if args.explain:
        return explain_rule(
            args.explain,
            given=args.given,
            rules=args.rules,
            findings=args.findings,
            number=args.number,
        )
    if not args.given:
        raise CannotRun("请写明要检查的文件或文件夹。用 ./mingbai engine check --help 查看说明。")
    bars = Bars()
    with bars.stage("读入"):
        inputs = read_inputs(
            args.given,
            secret=secrets.token_bytes(32),
            as_of=dt.date.today(),  # noqa: DTZ011 - nobody on a list is born after today
            year=args.year,
            progress=bars.progress,
        )
        specs = choose_rules(inputs, args.rules)
    for note in inputs.notes:
        print(note, file=sys.stderr)
    with bars.stage("检查"):
        found = _check(inputs, specs, args)
    findings = pa.concat_tables([found, form_findings(inputs.clear)])
    order = rank_findings(findings, specs)
    if args.out:
        with bars.stage("写出"):
            write_findings(findings, order, inputs, args.out, specs=specs)
    left = sum(sheet.left for sheet in inputs.clear)
    skipped = f"（另有 {left} 行是合计、说明或重复表头，不算）" if left else ""
    print(f"检查了 {inputs.rows():,} 行{skipped}，{len(specs)} 条规则。")
    width = shutil.get_terminal_size((120, 24)).columns
    print_findings(findings, order, inputs, top=max(args.top, 0), width=width)
    if args.out:
        print(f"\n已写出：{args.out}")
    return FOUND if findings.num_rows else NOTHING


def _check(inputs: Inputs, specs: tuple[CheckSpec, ...], args: argparse.Namespace) -> pa.Table:
    return check(
        inputs.tables, specs, args.machine, threads=max(args.threads, 1), memory=args.memory
    )
