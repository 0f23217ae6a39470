"""Back-scheduling of sites: latest dates, float, what decides, and what must happen this week.

The engine does the sums; here confirmed milestones become its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from mingbai.delivery.models import MilestoneReport
from mingbai.delivery.queries.sites import SiteStanding
from mingbai.engine.schedule import (
    Activity,
    Calendar,
    CannotSchedule,
    Contradiction,
    Duty,
    Schedule,
    Step,
    contradictions,
    make_schedule,
    milestone_light,
    must_happen,
)
from mingbai.rulebook.model import Book, WorkNetwork, WorkStep

SiteColour = Literal["green", "yellow", "red", "grey", "done"]

_DAY: Final = timedelta(days=1)
#: Worst first: how a list is ordered and a town's or sub-item's own light chosen.
WORST_FIRST: Final[tuple[SiteColour, ...]] = ("red", "yellow", "grey", "green", "done")


@dataclass(frozen=True)
class StepRow:
    """One milestone as the page shows it: the plan's step and its confirmed days."""

    rule: WorkStep
    step: Step | None
    begun_date: date | None
    done_date: date | None
    colour: SiteColour

    @property
    def planned_date(self) -> date | None:
        """When it would be reached if all open work starts as early as it can."""
        return self.step.finish_date if self.step and self.done_date is None else None

    @property
    def latest_date(self) -> date | None:
        """The last day on which it may be reached."""
        return self.step.latest_finish_date if self.step else None


@dataclass(frozen=True)
class SitePlan:
    """A site laid on the working calendar as of a day; ``fault`` says why it could not be."""

    standing: SiteStanding
    network: WorkNetwork | None
    due_date: date
    schedule: Schedule | None
    rows: tuple[StepRow, ...]
    colour: SiteColour
    words: str
    fault: str = ""
    sub_item_name: str = ""

    @property
    def is_begun(self) -> bool:
        """开工 is confirmed, or a later milestone that presupposes it."""
        return self.standing.stage >= MilestoneReport.Stage.BEGUN

    @property
    def is_finished(self) -> bool:
        """完工 is confirmed, or a later milestone that presupposes it."""
        return self.standing.stage >= MilestoneReport.Stage.FINISHED

    @property
    def is_handed_over(self) -> bool:
        """移交 is confirmed."""
        return self.standing.stage >= MilestoneReport.Stage.HANDED_OVER

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """Evidence against the order of work."""
        return contradictions(self.schedule) if self.schedule else ()

    @property
    def chain(self) -> tuple[str, ...]:
        """The names of the steps that decide the finish, in the order of work."""
        chains = self.schedule.critical_chains(1) if self.schedule and not self.is_finished else ()
        return tuple(self.schedule.step(each).name for each in chains[0]) if chains else ()  # type: ignore[union-attr]


@dataclass(frozen=True)
class SiteDuty:
    """What must start or be finished on a site by a day."""

    plan: SitePlan
    duty: Duty

    @property
    def is_late(self) -> bool:
        return self.duty.late_days > 0

    @property
    def message(self) -> str:
        """What must be done by when, and what waiting costs; a milestone is reached, not opened."""
        by, verb = self.duty.by_date, "开始" if self.duty.what == "start" else "完成"
        said = f"{self.duty.step.name}最迟应于{by.month}月{by.day}日{verb}"
        if self.is_late:
            return f"{said}，已迟 {self.duty.late_days} 个工作日，请调整后续安排或申请延期。"
        return f"{said}，再迟一天就会影响完工期限。"


@dataclass(frozen=True)
class Ground:
    """What all sites of one page are laid on: made once."""

    book: Book
    calendars: Mapping[str, Calendar]
    due_dates: Mapping[str, date]
    names: Mapping[str, str]
    near_days: int
    today: date

    @classmethod
    def of(cls, book: Book, today: date) -> Ground:
        """The book's calendars, finish dates and terms as of a day."""
        try:
            near = book.works.terms_on(today).near_days
        except KeyError:
            near = 0
        due = {item.code: item.schedule.finish_date for item in book.sub_items}
        names = {item.code: item.name for item in book.sub_items}
        return cls(book, book.works.calendars(book.calendar, today), due, names, near, today)


def plan_sites(found: Iterable[SiteStanding], *, ground: Ground) -> tuple[SitePlan, ...]:
    """Lay every site on the calendar; a site without a network or beyond it says so."""
    return tuple(plan_site(each, ground=ground) for each in found)


def plan_site(standing: SiteStanding, *, ground: Ground) -> SitePlan:
    """One site with its light; see ``plan_sites``."""
    code = standing.site.sub_item
    return replace(_laid(standing, ground), sub_item_name=ground.names.get(code, code))


