"""The story in its order: each chapter is told once; a room that refuses stops the telling."""

from __future__ import annotations

from mingbai.registry.models import Application
from mingbai.site.story.applying import tell_applications
from mingbai.site.story.cast import Cast
from mingbai.site.story.doubts import tell_findings
from mingbai.site.story.paying import tell_money
from mingbai.site.story.people import tell_people
from mingbai.site.story.posting import post_rolls
from mingbai.site.story.reminding import tell_reminders
from mingbai.site.story.rights import tell_changes


def tell_story(cast: Cast) -> None:
    """Tell all of it; does nothing where applications were received before."""
    if Application.objects.unscoped("whether the story was told before").exists():
        return
    tell_applications(cast)
    post_rolls(cast)
    tell_changes(cast)
    tell_people(cast)
    tell_money(cast)
    tell_findings(cast)
    tell_reminders(cast)
