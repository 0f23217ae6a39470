"""Recognise a sheet: which roster, which columns, whose, of which month, in which unit.

Nothing here reads the database or the clock: a raw sheet and the book go in, a `Recognised` or an
`Unrecognised` with its Chinese message comes out.
"""

from __future__ import annotations

from mingbai.intake.recognise.context import Places, places_of
from mingbai.intake.recognise.rows import Skipped
from mingbai.intake.recognise.sheet import (
    Blank,
    Handed,
    Recognised,
    Unrecognised,
    recognise_sheet,
    year_of_sheet,
)
from mingbai.intake.recognise.words import column_letter, mask_long_numbers

__all__ = [
    "Blank",
    "Handed",
    "Places",
    "Recognised",
    "Skipped",
    "Unrecognised",
    "column_letter",
    "mask_long_numbers",
    "places_of",
    "recognise_sheet",
    "year_of_sheet",
]
