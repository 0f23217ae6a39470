"""Pages need a folder for static files; tests have none collected."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path):
    """An empty folder of static files."""
    settings.STATIC_ROOT = tmp_path
