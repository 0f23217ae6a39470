"""How a right is applied for, decided, posted and looked at again: the steps of a sub-item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from mingbai.rulebook.model.channels import Term
from mingbai.rulebook.model.words import ValueIs

ProcedureCode = Literal[
    "survey",
    "application",
    "town_review",
    "department_review",
    "county_approval",
    "posting",
    "in_force",
]
OfficeLevel = Literal["village", "town", "department", "county"]
Hand = Literal["clerk", "checker", "leader"]
FirstPaid = Literal["same_month", "next_month"]
Interval = Literal["yearly", "half_yearly", "quarterly", "on_event"]

#: Months between two reviews; ``on_event`` has none.
INTERVAL_MONTHS: Mapping[Interval, int] = {
    "yearly": 12,
    "half_yearly": 12 // 2,
    "quarterly": 12 // 4,
}
STEP_NAMES: Mapping[ProcedureCode, str] = {
    "survey": "摸底",
    "application": "受理",
    "town_review": "镇初审",
    "department_review": "部门审核",
    "county_approval": "县审批",
    "posting": "公示",
    "in_force": "纳入",
}
#: Steps at which somebody passes, returns or refuses.
REVIEWS: tuple[ProcedureCode, ...] = ("town_review", "department_review", "county_approval")


@dataclass(frozen=True, slots=True)
class ProcedureStep:
    """One step: whose office, whose hand, which papers, and how many days it may take."""

    code: ProcedureCode
    office: OfficeLevel
    role: Hand
    papers: tuple[str, ...]
    term: Term | None

    @property
    def name(self) -> str:
        """The step in Chinese."""
        return STEP_NAMES[self.code]


@dataclass(frozen=True, slots=True)
class Procedure:
    """The life of a sub-item's rights between two dates; ``to_date`` inclusive or open.

    ``decide`` is the time from receipt to decision, ``decide_most`` the longest with cause.
    ``suspension_months`` is how long money may be stopped before somebody must decide.
    """

    sub_item: str
    steps: tuple[ProcedureStep, ...]
    decide: Term
    decide_most: Term | None
    first_paid: FirstPaid
    review: Interval
    review_grades: Mapping[str, Interval] = field(hash=False)
    suspension_months: int
    from_date: date
    to_date: date | None
    value_is: ValueIs
    source: str

    @property
    def rule_id(self) -> str:
        """Name the procedure in results."""
        return f"{self.sub_item}/procedure@{self.from_date.isoformat()}"

    def step(self, code: str) -> ProcedureStep:
        """Return one step, or raise KeyError."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(f"{self.sub_item} 的办理程序没有“{code}”这一步")

    def after(self, code: str) -> ProcedureStep:
        """Return the step after this one, or raise KeyError after the last."""
        place = self.steps.index(self.step(code)) + 1
        if place == len(self.steps):
            raise KeyError(f"{self.sub_item} 的“{code}”是最后一步")
        return self.steps[place]

    def before(self, code: str) -> ProcedureStep:
        """Return the step that a returned application goes back to: never before receipt."""
        place = self.steps.index(self.step(code)) - 1
        first = self.steps.index(self.step("application"))
        return self.steps[max(place, first)]

    def interval(self, grade: str) -> Interval:
        """Return how often a right of this grade is looked at again."""
        return self.review_grades.get(grade, self.review)

    def first_period(self, decided: date) -> int:
        """Return the first month paid for after a decision on a day, as yyyymm."""
        year, month = decided.year, decided.month
        if self.first_paid == "next_month":
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return year * 100 + month

    def words(self, grades: Mapping[str, str]) -> str:
        """Say the procedure in one sentence; ``grades`` are the names of the roster's grades."""
        steps = "、".join(
            f"{step.name}{step.term.words if step.term else ''}" for step in self.steps
        )
        most = f"，最长{self.decide_most.words}" if self.decide_most else ""
        other = "".join(
            f"，{grades.get(grade, grade)}{_INTERVALS[interval]}"
            for grade, interval in self.review_grades.items()
            if interval != self.review
        )
        return (
            f"{steps}；受理后{self.decide.words}内办结{most}；{_FIRST_PAID[self.first_paid]}；"
            f"{_INTERVALS[self.review]}{other}；停发最长{self.suspension_months}个月"
        )


_INTERVALS: Mapping[Interval, str] = {
    "yearly": "每年复核",
    "half_yearly": "每半年复核",
    "quarterly": "每季复核",
    "on_event": "情况变化时复核",
}
_FIRST_PAID: Mapping[FirstPaid, str] = {
    "same_month": "批准当月起发",
    "next_month": "批准次月起发",
}
