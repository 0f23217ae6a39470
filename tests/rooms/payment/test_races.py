"""Of two people who do the same thing at once, one is told no: real commits, two processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_one_of_two_wins_each_race(tmp_path):
    env = {
        **os.environ,
        "MINGBAI_HOME": str(tmp_path),
        "MINGBAI_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        "PYTHONPATH": os.pathsep.join((str(PROJECT / "src"), str(PROJECT))),
    }
    script = Path(__file__).with_name("race.py")
    done = subprocess.run(
        [sys.executable, str(script)],
        env=env, cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "1 1 1"
