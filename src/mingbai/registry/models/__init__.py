"""Persons, their enrolments, what comparison found about them and how each finding was settled."""

from mingbai.registry.models.entitled import Enrolment, Person, ScopeByEnrolment
from mingbai.registry.models.finding import Comparison, Finding, FindingEvidence, Settlement
from mingbai.registry.models.identity import MergeCandidate, MergeProposal, PersonMerge
from mingbai.registry.models.life import (
    ChangeVerdict,
    EnrolmentChange,
    EnrolmentStep,
    LifeReason,
)
from mingbai.registry.models.posting import (
    BoardPhoto,
    Objection,
    ObjectionStep,
    PostedRow,
    Posting,
    PostingStep,
)

__all__ = [
    "BoardPhoto",
    "ChangeVerdict",
    "Comparison",
    "Enrolment",
    "EnrolmentChange",
    "EnrolmentStep",
    "Finding",
    "FindingEvidence",
    "LifeReason",
    "MergeCandidate",
    "MergeProposal",
    "Objection",
    "ObjectionStep",
    "Person",
    "PersonMerge",
    "PostedRow",
    "Posting",
    "PostingStep",
    "ScopeByEnrolment",
    "Settlement",
]
