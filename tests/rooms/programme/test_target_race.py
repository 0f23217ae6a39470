"""Savers, checkers and drawers at one moment: one of each wins, the others are told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.rooms.programme.race import PEOPLE

PROJECT = Path(__file__).resolve().parents[3]
RUN = "import django; django.setup(); from tests.rooms.programme.race import main; main()"


def test_one_wins_and_the_others_are_told(tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINGBAI_")} | {
        "MINGBAI_HOME": str(tmp_path),
        "MINGBAI_LOG": "CRITICAL",
        "DJANGO_SETTINGS_MODULE": "mingbai.site.settings",
        "PYTHONPATH": f"{PROJECT / 'src'}{os.pathsep}{PROJECT}",
    }
    found = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told == {
        "saved": {"done": 1, "told": PEOPLE - 1},
        "approved": {"done": 1, "told": 5},
        "drawn": ["done"],
        "drafts": 1,
        "versions": 2,
        "letters": 4,
        "sum": "300.0000",
    }
