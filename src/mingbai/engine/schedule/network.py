"""Steps of a works programme and what must come before what."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mingbai.engine.schedule.calendars import Boundary, Calendar, CannotSchedule

#: Which end of the step before holds which end of this one: FS 完成后开始, SS 同时开始,
#: FF 同时完成, SF 开始后完成.
LinkKind = Literal["FS", "SS", "FF", "SF"]


@dataclass(frozen=True, slots=True)
class Link:
    """A step that comes before, and how many days must lie between.

    ``lag`` counts worked days of the later step's calendar, or natural days (养护 7 天, 公示 7 天)
    where ``natural``; below zero the two overlap.
    """

    before: str
    kind: LinkKind = "FS"
    lag: int = 0
    natural: bool = False

    def forward(self, at: Boundary, calendar: Calendar) -> Boundary:
        """The first boundary the link allows when the end before lies at ``at``."""
        return at + self.lag if self.natural else calendar.add(at, self.lag)

    def backward(self, at: Boundary, calendar: Calendar) -> Boundary:
        """The last boundary of the end before that still allows ``at``."""
        return at - self.lag if self.natural else calendar.undo(at, self.lag)


@dataclass(frozen=True, slots=True)
class Activity:
    """A step: how many worked days it takes, what comes before, what is known of it already.

    ``days`` 0 is a milestone. ``calendar`` names one of the calendars given to the pass; empty is
    the first. ``started_date`` and ``finished_date`` come from evidence and hold whatever the links
    say; ``remaining_days`` is what the site says is left. ``not_before`` is the first day allowed
    (a permit, a delivery), ``due_date`` the last (a letter, a node of the plan).
    """

    id: str
    name: str = ""
    days: int = 0
    after: tuple[Link, ...] = ()
    calendar: str = ""
    started_date: dt.date | None = None
    finished_date: dt.date | None = None
    remaining_days: int | None = None
    not_before: dt.date | None = None
    due_date: dt.date | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise CannotSchedule("有一道工序没有编号，请补上。")
        if self.days < 0 or (self.remaining_days or 0) < 0:
            raise CannotSchedule(f"工序“{self.id}”的工期为负数，请更正。")
        if self.finished_date is not None:
            if self.started_date is None and self.days:
                raise CannotSchedule(f"工序“{self.id}”有完工日期而无开工日期，请补录开工日期。")
            if self.started_date is not None and self.finished_date < self.started_date:
                raise CannotSchedule(f"工序“{self.id}”的完工日期早于开工日期，请核对。")


@dataclass(frozen=True, slots=True)
class Network:
    """Activities in an order in which each comes after all that it waits for."""

    activities: tuple[Activity, ...]
    by_id: Mapping[str, Activity]
    successors: Mapping[str, tuple[tuple[str, Link], ...]]


def make_network(activities: Iterable[Activity]) -> Network:
    """Put activities in order; raises CannotSchedule naming doubles, strangers and circles."""
    by_id: dict[str, Activity] = {}
    for each in activities:
        if each.id in by_id:
            raise CannotSchedule(f"工序编号“{each.id}”重复，请改为不同的编号。")
        by_id[each.id] = each
    after: dict[str, list[tuple[str, Link]]] = {name: [] for name in by_id}
    waiting = {name: len(each.after) for name, each in by_id.items()}
    for each in by_id.values():
        for link in each.after:
            if link.before not in by_id:
                raise CannotSchedule(
                    f"工序“{each.id}”的紧前工序“{link.before}”不存在，请核对编号或补录该工序。"
                )
            after[link.before].append((each.id, link))
    ready = deque(name for name in by_id if not waiting[name])
    order: list[Activity] = []
    while ready:
        name = ready.popleft()
        order.append(by_id[name])
        for later, _ in after[name]:
            waiting[later] -= 1
            if not waiting[later]:
                ready.append(later)
    if len(order) < len(by_id):
        circle = _find_circle({name: by_id[name] for name, count in waiting.items() if count})
        raise CannotSchedule(
            f"工序互为前提，无法排期：{' → '.join(circle)}。请删去其中一个紧前关系。"
        )
    held = {name: tuple(links) for name, links in after.items()}
    return Network(tuple(order), by_id, held)


def _find_circle(stuck: Mapping[str, Activity]) -> list[str]:
    """One circle among steps that wait for each other, in the order of work, closed."""
    seen: dict[str, int] = {}
    path: list[str] = []
    name = min(stuck)
    while name not in seen:
        seen[name] = len(path)
        path.append(name)
        name = min(link.before for link in stuck[name].after if link.before in stuck)
    circle = path[seen[name] :][::-1]
    return [*circle, circle[0]]
