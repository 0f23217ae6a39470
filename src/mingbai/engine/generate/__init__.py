"""Synthetic people: plausible, unique, checkable and nobody's, under a region never given out."""

from __future__ import annotations

from mingbai.engine.generate.county import FEWEST_ROWS, MOST_ROWS, County, make_county
from mingbai.engine.generate.numbers import (
    DEMO_REGION,
    account_number,
    check_digit,
    id_number,
    luhn_digit,
    phone_number,
)
from mingbai.engine.generate.people import PeopleMaker, Person, Village
from mingbai.engine.generate.workbooks import write_workbooks

__all__ = [
    "DEMO_REGION",
    "FEWEST_ROWS",
    "MOST_ROWS",
    "County",
    "PeopleMaker",
    "Person",
    "Village",
    "account_number",
    "check_digit",
    "id_number",
    "luhn_digit",
    "make_county",
    "phone_number",
    "write_workbooks",
]
