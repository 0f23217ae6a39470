"""Back-scheduling over working calendars: latest starts, floats, the chain that decides."""

from mingbai.engine.schedule.calendars import (
    Calendar,
    CannotSchedule,
    Season,
    Span,
    every_day,
)
from mingbai.engine.schedule.days import ListedDay, make_calendar, read_days, write_days
from mingbai.engine.schedule.lags import (
    Lag,
    LagKind,
    LagSpec,
    LagState,
    LagVerdict,
    Reach,
    Severity,
    find_lags,
)
from mingbai.engine.schedule.network import Activity, Link
from mingbai.engine.schedule.plan import Schedule, Step, make_schedule
from mingbai.engine.schedule.psplib import PublishedNetwork, read_psplib
from mingbai.engine.schedule.reminding import (
    RemindSpec,
    RemindStage,
    remind_stages,
    stage_due,
    works_on,
)
from mingbai.engine.schedule.scoring import Deducted, Score, ScorePart, Weighed, work_score
from mingbai.engine.schedule.standings import (
    Place,
    elapsed_ratio,
    gap_points,
    rank_ties,
    round_half_up,
)
from mingbai.engine.schedule.weeks import (
    Bar,
    Contradiction,
    Duty,
    bars,
    contradictions,
    milestone_light,
    must_happen,
)

__all__ = [
    "Activity", "Bar", "Calendar", "CannotSchedule", "Contradiction", "Deducted", "Duty", "Lag",
    "LagKind", "LagSpec", "LagState", "LagVerdict", "Link", "ListedDay", "Place",
    "PublishedNetwork", "Reach", "RemindSpec", "RemindStage", "Schedule", "Score",
    "ScorePart", "Season", "Severity", "Span",
    "Step", "Weighed", "bars", "contradictions", "elapsed_ratio", "every_day", "find_lags",
    "gap_points", "make_calendar", "make_schedule", "milestone_light", "must_happen", "rank_ties",
    "read_days", "read_psplib", "remind_stages", "round_half_up", "stage_due", "work_score",
    "works_on", "write_days",
]  # fmt: skip
