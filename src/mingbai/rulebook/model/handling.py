"""Who looks into what comparison found, what is to be put right, and within how many days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from mingbai.rulebook.model.channels import Term
from mingbai.rulebook.model.words import ValueIs

Desk = Literal["town", "department", "county"]


@dataclass(frozen=True, slots=True)
class Handling:
    """Of one kind of finding; ``code`` is the finding's, or ``other`` for all that none names.

    ``desk`` is who must act, ``ask`` what a correction form asks for, ``term`` how long it may
    take.
    """

    code: str
    desk: Desk
    ask: str
    term: Term
    from_date: dt.date
    to_date: dt.date | None
    value_is: ValueIs
    source: str
