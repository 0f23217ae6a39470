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
    ReportMilestone,
    ReturnReason,
)

__all__ = [
    "ChooseSites",
    "FilterLags",
    "MeanForm",
    "PlanForm",
    "ReasonForm",
    "ReportMilestone",
    "ReturnForm",
    "ReturnReason",
    "blank_report",
    "read_answers",
    "read_report",
]
