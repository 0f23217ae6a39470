"""``./mingbai verify-ledger``: recompute the chain of acts and hold it against the kept heads."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    import django

    django.setup()
    from mingbai.base.ledger import verify_ledger

    report = verify_ledger()
    print(f"台账共 {report.entries_count} 条，库外留存摘要 {report.heads_count} 个。")
    if report.sound:
        print(f"核验通过，末条摘要 {report.head_hash}")
        return 0
    for fault in report.faults[:50]:
        print(f"✗ {fault}")
    print(f"核验不通过，共 {len(report.faults)} 处。请立即保留现场并报告系统管理员。")
    return 1
