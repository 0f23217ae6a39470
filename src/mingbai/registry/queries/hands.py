"""Whose turn it is: which office's which hand does a step of an application."""

from __future__ import annotations

from typing import Final

from mingbai.base.scope import Asker
from mingbai.registry.models import Application
from mingbai.rulebook import ProcedureStep

#: What a hand of the rulebook must be allowed to do in the house.
PERMISSION: Final = {"clerk": "settle", "checker": "approve", "leader": "issue"}
_HANDS: Final = {"clerk": "经办", "checker": "复核", "leader": "领导"}
_OFFICES: Final = {"village": "村（居）", "town": "镇", "department": "主管部门", "county": "县"}


def whose_turn(step: ProcedureStep, application: Application, *, to: Asker) -> str:
    """Why this asker may not do this step, in Chinese; "" where it is their turn."""
    if not is_office(step, application, to=to):
        return f"{step.name}由{_OFFICES[step.office]}办理"
    if not to.may(PERMISSION[step.role]):
        return f"{step.name}由{_OFFICES[step.office]}的{_HANDS[step.role]}人员办理"
    return ""


def is_office(step: ProcedureStep, application: Application, *, to: Asker) -> bool:
    """Whether the asker sits in the office that does this step."""
    if step.office in ("town", "village"):
        return application.town in to.towns
    if step.office == "department":
        return application.sub_item in to.sub_items
    return to.sees_all


def hand_words(step: ProcedureStep) -> str:
    """Who does the step, as a page says it."""
    return f"{_OFFICES[step.office]}{_HANDS[step.role]}"
