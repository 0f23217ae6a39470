"""The tables of an empty installation, migrated once for each state of the migrations.

Migrating takes half a minute of processor; a copy on SQLite takes none. The copy is made by the
real migrations, is known by what all of them say, and lies in ``var/``. PostgreSQL always migrates.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "schema"


def migrate(*args: Any, **options: Any) -> None:
    """Bring the database of this process, which is new, to the newest schema."""
    from django.db import connection

    if connection.vendor != "sqlite":
        call_command("migrate", *args, **options)
        return
    path = template()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            call_command("migrate", *args, **options)
            _keep(connection, path)
            return
    connection.ensure_connection()
    with sqlite3.connect(path) as source:
        source.backup(connection.connection)
    source.close()


def template() -> Path:
    """The copy that belongs to the migrations as they stand, made or not."""
    return FOLDER / f"{_state()}.sqlite3"


@cache
def _state() -> str:
    """What decides the schema: every migration, what they are built from, Django and SQLite."""
    digest = hashlib.sha256(f"{django.VERSION} {sqlite3.sqlite_version}".encode())
    package = ROOT / "src" / "mingbai"
    for path in sorted([*package.glob("*/migrations/*.py"), *package.glob("base/*.py")]):
        digest.update(f"{path.relative_to(package)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _keep(connection: Any, path: Path) -> None:
    """Write the copy whole or not at all; drop those of other states that nobody used for long."""
    part = path.with_suffix(f".{os.getpid()}")
    target = sqlite3.connect(part)
    connection.connection.backup(target)
    target.execute("PRAGMA journal_mode = DELETE")
    target.close()
    part.rename(path)
    others = sorted(FOLDER.glob("*.sqlite3"), key=lambda each: each.stat().st_mtime)
    for old in others[:-8]:
        old.unlink(missing_ok=True)
