"""Reading meetings: which this asker may see, where and when each stands, who came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from mingbai.base.models import Office
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import (
    Invitation,
    Meeting,
    MeetingAttendance,
    MeetingStep,
    MinutesIssue,
)

MeetingState = Literal["planned", "held", "issued", "called_off"]
STATE_WORDS: dict[MeetingState, str] = {
    "planned": "待召开",
    "held": "已召开，纪要未发",
    "issued": "纪要已印发",
    "called_off": "已取消",
}
_WHY = "what became of a meeting is told to all who may see the meeting"


@dataclass(frozen=True)
class MeetingStanding:
    """A meeting with what became of it: ``steps`` oldest first, ``number`` of its minutes."""

    meeting: Meeting
    steps: tuple[MeetingStep, ...]
    number: str = ""

    @property
    def state(self) -> MeetingState:
        if self.number:
            return "issued"
        newest = self.steps[-1].step if self.steps else ""
        return {"held": "held", "called_off": "called_off"}.get(newest, "planned")  # type: ignore[return-value]

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def held(self) -> MeetingStep | None:
        """The newest record of its being held."""
        newest = self.steps[-1] if self.steps else None
        return newest if newest is not None and newest.step == MeetingStep.Step.HELD else None

    @property
    def day(self) -> date:
        """The day on which it was held, or is to be held."""
        days = [step.meeting_date for step in self.steps if step.meeting_date is not None]
        return days[-1] if days else self.meeting.planned_date

    @property
    def month(self) -> int | None:
        """The month of the year whose progress it looks at."""
        return self.meeting.period and self.meeting.period % 100

    @property
    def place(self) -> str:
        places = [step.place for step in self.steps if step.place]
        return places[-1] if places else self.meeting.place

    @property
    def chair(self) -> str:
        chairs = [step.chair for step in self.steps if step.chair]
        return chairs[-1] if chairs else self.meeting.chair


def meetings_seen(*, to: Asker, year: int | None = None, kind: str = "") -> ScopedQuerySet[Any]:
    """The ``Meeting``s this asker was called to (the county: all), the newest first."""
    numbers = MinutesIssue.objects.unscoped(_WHY).filter(minutes__meeting=OuterRef("pk"))
    steps = MeetingStep.objects.unscoped(_WHY).order_by("number")
    found = Meeting.objects.seen_by(to).filter(**({} if year is None else {"year": year}))
    if kind:
        found = found.filter(kind=kind)
    return (
        found.select_related("planned_by")
        .annotate(issued_number=Subquery(numbers.values("number")[:1]))
        .prefetch_related(Prefetch("steps", queryset=steps))
        .order_by("-planned_date", "-pk")
    )


def standing_of(meeting: Any) -> MeetingStanding:
    """What became of a ``Meeting`` from ``meetings_seen``; no query of its own."""
    return MeetingStanding(meeting, tuple(meeting.steps.all()), meeting.issued_number or "")


def meeting_seen(pk: int, *, to: Asker) -> MeetingStanding | None:
    """One meeting, or ``None`` where there is none for this asker."""
    found = meetings_seen(to=to).filter(pk=pk).first()
    return standing_of(found) if found is not None else None


def meeting_years(*, to: Asker) -> tuple[int, ...]:
    """The years this asker has meetings in, the newest first."""
    found = Meeting.objects.seen_by(to).values_list("year", flat=True).distinct()
    return tuple(sorted(set(found), reverse=True))


@dataclass(frozen=True)
class Called:
    """An office that was called, and how it was represented once the meeting was held."""

    office: Office
    attendance: MeetingAttendance | None

    @property
    def came(self) -> bool:
        """Whether the office was represented."""
        there = (MeetingAttendance.State.CAME, MeetingAttendance.State.DEPUTY)
        return self.attendance is not None and self.attendance.state in there


def who_was_called(standing: MeetingStanding, *, to: Asker) -> tuple[Called, ...]:
    """The offices called, towns after departments; below the county they see one another too."""
    invited = Invitation.objects.unscoped("who is called to a meeting knows who else is")
    offices = [
        each.office
        for each in invited.filter(meeting=standing.meeting)
        .select_related("office")
        .order_by("office__kind", "office__code")
    ]
    if standing.held is None:
        return tuple(Called(office, None) for office in offices)
    rows = MeetingAttendance.objects.unscoped(_WHY).filter(step=standing.held)
    came = {each.office_id: each for each in rows}
    return tuple(Called(office, came.get(office.pk)) for office in offices)


def offices_to_call() -> tuple[Office, ...]:
    """Every town and department there is, departments first."""
    found = Office.objects.unscoped("whom a meeting may call").filter(
        Q(valid_to__isnull=True), kind__in=(Office.Kind.DEPARTMENT, Office.Kind.TOWN)
    )
    return tuple(found.order_by("kind", "code"))


def offices_to_decide() -> tuple[Office, ...]:
    """Every office that may be given something to do: departments, towns and the county office."""
    found = Office.objects.unscoped("who may be given something to do").filter(
        valid_to__isnull=True,
        kind__in=(Office.Kind.DEPARTMENT, Office.Kind.TOWN, Office.Kind.COUNTY_OFFICE),
    )
    return tuple(found.order_by("kind", "code"))


@dataclass(frozen=True)
class HeldMeeting:
    """A meeting that was held, as figures count it."""

    pk: int
    kind: str
    name: str
    held_date: date
    place: str
    number: str


def held_meetings(
    *, to: Asker, year: int, through: date, as_of: int | None = None
) -> tuple[HeldMeeting, ...]:
    """The meetings of a year held by a day, as of a ledger entry, oldest first; two queries.

    Of a meeting recorded as held twice the newest record by then counts.
    """
    steps = MeetingStep.objects.unscoped(_WHY)
    later = steps.filter(meeting=OuterRef("meeting"), number__gt=OuterRef("number"))
    issues = MinutesIssue.objects.unscoped(_WHY)
    if as_of is not None:
        steps, later = steps.filter(act_id__lte=as_of), later.filter(act_id__lte=as_of)
        issues = issues.filter(act_id__lte=as_of)
    seen = Meeting.objects.seen_by(to).filter(year=year).values("pk")
    found = steps.filter(
        ~Exists(later), step=MeetingStep.Step.HELD, meeting__in=seen, meeting_date__lte=through
    ).select_related("meeting")
    numbers = dict(issues.values_list("minutes__meeting_id", "number"))
    return tuple(
        HeldMeeting(
            step.meeting.pk,
            step.meeting.kind,
            str(step.meeting),
            _day(step),
            step.place,
            numbers.get(step.meeting_id, ""),
        )
        for step in found.order_by("meeting_date", "meeting_id")
    )


def _day(step: MeetingStep) -> date:
    if step.meeting_date is None:
        raise ValueError("a held meeting has a day: the database holds it")
    return step.meeting_date


def newest_day(standings: Sequence[MeetingStanding]) -> date | None:
    """The newest day among meetings."""
    return max((each.day for each in standings), default=None)
