"""What a year's book says, as frozen values: money in 分, targets exact, every value sourced."""

from __future__ import annotations

from mingbai.rulebook.model.approvals import (
    ApprovalBand,
    ApprovalRule,
)
from mingbai.rulebook.model.bank import BankName, BankRules, PayingAccount
from mingbai.rulebook.model.book import (
    Book,
)
from mingbai.rulebook.model.channels import (
    AnswerTerm,
    Channel,
    PostedColumn,
    PostedPhone,
    PostingClass,
    PostingRules,
    PostingStage,
    Term,
)
from mingbai.rulebook.model.coverage import Coverage
from mingbai.rulebook.model.dispatch import AskRule, DispatchRule, MoneyRule
from mingbai.rulebook.model.handling import Desk, Handling
from mingbai.rulebook.model.lags import LagBook, LagCause, LagRule
from mingbai.rulebook.model.offices import (
    DivisionSpec,
    OfficeSpec,
)
from mingbai.rulebook.model.procedures import Procedure, ProcedureStep
from mingbai.rulebook.model.programmes import (
    Measure,
    Programme,
    SubItem,
)
from mingbai.rulebook.model.reminding import (
    RemindChannel,
    Reminding,
    RemindKind,
    RemindRule,
    SendingRule,
)
from mingbai.rulebook.model.reporting import DoubtKind, ReportReason, ReportRule
from mingbai.rulebook.model.rosters import (
    Column,
    Roster,
    Site,
)
from mingbai.rulebook.model.rules import (
    Absence,
    AmountRule,
    Case,
    Check,
    Exclusion,
    PresenceList,
    Schedule,
)
from mingbai.rulebook.model.tiles import TileMap
from mingbai.rulebook.model.training import ClassDoubtKind, TrainingRule
from mingbai.rulebook.model.weights import Deduction, Indicator, Ranked, Weights
from mingbai.rulebook.model.words import (
    AmountKind,
    CheckKind,
    ColumnType,
    Effect,
    Group,
    HouseholdBase,
    Kind,
    Layout,
    Level,
    MemberChange,
    OfficeKind,
    Partial,
    Per,
    Privacy,
    RosterKind,
    ScheduleKind,
    Status,
    TargetState,
    Tier,
    ValueIs,
    Watch,
)
from mingbai.rulebook.model.works import (
    StopSeason,
    WorkNetwork,
    WorksRules,
    WorkStep,
    WorksTerms,
)

__all__ = [
    "Absence",
    "AmountKind",
    "AmountRule",
    "AnswerTerm",
    "ApprovalBand",
    "ApprovalRule",
    "AskRule",
    "BankName",
    "BankRules",
    "Book",
    "Case",
    "Channel",
    "Check",
    "CheckKind",
    "ClassDoubtKind",
    "Column",
    "ColumnType",
    "Coverage",
    "Deduction",
    "Desk",
    "DispatchRule",
    "DivisionSpec",
    "DoubtKind",
    "Effect",
    "Exclusion",
    "Group",
    "Handling",
    "HouseholdBase",
    "Indicator",
    "Kind",
    "LagBook",
    "LagCause",
    "LagRule",
    "Layout",
    "Level",
    "Measure",
    "MemberChange",
    "MoneyRule",
    "OfficeKind",
    "OfficeSpec",
    "Partial",
    "PayingAccount",
    "Per",
    "PostedColumn",
    "PostedPhone",
    "PostingClass",
    "PostingRules",
    "PostingStage",
    "PresenceList",
    "Privacy",
    "Procedure",
    "ProcedureStep",
    "Programme",
    "Ranked",
    "RemindChannel",
    "RemindKind",
    "RemindRule",
    "Reminding",
    "ReportReason",
    "ReportRule",
    "Roster",
    "RosterKind",
    "Schedule",
    "ScheduleKind",
    "SendingRule",
    "Site",
    "Status",
    "StopSeason",
    "SubItem",
    "TargetState",
    "Term",
    "Tier",
    "TileMap",
    "TrainingRule",
    "ValueIs",
    "Watch",
    "Weights",
    "WorkNetwork",
    "WorkStep",
    "WorksRules",
    "WorksTerms",
]
