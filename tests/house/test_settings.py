"""Settings come from the environment, and both readmes list every variable that is read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: For work on the product itself, not for keepers of an installation.
_OURS = {"MINGBAI_DEBUG"}


def read_somewhere() -> set[str]:
    """Every variable the product asks the environment for."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "src/mingbai").rglob("*.py"))
    asked = re.compile(r"environ(?:\.get\(|\[)\"(MINGBAI_\w+)\"")
    return {name for text in texts for name in asked.findall(text)}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_what_is_read(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(MINGBAI_\w+)` \|", text, re.MULTILINE)) == (
        read_somewhere() - _OURS
    )


@pytest.mark.parametrize("given", ["", "forms"])
def test_the_countys_forms_are_looked_for_where_the_environment_says(
    tmp_path: Path, given: str
) -> None:
    folder = str(tmp_path / given) if given else ""
    shown = subprocess.run(
        [sys.executable, "-c", "from mingbai.site import settings; print(settings.MINGBAI_FORMS)"],
        env={**os.environ, "MINGBAI_HOME": str(tmp_path / "home"), "MINGBAI_FORMS": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == (folder or "None")
