"""Entering what offices reported: progress, rosters, works; and what they answer to a lag."""

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
from mingbai.delivery.actions.progress import CannotEnterProgress, ProgressEntry, enter_progress
from mingbai.delivery.actions.reading import ProgressDiscrepancy
from mingbai.delivery.actions.site_lines import Problem
from mingbai.delivery.actions.sites import CannotEnterWorks, WorksEntry, enter_works
from mingbai.delivery.actions.upper_means import CannotEnterMean, enter_upper_mean

__all__ = [
    "MOST_PHOTOS",
    "CannotConfirmMilestone",
    "CannotDecidePlan",
    "CannotEnterMean",
    "CannotEnterProgress",
    "CannotEnterWorks",
    "CannotPlanCatchUp",
    "CannotReportMilestone",
    "CannotReturnMilestone",
    "PlanWords",
    "Problem",
    "ProgressDiscrepancy",
    "ProgressEntry",
    "Reported",
    "WorksEntry",
    "confirm_milestones",
    "confirm_plan",
    "enter_progress",
    "enter_upper_mean",
    "enter_works",
    "plan_catch_up",
    "report_milestone",
    "return_milestone",
    "return_plan",
]
