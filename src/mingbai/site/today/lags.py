"""What is late, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse

from mingbai.delivery.queries import Light


@dataclass(frozen=True)
class Lag:
    """A sub-item behind its schedule, and why. ``done``, ``planned``, ``gap`` are ratios."""

    name: str
    address: str
    why: str
    state: str
    words: str
    done: Fraction | None
    planned: Decimal | None
    gap: Fraction | None


def late_of(shown: tuple[Light, ...]) -> tuple[Lag, ...]:
    """Red before yellow, the widest gap first."""
    behind = [each for each in shown if each.colour in ("red", "yellow")]
    behind.sort(key=lambda each: (each.colour != "red", each.gap or Fraction(0)))
    return tuple(_lag(each) for each in behind)


def _lag(light: Light) -> Lag:
    item, slow = light.sub_item, light.standing.deciding
    why = f"{item.lead_office.short_name}牵头"
    if slow is not None and slow.done is not None and slow.target is not None:
        why += f"，{slow.measure.name} {slow.done.normalize():f}"
        why += f"/{slow.target.normalize():f}{slow.measure.unit}"
    if light.silent:
        why += "，本月未报"
    return Lag(
        name=item.name,
        address=reverse("delivery:programme", args=[item.programme.code]),
        why=why,
        state=light.colour,
        words=light.words,
        done=light.actual,
        planned=light.planned,
        gap=light.gap,
    )
