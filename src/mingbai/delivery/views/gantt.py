"""A Gantt chart as plain shapes: whole numbers that a template writes as SVG, so that it prints.

A day is ``DAY`` units wide and a row ``ROW`` high; the label stands left of the bars.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from mingbai.delivery.queries.site_plans import SitePlan, StepRow
from mingbai.engine.schedule import Step

DAY: Final = 3
ROW: Final = 26
LABEL: Final = 230
HEAD: Final = 30
_LABEL_LENGTH: Final = 15


@dataclass(frozen=True)
class Shape:
    """A bar: where it begins, how wide it is, what kind, and what it says when pointed at."""

    x: int
    width: int
    kind: str
    title: str


@dataclass(frozen=True)
class Row:
    """One line: its words, the bars, ticks at latest days; ``y`` is its top."""

    label: str
    y: int
    shapes: tuple[Shape, ...]
    latest: tuple[int, ...] = ()
    address: int | None = None
    colour: str = ""

    @property
    def middle(self) -> int:
        return self.y + ROW // 2

    @property
    def bar_y(self) -> int:
        return self.y + 6


@dataclass(frozen=True)
class Gantt:
    """The whole chart."""

    rows: tuple[Row, ...]
    months: tuple[tuple[int, str], ...]
    stops: tuple[Shape, ...]
    width: int
    height: int
    today_x: int | None
    due_x: int | None
    label: str = ""
    bar_height: int = field(default=ROW - 12)
    head: int = field(default=HEAD)


class _Scale:
    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last

    def x(self, day: date) -> int:
        inside = min(max(day, self.first), self.last + timedelta(days=1))
        return LABEL + (inside - self.first).days * DAY

    @property
    def width(self) -> int:
        return self.x(self.last + timedelta(days=1)) + 8

    def months(self) -> tuple[tuple[int, str], ...]:
        found, day = [], self.first
        while day <= self.last:
            found.append((self.x(day), f"{day.month}月"))
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return tuple(found)


def site_gantt(plan: SitePlan, *, today: date, stops: Iterable[tuple[str, date, date]]) -> Gantt:
    """One site, a row a milestone; a tick where it must be reached at the latest."""
    scale = _scale([plan], today)
    rows = [
        Row(
            each.rule.name, HEAD + place * ROW, _step_shapes(each, scale),
            _latest(each, scale), colour=each.colour,
        )
        for place, each in enumerate(plan.rows)
    ]  # fmt: skip
    return _chart(rows, scale, today, plan.due_date, stops, plan.standing.name)


def works_gantt(
    plans: Sequence[SitePlan], *, today: date, stops: Iterable[tuple[str, date, date]], label: str
) -> Gantt:
    """Many sites, a row a site, its steps one behind the other."""
    scale = _scale(plans, today)
    rows = [
        Row(
            _short(plan.standing.name), HEAD + place * ROW,
            tuple(shape for each in plan.rows for shape in _step_shapes(each, scale)),
            (scale.x(plan.due_date + timedelta(days=1)),), plan.standing.site.pk, plan.colour,
        )
        for place, plan in enumerate(plans)
    ]  # fmt: skip
    return _chart(rows, scale, today, None, stops, label)


def _chart(
    rows: list[Row],
    scale: _Scale,
    today: date,
    due: date | None,
    stops: Iterable[tuple[str, date, date]],
    label: str,
) -> Gantt:
    shades = tuple(
        Shape(scale.x(first), scale.x(last + timedelta(days=1)) - scale.x(first), "stop", name)
        for name, first, last in stops
        if first <= scale.last and last >= scale.first
    )
    inside = scale.first <= today <= scale.last
    return Gantt(
        rows=tuple(rows),
        months=scale.months(),
        stops=shades,
        width=scale.width,
        height=HEAD + len(rows) * ROW + 6,
        today_x=scale.x(today) if inside else None,
        due_x=scale.x(due + timedelta(days=1)) if due else None,
        label=label,
    )


def _scale(plans: Iterable[SitePlan], today: date) -> _Scale:
    """From the first day of the earliest month to the last of the latest, at least the year."""
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    for plan in plans:
        year = plan.standing.site.year
        first, last = min(first, date(year, 1, 1)), max(last, date(year, 12, 31))
        if plan.schedule is not None:
            first = min(first, plan.schedule.start_date.replace(day=1))
            last = max(last, plan.schedule.finish_date)
    return _Scale(first, min(last, date(first.year + 2, 12, 31)))


def _step_shapes(row: StepRow, scale: _Scale) -> tuple[Shape, ...]:
    step = row.step
    if step is None:
        return ()
    kind = _kind(row, step)
    end = step.finish_date + timedelta(days=1)
    shapes = [Shape(scale.x(step.start_date), max(scale.x(end) - scale.x(step.start_date), DAY),
                    kind, _title(row, step))]  # fmt: skip
    return tuple(shapes)


def _kind(row: StepRow, step: Step) -> str:
    """Classes of a bar: what it is, and whether it decides the finish."""
    if row.done_date is not None:
        return "done"
    near = {"red": "late", "yellow": "near"}.get(row.colour)
    kind = near or ("running" if step.state == "running" else "plan")
    return f"{kind} critical" if step.critical else kind


def _latest(row: StepRow, scale: _Scale) -> tuple[int, ...]:
    return (scale.x(row.latest_date + timedelta(days=1)),) if row.latest_date else ()


def _title(row: StepRow, step: Step) -> str:
    if row.done_date is not None:
        return f"{row.rule.name}：{row.done_date}完成"
    latest = f"，最迟 {step.latest_finish_date}" if step.latest_finish_date else ""
    slack = f"，富余 {step.total_float} 个工作日" if step.total_float is not None else ""
    return f"{row.rule.name}：{step.start_date} 至 {step.finish_date}{latest}{slack}"


def _short(name: str) -> str:
    return name if len(name) <= _LABEL_LENGTH else f"{name[: _LABEL_LENGTH - 1]}…"
