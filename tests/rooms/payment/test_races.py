"""Of two people who do the same thing at once, one is told no: real commits, two processes.

``MINGBAI_RACES=10000`` runs as many as the record in ``bench/README.md``. The control arm runs the
same races without triggers, unique constraints and transactions, and both win.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.rooms.payment.arena import arena, run
from tests.rooms.payment.race import LIFE

ROUNDS = int(os.environ.get("MINGBAI_RACES", "104"))
SCRIPT = Path(__file__).with_name("race.py")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("races")]


def test_of_two_at_once_one_wins(tmp_path):
    with arena(tmp_path) as env:
        found = json.loads(run(SCRIPT, str(ROUNDS), env=env, within=300 + ROUNDS))
    print(found)
    assert found["problems"] == []
    assert found["faults"] == []
    assert not any(found["twice"].values()), found["twice"]
    assert sum(found["run"].values()) >= ROUNDS
    assert len(found["run"]) == 11
    # They really met: both were at it before either was done.
    assert sum(found["overlapped"].values()) > 0.9 * sum(found["run"].values())


def test_control_arm_without_guards_both_win(tmp_path):
    with arena(tmp_path) as env:
        found = json.loads(run(SCRIPT, str(5 * LIFE), "unguarded", env=env, within=300))
    print(found)
    twice = {kind for kind, count in found["twice"].items() if count}
    assert {"draw", "approve"} <= twice
