"""Forms of the delivery pages: one file a matter."""

from mingbai.delivery.forms.lags import (
    FilterLags,
    MeanForm,
    PlanForm,
    ReturnForm,
)
from mingbai.delivery.forms.reports import (
    ReasonForm,
    blank_report,
    read_answers,
    read_report,
)
from mingbai.delivery.forms.works import (
    ChooseSites,
    ClosingForm,
    NoteForm,
    ReportMilestone,
    ReturnReason,
    UpkeepForm,
    UpkeepVisitForm,
)

__all__ = [
    "ChooseSites",
    "ClosingForm",
    "FilterLags",
    "MeanForm",
    "NoteForm",
    "PlanForm",
    "ReasonForm",
    "ReportMilestone",
    "ReturnForm",
    "ReturnReason",
    "UpkeepForm",
    "UpkeepVisitForm",
    "blank_report",
    "read_answers",
    "read_report",
]
