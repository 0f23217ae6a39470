"""The page 今日: what waits for this person, who has not reported, what is late and why.

Nothing is kept here: each section asks the room that owns the truth, within the asker's scope.
A file holds one section, or one group of things to do; ``tasks.GROUPS`` is their order.
"""

from mingbai.site.today.asked import Asked, Task
from mingbai.site.today.page import Today, gather_today
from mingbai.site.today.tasks import tasks_of

__all__ = ["Asked", "Task", "Today", "gather_today", "tasks_of"]
