"""Reading decisions: what binds, by when, what its owner said, who must be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import localdate

from mingbai.base.models import Office
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.oversight.models import Decision, DecisionStep

DecisionState = Literal["open", "overdue", "reported", "done"]
STATE_WORDS: dict[DecisionState, str] = {
    "open": "办理中",
    "overdue": "已逾期",
    "reported": "待确认",
    "done": "已办结",
}
_WHY = "a decision's history is told to all who may see the decision"


@dataclass(frozen=True)
class DecisionStanding:
    """A decision as it stands on a day: ``due_on`` with added time, ``word`` the newest step."""

    decision: Decision
    due_on: date
    word: str
    day: date

    @property
    def state(self) -> DecisionState:
        """Done, waiting for the second hand, past its date, or in hand."""
        if self.word == DecisionStep.Step.DONE:
            return "done"
        if self.word == DecisionStep.Step.REPORTED:
            return "reported"
        return "overdue" if self.day > self.due_on else "open"

    @property
    def words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def late_days(self) -> int:
        """By how many days it is past its date; 0 where it is not, or is done."""
        return 0 if self.state == "done" else max(0, (self.day - self.due_on).days)

    @property
    def was_extended(self) -> bool:
        return self.due_on != self.decision.due_date


def decisions_seen(*, to: Asker, as_of: int | None = None) -> ScopedQuerySet[Any]:
    """The ``Decision``s that bind and concern this asker, by ``due_on``, done ones last.

    ``word`` is the newest step that is not an extension, or nothing.
    """
    steps = DecisionStep.objects.unscoped(_WHY).filter(decision=OuterRef("pk"))
    found = Decision.objects.seen_by(to).filter(minutes__issue__isnull=False)
    if as_of is not None:
        steps = steps.filter(act_id__lte=as_of)
        found = found.filter(minutes__issue__act_id__lte=as_of)
    words = steps.exclude(step=DecisionStep.Step.EXTENDED).order_by("-number")
    times = steps.filter(step=DecisionStep.Step.EXTENDED).order_by("-number")
    return (
        found.select_related("office", "lead_office", "minutes__meeting", "minutes__issue")
        .annotate(
            due_on=Coalesce(Subquery(times.values("due_date")[:1]), F("due_date")),
            word=Coalesce(Subquery(words.values("step")[:1]), Value("")),
        )
        .order_by(_done_last(), "due_on", "pk")
    )


def _done_last() -> Case:
    return Case(When(word=DecisionStep.Step.DONE, then=1), default=0, output_field=IntegerField())


def decision_standings(
    *, to: Asker, day: date, as_of: int | None = None
) -> tuple[DecisionStanding, ...]:
    """Every decision that binds and concerns this asker as it stands on a day; one query."""
    return tuple(stand(each, day) for each in decisions_seen(to=to, as_of=as_of))


def stand(decision: Any, day: date) -> DecisionStanding:
    """One ``Decision`` from ``decisions_seen`` as it stands on a day."""
    return DecisionStanding(decision, decision.due_on, decision.word, day)


def decision_seen(pk: int, *, to: Asker, day: date) -> DecisionStanding | None:
    """One decision, or ``None`` where it does not bind yet or does not concern this asker."""
    found = decisions_seen(to=to).filter(pk=pk).first()
    return stand(found, day) if found is not None else None


def history_of(decision: Decision, *, to: Asker) -> tuple[DecisionStep, ...]:
    """What was said about a decision, oldest first; one query."""
    found = DecisionStep.objects.seen_by(to).filter(decision=decision)
    return tuple(found.select_related("step_by", "step_by__office", "file").order_by("number"))


def narrow(
    found: ScopedQuerySet[Any],
    *,
    day: date,
    state: str = "",
    office: int | None = None,
    meeting: int | None = None,
) -> ScopedQuerySet[Any]:
    """Decisions from ``decisions_seen`` in a state, of an office (owner or lead), of a meeting."""
    if office is not None:
        found = found.filter(Q(office=office) | Q(lead_office=office))
    if meeting is not None:
        found = found.filter(minutes__meeting=meeting)
    if state in ("reported", "done"):
        return found.filter(word=state)
    if state in ("open", "overdue"):
        found = found.exclude(word__in=("reported", "done"))
        return found.filter(**{"due_on__lt" if state == "overdue" else "due_on__gte": day})
    return found


@dataclass(frozen=True)
class OpenDecision:
    """A decision that its owner has still to do, for reminders before, at and after its date.

    ``key`` names it for ever; ``lead`` is reminded beside the owner; ``link`` is the page's path.
    """

    key: str
    name: str
    office: Office
    lead: Office | None
    text: str
    due_on: date
    is_overdue: bool
    link: str


def open_decisions(*, to: Asker, day: date) -> tuple[OpenDecision, ...]:
    """What binds and is neither done nor waiting for the county's word, by date due; one query."""
    found = decisions_seen(to=to).exclude(word__in=("reported", "done"))
    return tuple(_open(stand(each, day)) for each in found)


