"""What must happen now: steps due in a week, lights of milestones, evidence against the order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from mingbai.engine.schedule.passes import is_settled
from mingbai.engine.schedule.plan import Schedule, State, Step

What = Literal["start", "finish"]
Light = Literal["green", "yellow", "red", "done"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A step that must start or finish by a day.

    ``late_days``: the worked days by which it is late if done on the first day asked about.
    """

    step: Step
    what: What
    by_date: dt.date
    late_days: int

    @property
    def message(self) -> str:
        """What must be done by when, and what waiting costs."""
        verb = "开工" if self.what == "start" else "完工"
        said = f"{self.step.name}最迟应于{self.by_date.month}月{self.by_date.day}日{verb}"
        if self.late_days:
            return f"{said}，已迟 {self.late_days} 个工作日，请调整后续安排或申请延期。"
        return f"{said}，再迟一天就会影响完工期限。"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a Gantt chart; dates are the first and last days of the bar, both drawn."""

    id: str
    name: str
    state: State
    start_date: dt.date
    finish_date: dt.date
    latest_finish_date: dt.date | None
    critical: bool
    milestone: bool
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Evidence of a step that the order of work did not allow yet."""

    before: str
    later: str
    message: str


def must_happen(schedule: Schedule, first_date: dt.date, last_date: dt.date) -> tuple[Duty, ...]:
    """Open steps whose latest start or finish lies in these days or is past, the oldest first."""
    duties: list[Duty] = []
    for step in schedule.steps:
        calendar = schedule.calendars[step.activity.calendar]
        dates: tuple[tuple[What, dt.date | None], ...] = (
            ("start", step.latest_start_date if step.activity.days else None),
            ("finish", step.latest_finish_date),
        )
        for what, by_date in dates:
            if by_date is not None and by_date <= last_date:
                gone = calendar.rank(first_date.toordinal())
                late = max(gone - calendar.rank(by_date.toordinal()), 0)
                duties.append(Duty(step, what, by_date, late))
    return tuple(sorted(duties, key=lambda duty: (duty.by_date, duty.step.id, duty.what)))


def bars(schedule: Schedule) -> tuple[Bar, ...]:
    """The rows of a Gantt chart, by start."""
    rows = (
        Bar(
            step.id, step.name, step.state, step.start_date, step.finish_date,
            step.latest_finish_date, step.critical, not step.activity.days,
            tuple(link.before for link in step.activity.after),
        )
        for step in schedule.steps
    )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.start_date, row.finish_date, row.id)))


def milestone_light(
    due_date: dt.date, done_date: dt.date | None, today: dt.date, near_days: int
) -> Light:
    """Done, red past the day, yellow from ``near_days`` natural days before it, else green."""
    if done_date is not None:
        return "done"
    if today > due_date:
        return "red"
    return "yellow" if (due_date - today).days <= near_days else "green"


def contradictions(schedule: Schedule) -> tuple[Contradiction, ...]:
    """Links that evidence has broken: something was done before what must come first."""
    steps = {step.id: step for step in schedule.steps}
    found: list[Contradiction] = []
    for step in schedule.steps:
        for link in step.activity.after:
            if not is_settled(link, step.activity):
                continue
            before = steps[link.before]
            known = (
                before.activity.started_date
                if link.kind[0] == "S" and before.activity.days
                else before.activity.finished_date
            )
            ends = link.kind[1] == "F" or not step.activity.days
            done = step.finish_date if ends else step.start_date
            if known is not None and known <= done:
                continue
            verb, need = "完工" if ends else "开工", "开工" if link.kind[0] == "S" else "完工"
            state = f"尚未{need}" if known is None else f"{known}才{need}"
            found.append(
                Contradiction(
                    before.id, step.id,
                    f"{step.name}已于{done}{verb}，而紧前工序{before.name}{state}，"
                    "请核对证据日期，确属提前的应补办手续。",
                )
            )  # fmt: skip
    return tuple(found)
