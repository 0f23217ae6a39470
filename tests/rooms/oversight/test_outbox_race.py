"""Several workers at one outbox, with real commits: each message leaves once, none is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
RUN = "import django; django.setup(); from tests.rooms.oversight.race import main; main()"


def test_each_message_leaves_once_and_again_only_after_a_kill(tmp_path):
    """At least once: what was cut off before its mark goes out again under the same key, when the
    claim is over and not before. The control, looking before it writes, sends twice."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        "MINGBAI_HOME": str(tmp_path),
        "PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{PROJECT}",
    }
    environment.pop("MINGBAI_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["raced"] == {"posted": [1] * 6, "marked": 6, "states": ["sent"]}
    assert found["killed"] == {
        "early": False, "state": "sent", "posted": 2, "keys": 1, "tries": 2,
    }  # fmt: skip
    assert max(found["control"]["posted"]) > 1
