"""What every test may use: a home of its own, askers and offices."""

from __future__ import annotations

import os
import tempfile

# Before settings are read: tests never touch the installation's own data.
if "MINGBAI_HOME" not in os.environ or not os.environ["MINGBAI_HOME"].startswith(
    tempfile.gettempdir()
):
    os.environ["MINGBAI_HOME"] = tempfile.mkdtemp(prefix="mingbai-test-")
# Test processes of one run each keep their own keys and files.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker:
    os.environ["MINGBAI_HOME"] = tempfile.mkdtemp(prefix=f"mingbai-test-{_worker}-")
