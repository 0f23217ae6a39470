"""A small county, received or not yet, in a home that each trial copies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")

#: Sets up an empty installation of the demonstration county: offices, list, accounts, no files.
INSTALL = """
import django; django.setup()
from datetime import date
from django.utils import timezone
from tests import schema
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county, open_accounts
from mingbai.site.demo.accounts import ACCOUNTS, PASSWORD
schema.migrate(verbosity=0, interactive=False)
book, now = load_book(year=2021, county="340223"), timezone.now()
install_county(book=book, by=None, at=now)
open_accounts(accounts=ACCOUNTS, password=PASSWORD, by=None, at=now, from_date=date(2021, 1, 1))
"""

#: Everything between receiving and paying.
PREPARE = """
import django; django.setup()
from django.utils import timezone
from mingbai.base.models import User
from mingbai.registry.actions import compare_sheets
from mingbai.rulebook import load_book
from mingbai.site.line import enrol_year, enter_sheets
book, now = load_book(year=2021, county="340223"), timezone.now()
clerk = User.objects.unscoped("set-up").get(username="minban")
enter_sheets(year=2021, book=book, by=clerk, at=now)
compare_sheets(year=2021, book=book, by=clerk, at=now)
enrol_year(year=2021, book=book, by=clerk, at=now)
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process that works in ``home``."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("MINGBAI_")}
    path = os.pathsep.join([str(PROJECT / "src"), str(PROJECT)])
    return env | {
        "MINGBAI_HOME": str(home),
        "MINGBAI_DEMO": "1",
        "PYTHONPATH": path,
        "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        **more,
    }


def run_python(code: str, home: Path) -> str:
    """Run a piece of Python in ``home`` and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run_worker(what: str, folder: Path, home: Path) -> list[str]:
    """Run the worker to its end and return its lines."""
    done = subprocess.run(
        [sys.executable, str(WORKER), what, str(folder)],
        env=environment(home),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@dataclass(frozen=True)
class SmallCounty:
    """The workbooks, a quarter of their files, and homes in two states to copy from."""

    folder: Path
    few: Path
    installed: Path
    prepared: Path
    copy: Callable[[Path, Path], Path]


@pytest.fixture(scope="session")
def small_county(tmp_path_factory: pytest.TempPathFactory) -> SmallCounty:
    """Made once a session: workbooks; a home with nothing received; a home ready to pay."""
    base = tmp_path_factory.mktemp("county")
    folder, installed, prepared = base / "in", base / "installed", base / "prepared"
    run_python(
        "from pathlib import Path; from mingbai.site.demo import make_county;"
        f"make_county(folder=Path({str(folder)!r}), size='small', seed=7)",
        base / "unused",
    )
    installed.mkdir()
    run_python(INSTALL, installed)
    copy_home(installed, prepared)
    run_worker("receive", folder, prepared)
    run_python(PREPARE, prepared)
    few = take_every(4, folder, base / "few")
    return SmallCounty(folder, few, installed, prepared, copy_home)


def take_every(step: int, folder: Path, target: Path) -> Path:
    """A folder with every ``step``-th of the files, each from its own office still."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file())[::step]:
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return target


def copy_home(source: Path, target: Path) -> Path:
    """A fresh copy of a home, without anything left of an earlier one."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target
