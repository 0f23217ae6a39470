"""A county of its own for processes that race or are killed: a fresh home and a fresh database.

The database is of the kind the suite runs on: a SQLite file in the home, or a new database on the
same PostgreSQL server, dropped afterwards.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[3]
AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
MONTHS = 12


@contextmanager
def arena(home: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that work in ``home``, on a database nobody else uses."""
    with _database(os.environ.get("MINGBAI_DATABASE_URL", "")) as url:
        yield {
            **{k: v for k, v in os.environ.items() if not k.startswith("MINGBAI_")},
            "MINGBAI_HOME": str(home),
            "MINGBAI_DATABASE_URL": url,
            "MINGBAI_LOG": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
            "PYTHONPATH": os.pathsep.join((str(PROJECT / "src"), str(PROJECT))),
        }


@contextmanager
def _database(url: str) -> Iterator[str]:
    if not url:
        yield ""
        return
    import psycopg

    name = f"arena_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(script: Path, *args: str, env: dict[str, str], within: int) -> str:
    """Run a script to its end, at most so many seconds, and return what it printed."""
    done = subprocess.run(
        [sys.executable, str(script), *args],
        env=env, cwd=PROJECT, capture_output=True, text=True, timeout=within, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def codes(count: int) -> list[str]:
    """Sub-items enough for so many slots of one month each."""
    return [f"hardship-relief.slot-{n:03d}" for n in range(-(-count // MONTHS))]


def book_of(items: list[str]):
    """A book that pays each of these sub-items 500 元 a month, through one bank."""
    from tests.rooms.payment.banking import RULES
    from tests.rooms.registry.rosters import amount_rule, small_book, sub_item

    book = small_book(*(sub_item(code, amount_rule(code)) for code in items))
    return dataclasses.replace(book, bank=RULES)


def migrate() -> None:
    """The tables of an empty installation."""
    from tests import schema

    schema.migrate(verbosity=0, interactive=False)


def without_guards() -> None:
    """Drop every trigger of payment and the constraints that let one of two in: a control arm."""
    from django.db import connection
    from django.db.models import UniqueConstraint

    from mingbai.payment import models

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers"
            )
        payment = [each for each in cursor.fetchall() if each[1].startswith("payment_")]
        for name, table in payment:
            on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
            cursor.execute(f'DROP TRIGGER "{name}"{on}')
    with connection.schema_editor() as editor:
        for model in (
            models.BatchStep, models.PaymentBatch, models.PaymentLine, models.BankFile,
            models.BankLine, models.BankReturn, models.BankOutcome, models.BankTally,
        ):  # fmt: skip
            unique = [c for c in model._meta.constraints if isinstance(c, UniqueConstraint)]
            # SQLite builds a table anew from what the model says.
            model._meta.constraints = [c for c in model._meta.constraints if c not in unique]
            for constraint in sorted(unique, key=lambda c: c.condition is None):
                editor.remove_constraint(model, constraint)
