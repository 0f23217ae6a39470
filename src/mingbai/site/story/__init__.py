"""The demonstration county's life after its rosters came in: people, rights, notices, money.

Every line of it is a real action by a demonstration user, on a day of the weeks in which the
county writes the half-year (or the year) up. Nothing here touches a paid month's batch: what is
paid, is paid after the cut-off. The number of cases is the same in every size.
"""

from __future__ import annotations

from mingbai.site.story.cast import CannotTellStory, Cast, gather_cast
from mingbai.site.story.telling import tell_story

__all__ = ["CannotTellStory", "Cast", "gather_cast", "tell_story"]
