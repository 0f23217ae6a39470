"""Forms of the registry's pages."""

from mingbai.registry.forms.applying import AddPaper, ApplyForm, FilterApplications, Reason
from mingbai.registry.forms.changing import ProposeChange, ReviewForm
from mingbai.registry.forms.doubts import (
    AnswerItem,
    CheckItem,
    FilterFindings,
    PickFindings,
    RecordVisit,
    SettleFinding,
    TypedRow,
)
from mingbai.registry.forms.persons import FindPeople, RevealValue
from mingbai.registry.forms.postings import (
    AnswerObjection,
    DraftPosting,
    FilterPostings,
    PhotoForm,
    PutUpForm,
    ReasonForm,
    RecordObjection,
)

__all__ = [
    "AddPaper",
    "AnswerItem",
    "AnswerObjection",
    "ApplyForm",
    "CheckItem",
    "DraftPosting",
    "FilterApplications",
    "FilterFindings",
    "FilterPostings",
    "FindPeople",
    "PhotoForm",
    "PickFindings",
    "ProposeChange",
    "PutUpForm",
    "Reason",
    "ReasonForm",
    "RecordObjection",
    "RecordVisit",
    "RevealValue",
    "ReviewForm",
    "SettleFinding",
    "TypedRow",
]
