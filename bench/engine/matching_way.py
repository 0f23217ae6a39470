"""Runs the matching benchmark: data, Splink in its own environment, and ours beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]


def match_people(data: Path, python: str | None, febrl_python: str | None) -> str:
    """What `match.py` prints; Splink and the FEBRL sets only where an interpreter is named."""
    if not (data / "people" / "truth.parquet").exists():
        _run(sys.executable, "match_data.py", str(data / "people"))
    sets = ["people"]
    if febrl_python and not (data / "febrl4b.parquet").exists():
        _run(febrl_python, "febrl_export.py", str(data))
    if (data / "febrl4b.parquet").exists():
        sets = ["febrl1", "febrl2", "febrl3", "febrl4", *sets]
    beside = []
    if python:
        splink = data / "splink.json"
        _run(python, "match_splink.py", str(data), "--out", str(splink), "--sets", *sets)
        beside = ["--splink", str(splink)]
    return _run(sys.executable, "match.py", str(data), "--sets", *sets, *beside)


def _run(python: str, script: str, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1"}
    command = [python, str(HERE / script), *arguments]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()
