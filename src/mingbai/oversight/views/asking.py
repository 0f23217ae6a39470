"""Which day the pages of this room live in."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone

from mingbai.intake.queries import working_day


def today() -> date:
    """The county's day: today, or in a demonstration soon after its newest month."""
    return working_day(at=timezone.now(), demonstration=settings.MINGBAI_DEMO)
