"""Entering what offices reported, confirming it before it counts, answering to a lag."""

from mingbai.delivery.actions.checking import (
    CannotAnswerReport,
    CannotConfirmReport,
    CannotReturnReport,
    NewAnswer,
    answer_questions,
    confirm_reports,
    return_report,
    title_of,
)
from mingbai.delivery.actions.handing import (
    CannotHandInReport,
    ReportLine,
    hand_in_report,
)
from mingbai.delivery.actions.lag_plans import (
    CannotDecidePlan,
    CannotPlanCatchUp,
    PlanWords,
    confirm_plan,
    plan_catch_up,
    return_plan,
)
from mingbai.delivery.actions.milestones import (
    MOST_PHOTOS,
    CannotConfirmMilestone,
    CannotReportMilestone,
    CannotReturnMilestone,
    Reported,
    confirm_milestones,
    report_milestone,
    return_milestone,
)
from mingbai.delivery.actions.progress import (
    CannotEnterProgress,
    ProgressEntry,
    enter_progress,
)
from mingbai.delivery.actions.reading import (
    ProgressDiscrepancy,
)
from mingbai.delivery.actions.site_lines import (
    Problem,
)
from mingbai.delivery.actions.sites import (
    CannotEnterWorks,
    WorksEntry,
    enter_works,
)
from mingbai.delivery.actions.upper_means import (
    CannotEnterMean,
    enter_upper_mean,
)
from mingbai.delivery.actions.waiving import (
    CannotWaiveChecking,
    waive_checking,
)

__all__ = [
    "MOST_PHOTOS",
    "CannotAnswerReport",
    "CannotConfirmMilestone",
    "CannotConfirmReport",
    "CannotDecidePlan",
    "CannotEnterMean",
    "CannotEnterProgress",
    "CannotEnterWorks",
    "CannotHandInReport",
    "CannotPlanCatchUp",
    "CannotReportMilestone",
    "CannotReturnMilestone",
    "CannotReturnReport",
    "CannotWaiveChecking",
    "NewAnswer",
    "PlanWords",
    "Problem",
    "ProgressDiscrepancy",
    "ProgressEntry",
    "ReportLine",
    "Reported",
    "WorksEntry",
    "answer_questions",
    "confirm_milestones",
    "confirm_plan",
    "confirm_reports",
    "enter_progress",
    "enter_upper_mean",
    "enter_works",
    "hand_in_report",
    "plan_catch_up",
    "report_milestone",
    "return_milestone",
    "return_plan",
    "return_report",
    "title_of",
    "waive_checking",
]