def _laid(standing: SiteStanding, ground: Ground) -> SitePlan:
    """Lay one site on the calendar, backwards from the day its sub-item must be finished.

    The site's own planned day, where it is earlier, holds its 完工. Confirmed days are evidence;
    between 开工 and 完工 work goes on from one step to the next without a report that it began.
    """
    code = standing.site.sub_item
    due = ground.due_dates.get(code, date(standing.site.year, 12, 31))
    own = standing.details.planned_finish_date
    limit = min(due, own) if own else due
    try:
        network = ground.book.works.network_of(code, ground.today)
    except KeyError:
        return SitePlan(
            standing,
            None,
            limit,
            None,
            (),
            "grey",
            "没有施工节点",
            "规则库没有这个子项的施工节点。",
        )
    try:
        schedule = make_schedule(
            _activities(standing, network, limit),
            ground.book.calendar,
            start_date=_start(standing, ground.today),
            finish_date=due,
            today=ground.today,
            calendars=ground.calendars,
        )
    except CannotSchedule as fault:
        rows = tuple(_row(each, None, standing, ground) for each in network.steps)
        return SitePlan(standing, network, limit, None, rows, "grey", "无法排期", str(fault))
    rows = tuple(_row(each, schedule.step(each.code), standing, ground) for each in network.steps)
    colour, words = _judge(standing, network, schedule, rows, limit)
    return SitePlan(standing, network, limit, schedule, rows, colour, words)


def _start(standing: SiteStanding, today: date) -> date:
    days = [fact.actual_date for fact in standing.facts.values()]
    return min([today, *days])


def _activities(standing: SiteStanding, network: WorkNetwork, limit: date) -> tuple[Activity, ...]:
    """The network with what is known of this site."""
    made: list[Activity] = []
    building = False
    for step in network.steps:
        done = standing.done_date(step.code)
        begun_fact = standing.facts.get((step.code, "begun"))
        begun = begun_fact.actual_date if begun_fact else None
        before = [standing.done_date(link.before) for link in step.after]
        known = [day for day in before if day is not None]
        follows = max(known) + _DAY if known and len(known) == len(before) else None
        if begun is None and (done is not None or building):
            begun = follows
        if done is not None:
            begun = min(begun, done) if begun else done
        made.append(
            Activity(
                step.code, step.name, step.days, step.after, step.calendar, started_date=begun,
                finished_date=done, due_date=limit if step.code == network.finishes else None,
            )
        )  # fmt: skip
        if step.code == network.begins:
            building = True
        if step.code == network.finishes:
            building = False
    return tuple(made)


def _row(rule: WorkStep, step: Step | None, standing: SiteStanding, ground: Ground) -> StepRow:
    begun, done = standing.facts.get((rule.code, "begun")), standing.done_date(rule.code)
    colour: SiteColour = "done" if done else "grey"
    if done is None and step is not None and step.latest_finish_date is not None:
        colours = [
            milestone_light(by, None, ground.today, ground.near_days)
            for by in (step.latest_start_date, step.latest_finish_date)
            if by is not None
        ]
        late = step.total_float is not None and step.total_float < 0
        colour = "red" if late or "red" in colours else "yellow" if "yellow" in colours else "green"
    return StepRow(rule, step, begun.actual_date if begun else None, done, colour)


def _judge(
    standing: SiteStanding,
    network: WorkNetwork,
    schedule: Schedule,
    rows: tuple[StepRow, ...],
    limit: date,
) -> tuple[SiteColour, str]:
    """The light of a site: late as soon as its finish cannot be kept any more."""
    if standing.stage >= MilestoneReport.Stage.HANDED_OVER:
        return "done", "已移交"
    finished = standing.stage >= MilestoneReport.Stage.FINISHED
    open_rows = [row for row in rows if row.done_date is None]
    worst = min((WORST_FIRST.index(row.colour) for row in open_rows), default=0)
    slack = min(
        (row.step.total_float for row in open_rows
         if row.step is not None and row.step.total_float is not None), default=0,
    )  # fmt: skip
    if finished:
        on_time = (standing.done_date(network.finishes) or limit) <= limit
        return "done", "已完工，待移交" if on_time else "已完工（逾期），待移交"
    if slack < 0:
        return "red", f"按现在的进度要晚 {-slack} 个工作日"
    colour = WORST_FIRST[worst]
    if colour == "yellow":
        return colour, f"临近期限，余 {slack} 个工作日"
    return colour, f"富余 {slack} 个工作日"


def week_of(day: date) -> tuple[date, date]:
    """Monday to Sunday of a day's week."""
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=6)


def duties_of_week(plans: Iterable[SitePlan], *, today: date) -> tuple[SiteDuty, ...]:
    """What must start or finish by Sunday, or is late already; the longest late first.

    Of a site that is late only the first late step in the order of work is named: the rest
    waits for it.
    """
    _, last = week_of(today)
    found: list[SiteDuty] = []
    for plan in plans:
        if plan.schedule is None or plan.is_handed_over:
            continue
        duties = must_happen(plan.schedule, today, last)
        late = [duty for duty in duties if duty.late_days]
        kept = [duty for duty in duties if not duty.late_days]
        found += [SiteDuty(plan, duty) for duty in (late[:1] or kept)]
    return tuple(
        sorted(
            found,
            key=lambda each: (-each.duty.late_days, each.duty.by_date, each.plan.standing.site.pk),
        )
    )


def colour_counts(plans: Iterable[SitePlan]) -> dict[SiteColour, int]:
    """How many sites stand in each light, the worst first."""
    counts: dict[SiteColour, int] = dict.fromkeys(WORST_FIRST, 0)
    for plan in plans:
        counts[plan.colour] += 1
    return counts
