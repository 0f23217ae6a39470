"""Progress, training and works as reported: one record a line, followed, never changed."""

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
from mingbai.delivery.models.works import (
    EnteredWorks,
    SiteDetails,
    SiteProgress,
    WorkSite,
)

__all__ = [
    "Attendance",
    "AttendanceList",
    "CatchUpPlan",
    "Certificate",
    "ClassAnswer",
    "ClassDoubt",
    "ClassRoll",
    "ClassSession",
    "EnteredSheet",
    "EnteredWorks",
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
    "TrainingClass",
    "TrainingHead",
    "UpkeepDuty",
    "UpkeepVisit",
    "UpperMean",
    "WorkSite",
]
