"""Persons, their enrolments, what comparison found about them and how each finding was settled."""

from mingbai.registry.models.application import (
    Application,
    ApplicationPaper,
    ApplicationStep,
)
from mingbai.registry.models.correction import (
    CorrectionItem,
    CorrectionSlip,
    CorrectionStep,
    Visit,
)
from mingbai.registry.models.coverage import CoverageCount, CoverageGap, VillageCoverage
from mingbai.registry.models.entitled import (
    Enrolment,
    Move,
    Person,
    ScopeByEnrolment,
    ScopeByPerson,
    ScopeByResidence,
)
from mingbai.registry.models.finding import Comparison, Finding, FindingEvidence, Settlement
from mingbai.registry.models.household import (
    HEAD,
    Death,
    Household,
    HouseholdMember,
)
from mingbai.registry.models.identity import (
    PersonDocument,
    PersonName,
    RecordChange,
)
from mingbai.registry.models.insured import Participation, ParticipationStep, RollEntry
from mingbai.registry.models.life import (
    ChangeVerdict,
    EnrolmentChange,
    EnrolmentStep,
    LifeReason,
)
from mingbai.registry.models.merging import MergeCandidate, MergeProposal, PersonMerge
from mingbai.registry.models.posting import (
    BoardPhoto,
    Objection,
    ObjectionStep,
    PostedRow,
    Posting,
    PostingStep,
)
from mingbai.registry.models.survey import SurveyEntry

__all__ = [
    "HEAD",
    "Application",
    "ApplicationPaper",
    "ApplicationStep",
    "BoardPhoto",
    "ChangeVerdict",
    "Comparison",
    "CorrectionItem",
    "CorrectionSlip",
    "CorrectionStep",
    "CoverageCount",
    "CoverageGap",
    "Death",
    "Enrolment",
    "EnrolmentChange",
    "EnrolmentStep",
    "Finding",
    "FindingEvidence",
    "Household",
    "HouseholdMember",
    "LifeReason",
    "MergeCandidate",
    "MergeProposal",
    "Move",
    "Objection",
    "ObjectionStep",
    "Participation",
    "ParticipationStep",
    "Person",
    "PersonDocument",
    "PersonMerge",
    "PersonName",
    "PostedRow",
    "Posting",
    "PostingStep",
    "RecordChange",
    "RollEntry",
    "ScopeByEnrolment",
    "ScopeByPerson",
    "ScopeByResidence",
    "Settlement",
    "SurveyEntry",
    "VillageCoverage",
    "Visit",
]
