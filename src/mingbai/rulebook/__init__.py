"""Policy as dated, sourced YAML and its loader: what was decided at each level, readable aloud."""

from __future__ import annotations

from mingbai.rulebook.describe import (
    RuleWords,
    describe_book,
    describe_programme,
    describe_rules,
    grade_words,
)
from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.loading.book import load_book
from mingbai.rulebook.loading.handling import handling_on
from mingbai.rulebook.model import (
    Absence,
    AmountRule,
    ApprovalBand,
    ApprovalRule,
    BankName,
    BankRules,
    Book,
    Case,
    Check,
    Column,
    DivisionSpec,
    Exclusion,
    Handling,
    Measure,
    OfficeSpec,
    PayingAccount,
    PresenceList,
    Procedure,
    ProcedureStep,
    Programme,
    Roster,
    Schedule,
    Site,
    SubItem,
)
from mingbai.rulebook.worked import work_case

__all__ = [
    "Absence",
    "AmountRule",
    "ApprovalBand",
    "ApprovalRule",
    "BankName",
    "BankRules",
    "Book",
    "CannotLoadBook",
    "Case",
    "Check",
    "Column",
    "DivisionSpec",
    "Exclusion",
    "Handling",
    "Measure",
    "OfficeSpec",
    "PayingAccount",
    "PresenceList",
    "Procedure",
    "ProcedureStep",
    "Programme",
    "Roster",
    "RuleWords",
    "Schedule",
    "Site",
    "SubItem",
    "describe_book",
    "describe_programme",
    "describe_rules",
    "grade_words",
    "handling_on",
    "load_book",
    "work_case",
]
