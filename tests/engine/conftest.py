"""What tests of the engine share: examples are judged by their answers, not by the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
