"""Several people at once, with real commits: one takes the file in, corrections form one chain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
RUN = "import django; django.setup(); from tests.rooms.intake.race import main; main()"


def test_the_same_moment_gives_one_receipt_and_one_chain(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        "MINGBAI_HOME": str(tmp_path),
        "PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{PROJECT}",
    }
    environment.pop("MINGBAI_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["same"] == {"accepted": 1, "repeated": 5}
    assert found["corrections"] == {"accepted": 6}
    assert found["turns"] == [1, 2, 3, 4, 5, 6, 7]
    assert found["live"] == 1
