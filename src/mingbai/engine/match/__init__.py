"""Who is who, without trusting the ID: pairs with probabilities, persons, and a review queue."""

from __future__ import annotations

from mingbai.engine.match.blocking import BlockReport
from mingbai.engine.match.kinds import ALL_KINDS, Day, Digits, Group, HanName, IdNumber, Words
from mingbai.engine.match.learning import Weights
from mingbai.engine.match.planning import Plan, plan_for
from mingbai.engine.match.review import QUEUE_SCHEMA
from mingbai.engine.match.run import PERSON_SCHEMA, MatchResult, Model, match
from mingbai.engine.match.scoring import VERDICTS, Promise, Promises
from mingbai.engine.match.shapes import CannotMatch, Comparison, Level

__all__ = [
    "ALL_KINDS", "PERSON_SCHEMA", "QUEUE_SCHEMA", "VERDICTS", "BlockReport", "CannotMatch",
    "Comparison", "Day", "Digits", "Group", "HanName", "IdNumber", "Level", "MatchResult", "Model",
    "Plan", "Promise", "Promises", "Weights", "Words", "match", "plan_for",
]  # fmt: skip
