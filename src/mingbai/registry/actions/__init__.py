"""What registry does: compare, enrol, end, settle, reveal."""

from __future__ import annotations

from mingbai.registry.actions.change import (
    CHANGE_REASONS,
    CannotChangeEnrolment,
    CannotDecideChange,
    RowsReport,
    Wanted,
    decide_changes,
    propose_changes,
)
from mingbai.registry.actions.compare import ComparisonReport, compare_sheets
from mingbai.registry.actions.end import CannotEndEnrolments, end_enrolments
from mingbai.registry.actions.enrol import CannotEnrolSheets, EnrolmentReport, enrol_sheets
from mingbai.registry.actions.merge import (
    CannotMergePeople,
    CannotUndoMerge,
    keep_apart,
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from mingbai.registry.actions.reveal import FIELDS, CannotRevealPerson, reveal_person
from mingbai.registry.actions.settle import (
    REASONS,
    CannotSettleFinding,
    decision_of,
    reasons_for,
    settle_finding,
)

__all__ = [
    "CHANGE_REASONS",
    "FIELDS",
    "REASONS",
    "CannotChangeEnrolment",
    "CannotDecideChange",
    "CannotEndEnrolments",
    "CannotEnrolSheets",
    "CannotMergePeople",
    "CannotRevealPerson",
    "CannotSettleFinding",
    "CannotUndoMerge",
    "ComparisonReport",
    "EnrolmentReport",
    "RowsReport",
    "Wanted",
    "compare_sheets",
    "decide_changes",
    "decision_of",
    "end_enrolments",
    "enrol_sheets",
    "keep_apart",
    "merge_people",
    "propose_changes",
    "propose_merge",
    "reasons_for",
    "refuse_merge",
    "reveal_person",
    "settle_finding",
    "undo_merge",
]
