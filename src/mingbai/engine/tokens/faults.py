"""Why a comparison cannot be made, in words for the office that makes it."""

from __future__ import annotations


class CannotCompare(ValueError):
    """A secret, purpose or file that must not be used; the message says what to do next."""
