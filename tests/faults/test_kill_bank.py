"""kill -9 while bank files are written and answers read: nothing lost, half, or counted twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.faults.bank_worker import MONTHS, PEOPLE
from tests.faults.county import PROJECT, environment

KILLS = int(os.environ.get("MINGBAI_KILLS", "20"))
WORKER = Path(__file__).with_name("bank_worker.py")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

HALVES = {
    "files without their step": """
        SELECT count(*) FROM payment_bankfile f WHERE NOT EXISTS
        (SELECT 1 FROM payment_bankfilestep s WHERE s.bank_file_id = f.id)""",
    "files whose lines do not add up": """
        SELECT count(*) FROM payment_bankfile f WHERE (f.line_count, f.amount) IS NOT
        (SELECT count(*), sum(l.amount) FROM payment_bankline l
         WHERE l.bank_file_id = f.id AND l.channel = 'bank')""",
    "answers without their tally": """
        SELECT count(*) FROM payment_bankreturn r WHERE NOT EXISTS
        (SELECT 1 FROM payment_banktally t WHERE t.bank_return_id = r.id)""",
    "answers without all their lines": """
        SELECT count(*) FROM payment_bankreturn r WHERE r.line_count <>
        (SELECT count(*) FROM payment_returnline l WHERE l.bank_return_id = r.id)""",
    "lines with two live files": """
        SELECT count(*) FROM (SELECT 1 FROM payment_bankline WHERE NOT cancelled
        GROUP BY line_id HAVING count(*) > 1)""",
    "fen that transfers and outcomes tell apart": """
        SELECT count(*) FROM payment_bankfile f WHERE
        (SELECT coalesce(sum(l.amount), 0) FROM payment_bankline l
         JOIN payment_bankoutcome o ON o.bank_line_id = l.id WHERE l.bank_file_id = f.id) <>
        (SELECT coalesce(sum(t.amount), 0) FROM payment_transfer t
         WHERE t.batch_id = f.batch_id AND t.cause IN ('paid', 'returned'))""",
    "files that were written but moved no money": """
        SELECT count(*) FROM payment_bankfile f WHERE f.amount <>
        (SELECT coalesce(sum(t.amount), 0) FROM payment_transfer t
         WHERE t.batch_id = f.batch_id AND t.cause = 'sent')""",
}


def start(what: str, home: Path, **more: str) -> subprocess.Popen[str]:
    env = environment(home, **more)
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(PROJECT)])
    return subprocess.Popen(
        [sys.executable, str(WORKER), what],
        env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip


def killed(home: Path, after: float, **more: str) -> list[str]:
    """Work, kill, and return what had been acknowledged."""
    with start("work", home, **more) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "READY"
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        return [line[4:] for line in process.stdout.read().splitlines() if line[:4] == "ACK "]


def one(home: Path, query: str) -> int:
    with closing(sqlite3.connect(home / "mingbai.sqlite3")) as connection:
        return int(connection.execute(query).fetchone()[0])


def faults_of(home: Path, acknowledged: list[str]) -> list[str]:
    """What is wrong after a kill; stored bytes are looked for on disk as well."""
    found = [f"{n} {name}" for name, query in HALVES.items() if (n := one(home, query))]
    for line in acknowledged:
        kind, number = line.split()
        table = {"file": "payment_bankfile", "return": "payment_bankreturn"}[kind]
        if not one(home, f"SELECT count(*) FROM {table} WHERE id = {int(number)}"):
            found.append(f"acknowledged {line} is lost")
    with closing(sqlite3.connect(home / "mingbai.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT s.kind, s.sha256 FROM base_storedfile s WHERE s.kind LIKE 'bank-%'"
        ).fetchall()
    for kind, sha256 in rows:
        if not (home / "files" / kind / sha256[:2] / sha256).is_file():
            found.append("a row points at a file that is not there")
    return found


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, float]:
    """A home with approved months, and how long an undisturbed run works on it."""
    base = tmp_path_factory.mktemp("bank") / "home"
    base.mkdir()
    with start("set_up", base) as process:
        process.wait()
        assert process.returncode == 0
    trial = Path(shutil.copytree(base, base.with_name("trial")))
    with start("work", trial) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        process.wait()
        assert process.returncode == 0
    return base, time.monotonic() - began


def ended(home: Path) -> bool:
    said = one(home, "SELECT count(*) FROM payment_bankoutcome")
    return said == MONTHS * (PEOPLE - 1)


def test_killed_at_random_moments_every_fen_stays_explained(ready, tmp_path):
    base, seconds = ready
    chance, home = random.Random(20210705), tmp_path / "home"
    shutil.copytree(base, home)
    for kill in range(KILLS):
        acknowledged = killed(home, chance.uniform(0, 0.4 * seconds))
        assert faults_of(home, acknowledged) == [], f"after kill {kill}"
        if ended(home):
            home = Path(shutil.copytree(base, tmp_path / f"home-{kill}"))
    with start("work", home) as process:
        process.wait()
    assert ended(home)
    assert faults_of(home, []) == []
    # Every month: all but one line answered, however often the answers were given again.
    open_amount = "SELECT min(open_amount) + max(open_count) FROM payment_banktally WHERE id IN (SELECT max(id) FROM payment_banktally GROUP BY bank_file_id)"  # noqa: E501
    assert one(home, open_amount) == 50_000 + 1


def test_control_arm_without_transactions_is_caught(ready, tmp_path):
    base, seconds = ready
    chance = random.Random(7)
    for kill in range(20):
        home = Path(shutil.copytree(base, tmp_path / f"home-{kill}"))
        acknowledged = killed(home, chance.uniform(0.05, 0.9) * seconds, MINGBAI_CONTROL="1")
        if faults_of(home, acknowledged):
            return
    pytest.fail("the control arm was never caught: the oracle has no teeth")
