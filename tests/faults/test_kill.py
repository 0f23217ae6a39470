"""kill -9 at random moments of receiving and of paying: nothing lost, nothing half, nothing twice.

The oracle stands outside: the acknowledgements the test itself read from the pipe. The control arm
runs the same worker without transactions and must be caught.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.faults.county import WORKER, environment, run_python, run_worker

KILLS = int(os.environ.get("MINGBAI_KILLS", "24"))
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def killed_run(what: str, folder: Path, home: Path, *, after: float, **more: str) -> list[str]:
    """Start the worker, kill it ``after`` seconds of work, return the steps it acknowledged."""
    with subprocess.Popen(
        [sys.executable, str(WORKER), what, str(folder)],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "READY"
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        lines = process.stdout.read().splitlines()
    return [line[4:] for line in lines if line.startswith("ACK ")]


def rows(home: Path, query: str) -> list[tuple]:
    """Read the database as it lies on disk."""
    with sqlite3.connect(home / "mingbai.sqlite3") as connection:
        return connection.execute(query).fetchall()


def one(home: Path, query: str):
    """The single value of a query."""
    return rows(home, query)[0][0]


def receive_faults(home: Path, acknowledged: list[str]) -> list[str]:
    """What is wrong after a kill during receiving; an empty list means nothing."""
    faults = []
    known = {
        str(pk): outcome for pk, outcome in rows(home, "SELECT id, outcome FROM intake_receipt")
    }
    for line in acknowledged:
        number, outcome, _ = line.split(" ", 2)
        if known.get(number) != outcome:
            faults.append(f"acknowledged receipt {number} is lost")
    halves = {
        "receipts without their sheets": """
            SELECT count(*) FROM intake_receipt r WHERE r.sheet_count <>
            (SELECT count(*) FROM intake_sheet s WHERE s.receipt_id = r.id)""",
        "sheets without their rejected rows": """
            SELECT count(*) FROM intake_sheet s WHERE s.rejected_count > 0 AND NOT EXISTS
            (SELECT 1 FROM intake_verdict v WHERE v.sheet_id = s.id AND v.severity = 3)""",
        "acts of receiving without a receipt": """
            SELECT count(*) FROM base_act a WHERE a.verb = 'receive_file' AND NOT EXISTS
            (SELECT 1 FROM intake_receipt r WHERE r.act_id = a.seq)""",
        "files accepted twice": """
            SELECT count(*) FROM (SELECT 1 FROM intake_receipt WHERE outcome = 'accepted'
            GROUP BY file_id, office_id HAVING count(*) > 1)""",
    }
    return faults + [f"{n} {name}" for name, query in halves.items() if (n := one(home, query))]


def pay_faults(home: Path, acknowledged: list[str]) -> list[str]:
    """What is wrong after a kill during paying."""
    faults = []
    for line in acknowledged:
        step, batch = line.split()
        found = one(
            home,
            f"SELECT count(*) FROM payment_batchstep WHERE batch_id={batch} AND step='{step}'",
        )
        if found != 1:
            faults.append(f"acknowledged step {line} is lost")
    halves = {
        "batches whose lines do not add up": """
            SELECT count(*) FROM payment_paymentbatch b WHERE
            (b.expected_count, b.expected_amount) IS NOT (SELECT count(*), sum(amount)
             FROM payment_paymentline l WHERE l.batch_id = b.id)""",
        "batches that were never drawn": """
            SELECT count(*) FROM payment_paymentbatch b WHERE NOT EXISTS
            (SELECT 1 FROM payment_batchstep s WHERE s.batch_id = b.id AND s.step = 'drawn')""",
        "people paid twice": """
            SELECT count(*) FROM (SELECT 1 FROM payment_paymentline WHERE NOT voided
            GROUP BY person_id, sub_item, period, item, turn HAVING count(*) > 1)""",
        "steps whose act is missing": """
            SELECT count(*) FROM payment_batchstep s WHERE NOT EXISTS
            (SELECT 1 FROM base_act a WHERE a.seq = s.act_id)""",
    }
    return faults + [f"{n} {name}" for name, query in halves.items() if (n := one(home, query))]


RECEIVED = """
    SELECT f.sha256, s.number, s.row_count, s.accepted_count, s.rejected_count,
           (SELECT count(*) FROM intake_verdict v WHERE v.sheet_id = s.id)
    FROM intake_sheet s JOIN base_storedfile f ON f.id = s.file_id ORDER BY 1, 2"""
PAID = """
    SELECT l.sub_item, l.period, count(*), sum(l.amount), sum(l.person_times)
    FROM payment_paymentline l JOIN payment_batchstep s
      ON s.batch_id = l.batch_id AND s.step = 'paid'
    WHERE NOT l.voided GROUP BY 1, 2 ORDER BY 1, 2"""
LEDGER = """
import django; django.setup()
from mingbai.base.ledger import verify_ledger
print(verify_ledger().sound)
"""

CASES = {
    "receive": ("installed", receive_faults, RECEIVED),
    "pay": ("prepared", pay_faults, PAID),
}


@pytest.fixture(scope="module")
def clean(small_county, tmp_path_factory):
    """How long an undisturbed run works, and what it leaves behind."""
    found = {}
    for what, (start, _, query) in CASES.items():
        home = tmp_path_factory.mktemp(f"clean-{what}") / "home"
        small_county.copy(getattr(small_county, start), home)
        began = time.monotonic()
        run_worker(what, small_county.few, home)
        found[what] = (time.monotonic() - began, rows(home, query))
        assert found[what][1], "an undisturbed run leaves something"
    return found


@pytest.mark.parametrize("what", list(CASES))
def test_killed_at_random_moments_nothing_is_lost_or_doubled(what, small_county, clean, tmp_path):
    start, faults_of, query = CASES[what]
    seconds, expected = clean[what]
    chance, home, disturbed = random.Random(20210630), tmp_path / "home", 0
    small_county.copy(getattr(small_county, start), home)
    for kill in range(KILLS):
        acknowledged = killed_run(
            what, small_county.few, home, after=chance.uniform(0, 0.4 * seconds)
        )
        assert faults_of(home, acknowledged) == [], f"after kill {kill}"
        disturbed += 1
        if rows(home, query) == expected:
            # All done: check it and begin again from the start for the kills that are left.
            assert run_python(LEDGER, home).strip() == "True"
            small_county.copy(getattr(small_county, start), home)
    run_worker(what, small_county.few, home)
    assert rows(home, query) == expected
    assert run_python(LEDGER, home).strip() == "True"
    assert disturbed == KILLS


@pytest.mark.parametrize("what", list(CASES))
def test_control_arm_without_transactions_is_caught(what, small_county, clean, tmp_path):
    start, faults_of, _ = CASES[what]
    seconds, _ = clean[what]
    chance = random.Random(7)
    for kill in range(40):
        home = small_county.copy(getattr(small_county, start), tmp_path / f"home-{kill}")
        acknowledged = killed_run(
            what,
            small_county.few,
            home,
            after=chance.uniform(0.05, 0.9) * seconds,
            MINGBAI_CONTROL="1",
        )
        if faults_of(home, acknowledged):
            return
    pytest.fail("the control arm was never caught: the oracle has no teeth")