def _open(standing: DecisionStanding) -> OpenDecision:
    decision = standing.decision
    return OpenDecision(
        key=f"decision:{decision.pk}",
        name=str(decision),
        office=decision.office,
        lead=decision.lead_office,
        text=decision.text,
        due_on=standing.due_on,
        is_overdue=standing.state == "overdue",
        link=reverse("oversight:decision", args=[decision.pk]),
    )


def decisions_of_meeting(meeting: int, *, to: Asker, day: date) -> tuple[DecisionStanding, ...]:
    """The decisions of one meeting in the order of its minutes."""
    found = decisions_seen(to=to).filter(minutes__meeting=meeting).order_by("number")
    return tuple(stand(each, day) for each in found)


def decision_counts(meetings: Sequence[int], *, to: Asker) -> dict[int, tuple[int, int]]:
    """Meeting -> how many decisions this asker sees of it, and how many are done; one query."""
    counts: dict[int, tuple[int, int]] = {}
    found = decisions_seen(to=to).filter(minutes__meeting__in=meetings)
    for meeting, word in found.values_list("minutes__meeting_id", "word"):
        total, done = counts.get(meeting, (0, 0))
        counts[meeting] = (total + 1, done + (word == DecisionStep.Step.DONE))
    return counts


def offices_with_decisions(*, to: Asker) -> tuple[Office, ...]:
    """The offices that own or lead a decision this asker sees; two queries."""
    pairs = decisions_seen(to=to).values_list("office", "lead_office")
    wanted = {pk for pair in pairs for pk in pair if pk is not None}
    found = Office.objects.unscoped("whose decisions these are").filter(pk__in=wanted)
    return tuple(found.order_by("kind", "code"))


def count_states(found: Sequence[DecisionStanding]) -> dict[DecisionState, int]:
    """How many stand in each state."""
    counts = dict.fromkeys(STATE_WORDS, 0)
    for each in found:
        counts[each.state] += 1
    return counts


@dataclass(frozen=True)
class CountedDecision:
    """A decision as figures count it; ``done_date`` is the day on which it was confirmed."""

    pk: int
    meeting: int
    meeting_name: str
    number: str
    place: int
    text: str
    office: int
    office_name: str
    issue_date: date
    done_date: date | None

    @property
    def is_done(self) -> bool:
        return self.done_date is not None


def counted_decisions(
    *, to: Asker, year: int, through: date, as_of: int | None = None
) -> tuple[CountedDecision, ...]:
    """The decisions of a year's meetings whose minutes went out by a day; one query.

    Done are those confirmed by that day, as of a ledger entry.
    """
    done = DecisionStep.objects.unscoped(_WHY).filter(
        decision=OuterRef("pk"), step=DecisionStep.Step.DONE
    )
    if as_of is not None:
        done = done.filter(act_id__lte=as_of)
    found = (
        decisions_seen(to=to, as_of=as_of)
        .filter(minutes__meeting__year=year, minutes__issue__issue_date__lte=through)
        .annotate(done_at=Subquery(done.values("step_at")[:1]))
        .order_by("minutes__issue__issue_date", "minutes_id", "number")
    )
    return tuple(_counted(each, through) for each in found)


def _counted(decision: Any, through: date) -> CountedDecision:
    day = localdate(decision.done_at) if decision.done_at is not None else None
    meeting = decision.minutes.meeting
    return CountedDecision(
        decision.pk, meeting.pk, str(meeting), decision.minutes.issue.number, decision.number,
        decision.text, decision.office_id, decision.office.short_name,
        decision.minutes.issue.issue_date, day if day is not None and day <= through else None,
    )  # fmt: skip
