"""kill -9 while drawing, approving, writing bank files and reading answers: all or nothing.

``MINGBAI_KILLS=200`` kills as often as the record in ``bench/README.md``. The moments are spread
over the whole length of each step, and the test looks that they were. The control arm does the
same without transactions and is caught.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from tests.rooms.payment.arena import arena, run
from tests.rooms.payment.kills import STEPS

KILLS = int(os.environ.get("MINGBAI_KILLS", "40"))
SCRIPT = Path(__file__).with_name("kills.py")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("races")]


def tell(reached: list[float]) -> str:
    """How many children had got how far, in tenths of the step."""
    found = Counter(min(9, int(10 * each)) for each in reached)
    return " ".join(f"{found[tenth]:3d}" for tenth in range(10))


def test_killed_at_any_moment_a_step_is_done_or_not_begun(tmp_path):
    with arena(tmp_path) as env:
        found = json.loads(run(SCRIPT, str(KILLS), env=env, within=300 + 5 * KILLS))
    for step in STEPS:
        print(f"{step:8} {tell(found['reached'][step])}  then {found['after'][step]}")
    assert sum(len(each) for each in found["reached"].values()) >= KILLS
    assert found["faults"] == []
    assert found["whole"] == []
    for step in STEPS:
        reached = found["reached"][step]
        assert len(reached) >= 0.5 * KILLS / len(STEPS), f"{step} was hardly killed"
        assert max(reached) - min(reached) > 0.5, f"{step} was killed in one place only"


def test_control_arm_without_transactions_is_caught(tmp_path):
    with arena(tmp_path) as env:
        found = json.loads(run(SCRIPT, "80", "unguarded", env=env, within=600))
    assert any("half done" in fault for fault in found["faults"]), found
