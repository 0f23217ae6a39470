"""``./mingbai manage …``: the framework's own maintenance commands, for the keeper."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after the name is handed on."""


def run(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["mingbai manage", *args.rest])
    return 0
