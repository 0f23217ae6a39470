"""Why an engine command cannot go on, in words for whoever typed it."""

from __future__ import annotations


class CannotRun(Exception):
    """Input that cannot be used; the message says what to do next."""
