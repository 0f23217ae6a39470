"""Progress, training and works as reported: one record a line, followed, never changed."""

from mingbai.delivery.models.class_sheets import AttendanceSource, EnteredClassSheet, ExamScore
from mingbai.delivery.models.classes import (
    Attendance,
    AttendanceList,
    Certificate,
    ClassAnswer,
    ClassDoubt,
    ClassRoll,
    ClassSession,
    TrainingClass,
)
from mingbai.delivery.models.lag import (
    CatchUpPlan,
    PlanPoint,
    PlanStep,
    UpperMean,
)
from mingbai.delivery.models.milestones import (
    MilestonePhoto,
    MilestoneReport,
    MilestoneVerdict,
)
from mingbai.delivery.models.progress import (
    EnteredSheet,
    ProgressReport,
)
from mingbai.delivery.models.report import (
    ReportAnswer,
    ReportDoubt,
    ReportStep,
    ReportWaiver,
)
from mingbai.delivery.models.training import (
    TrainingHead,
)
from mingbai.delivery.models.upkeep import (
    SiteNote,
    SiteNoteClosing,
    UpkeepDuty,
    UpkeepVisit,
)
from mingbai.delivery.models.withdrawal import SiteWithdrawal, WithdrawalVerdict
from mingbai.delivery.models.works import (
    EnteredWorks,
    SiteDetails,
    SiteProgress,
    WorkSite,
)

__all__ = [
    "Attendance",
    "AttendanceList",
    "AttendanceSource",
    "CatchUpPlan",
    "Certificate",
    "ClassAnswer",
    "ClassDoubt",
    "ClassRoll",
    "ClassSession",
    "EnteredClassSheet",
    "EnteredSheet",
    "EnteredWorks",
    "ExamScore",
    "MilestonePhoto",
    "MilestoneReport",
    "MilestoneVerdict",
    "PlanPoint",
    "PlanStep",
    "ProgressReport",
    "ReportAnswer",
    "ReportDoubt",
    "ReportStep",
    "ReportWaiver",
    "SiteDetails",
    "SiteNote",
    "SiteNoteClosing",
    "SiteProgress",
    "SiteWithdrawal",
    "TrainingClass",
    "TrainingHead",
    "UpkeepDuty",
    "UpkeepVisit",
    "UpperMean",
    "WithdrawalVerdict",
    "WorkSite",
]
