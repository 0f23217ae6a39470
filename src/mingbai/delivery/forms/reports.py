"""Forms of the monthly reports; a typed report is read cell by cell, as a spreadsheet would."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django import forms

from mingbai.delivery.actions import NewAnswer, ReportLine
from mingbai.delivery.queries.desk import DueLine
from mingbai.delivery.queries.questions import Question

_REMARK: Final = 100
_LARGEST: Final = 10**12


class ReasonForm(forms.Form):
    """Why something goes back, or goes on without what is missing."""

    reason = forms.CharField(label="理由", max_length=300)


@dataclass(frozen=True)
class TypedLine:
    """One line of the typed sheet as it is shown: the measure, and what stands in its fields."""

    due: DueLine
    month: str
    total: str
    remark: str
    fault: str = ""


@dataclass(frozen=True)
class TypedReport:
    """A posted sheet; with ``faults`` it is fit to be shown again, never to be handed in."""

    lines: tuple[TypedLine, ...]
    given: tuple[ReportLine, ...]
    faults: tuple[str, ...]


def blank_report(lines: Iterable[DueLine]) -> TypedReport:
    """The sheet before anything was typed: what was handed in for the month already."""
    return TypedReport(tuple(TypedLine(due, "", _shown(due.said), "") for due in lines), (), ())


def read_report(posted: Mapping[str, str], lines: Iterable[DueLine]) -> TypedReport:
    """Read the posted fields; a line without a total is left out, a line half filled is a fault."""
    shown: list[TypedLine] = []
    given: list[ReportLine] = []
    faults: list[str] = []
    for due in lines:
        month, total = posted.get(f"m|{due.name}", ""), posted.get(f"t|{due.name}", "")
        remark = posted.get(f"r|{due.name}", "").strip()[:_REMARK]
        fault = ""
        try:
            done, sum_done = _number(month), _number(total)
            if sum_done is None and done is not None:
                fault = "填了本月完成，还要填累计完成"
            elif sum_done is not None:
                given.append(ReportLine(due.measure, due.target, done, sum_done, remark))
        except (InvalidOperation, ValueError):
            fault = "不是数，请改正"
        if fault:
            faults.append(f"{due.measure.sub_item.name}·{due.measure.name}：{fault}")
        shown.append(TypedLine(due, month, total, remark, fault))
    return TypedReport(tuple(shown), tuple(given), tuple(faults))


def read_answers(posted: Mapping[str, str], questions: Iterable[Question]) -> tuple[NewAnswer, ...]:
    """The answers typed beside the questions; the figures are those the page had shown.

    A question whose figures moved since then no longer matches and is told by the action.
    """
    found: list[NewAnswer] = []
    for question in questions:
        reason = posted.get(f"a|{question.key}", "")
        words = posted.get(f"w|{question.key}", "").strip()[:300]
        if reason or words:
            found.append(NewAnswer(question, reason, words))
    return tuple(found)


def _shown(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _number(text: str) -> Decimal | None:
    """As a spreadsheet may hold it: full-width digits, thousands separators; nothing is None."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace(",", "").split())
    if not plain:
        return None
    value = Decimal(plain)
    if not value.is_finite() or not 0 <= value < _LARGEST:
        raise ValueError(text)
    return value
