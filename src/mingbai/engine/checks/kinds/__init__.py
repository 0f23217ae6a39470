"""Kinds of check, each in a file of its own."""

from __future__ import annotations

from mingbai.engine.checks.kinds.absence import Absence
from mingbai.engine.checks.kinds.age_sex import AgeSex
from mingbai.engine.checks.kinds.amount_standard import AmountStandard
from mingbai.engine.checks.kinds.capacity import Capacity
from mingbai.engine.checks.kinds.code_list import CodeList
from mingbai.engine.checks.kinds.continuity import Continuity
from mingbai.engine.checks.kinds.entitled_span import EntitledSpan
from mingbai.engine.checks.kinds.household_grants import HouseholdGrants
from mingbai.engine.checks.kinds.household_head import HouseholdHead
from mingbai.engine.checks.kinds.household_members import HouseholdMembers
from mingbai.engine.checks.kinds.missing_key import MissingKey
from mingbai.engine.checks.kinds.mutual_exclusion import MutualExclusion
from mingbai.engine.checks.kinds.on_list import OnList
from mingbai.engine.checks.kinds.overlapping_spans import OverlappingSpans
from mingbai.engine.checks.kinds.progress_totals import ProgressTotals
from mingbai.engine.checks.kinds.quota import Quota
from mingbai.engine.checks.kinds.repeated_person import RepeatedPerson
from mingbai.engine.checks.kinds.shared_value import SharedValue
from mingbai.engine.checks.kinds.two_names import TwoNames
from mingbai.engine.checks.shapes import CheckSpec

ALL_KINDS: tuple[type[CheckSpec], ...] = (
    Absence, AgeSex, AmountStandard, Capacity, CodeList, Continuity, EntitledSpan,
    HouseholdGrants, HouseholdHead, HouseholdMembers, MissingKey, MutualExclusion, OnList,
    OverlappingSpans, ProgressTotals, Quota, RepeatedPerson, SharedValue, TwoNames,
)  # fmt: skip

__all__ = [
    "ALL_KINDS", "Absence", "AgeSex", "AmountStandard", "Capacity", "CodeList", "Continuity",
    "EntitledSpan", "HouseholdGrants", "HouseholdHead", "HouseholdMembers", "MissingKey",
    "MutualExclusion", "OnList", "OverlappingSpans", "ProgressTotals", "Quota",
    "RepeatedPerson", "SharedValue", "TwoNames",
]  # fmt: skip
