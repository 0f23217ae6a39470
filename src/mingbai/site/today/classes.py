"""What waits about training classes: doubts to be cleared."""

from __future__ import annotations

from django.urls import reverse

from mingbai.delivery.queries.class_doubts import open_doubts_count
from mingbai.site.today.asked import Asked, Task


def about_classes(asked: Asked) -> list[Task]:
    """Doubts that keep classes from counting, for who can find out."""
    to = asked.to
    if not (to.may("settle") or to.may("approve")):
        return []
    count = open_doubts_count(to=to, year=asked.year)
    if not count:
        return []
    detail = "核清以前，这些班的学员不计入完成数"
    return [Task("核实培训班疑点", detail, reverse("delivery:class_doubts"), f"{count} 处", "warn")]
