"""What waits about letters of responsibility."""

from __future__ import annotations

from django.urls import reverse

from mingbai.programme.queries import letters_due
from mingbai.site.today.asked import Asked, Task


def about_letters(asked: Asked) -> list[Task]:
    """Letters to be sent, signed or drawn anew."""
    due, address = letters_due(to=asked.to, year=asked.year), reverse("programme:letters")
    return [Task(each.text, each.offices, address, f"{each.count} 份", each.tone) for each in due]
