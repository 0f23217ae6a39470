"""Several workers at one outbox, with real commits: each message leaves once, none is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
RUN = "import django; django.setup(); from tests.rooms.oversight.race import main; main()"


@pytest.fixture
def alone(tmp_path):
    """Run the race in a home of its own."""

    def run(what, *, control=False):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
            "MINGBAI_HOME": str(tmp_path),
            "MINGBAI_CONTROL": "1" if control else "0",
            "PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{PROJECT}",
        }
        environment.pop("MINGBAI_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", RUN, what],
            cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


def test_two_workers_never_send_one_message_twice(alone):
    found = alone("race")
    assert found == {"posted": [1] * 12, "marked": 12, "states": ["sent"]}


def test_control_looking_before_writing_sends_twice(alone):
    found = alone("race", control=True)
    assert max(found["posted"]) > 1


def test_a_worker_killed_between_sending_and_marking_sends_again(alone):
    """At least once: the same message under the same key, and not before the claim is over."""
    assert alone("killed") == {"early": False, "state": "sent", "posted": 2, "keys": 1, "tries": 2}
