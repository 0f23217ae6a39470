"""Entering what offices reported: progress, training rosters, works and their milestones."""

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

__all__ = [
    "MOST_PHOTOS",
    "CannotConfirmMilestone",
    "CannotEnterProgress",
    "CannotEnterWorks",
    "CannotReportMilestone",
    "CannotReturnMilestone",
    "Problem",
    "ProgressDiscrepancy",
    "ProgressEntry",
    "Reported",
    "WorksEntry",
    "confirm_milestones",
    "enter_progress",
    "enter_works",
    "report_milestone",
    "return_milestone",
]
