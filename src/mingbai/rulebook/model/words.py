"""The closed sets of words that a book may use."""

from __future__ import annotations

from typing import Literal

Kind = Literal["works", "subsidy", "insurance", "training", "service"]
Status = Literal["own", "not_applicable", "added"]
Group = Literal["new", "adjusted", "continued"]
ValueIs = Literal["sourced", "demonstration"]
TargetState = Literal["set", "none", "multi_year", "awaiting"]
Tier = Literal["central", "province", "city", "county", "town", "other"]
Effect = Literal["hold", "note"]
AmountKind = Literal["fixed", "graded", "actual", "household"]
HouseholdBase = Literal["fixed", "per_member", "graded", "top_up"]
MemberChange = Literal["next_month", "same_month"]
Per = Literal["month", "term", "year", "case"]
Partial = Literal["whole", "next", "days"]
ScheduleKind = Literal["linear", "points"]
RosterKind = Literal[
    "subsidy",
    "training",
    "list",
    "register",
    "insured",
    "application",
    "survey",
    "progress",
    "funds",
    "information",
    "works",
    "class_plan",
    "attendance",
    "exam",
]
Layout = Literal["rows", "wide"]
ColumnType = Literal[
    "text",
    "name",
    "id_number",
    "date",
    "period",
    "money",
    "account",
    "phone",
    "integer",
    "decimal",
    "code",
    "town",
    "village",
    "sub_item",
    "credit_code",
]
Privacy = Literal["open", "personal", "sensitive"]
OfficeKind = Literal[
    "county_office",
    "leader",
    "department",
    "town",
    "village",
    "auditor",
    "supervisor",
    "third_party",
]
CheckKind = Literal[
    "age",
    "sex",
    "amount_standard",
    "capacity",
    "repeated_person",
    "shared_account",
    "shared_phone",
    "continuity",
    "totals",
]
Watch = Literal["gaps", "amounts", "new", "gone"]
Level = Literal["common", "province", "city", "county"]
