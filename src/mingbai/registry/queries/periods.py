"""Spans of time that a benefit is due for: the month, the term, the year, or once for ever."""

from __future__ import annotations

from typing import Final

#: Terms as months 13 and 14 of a year: spring (February to July) and autumn.
SPRING, AUTUMN = 13, 14
#: Name of the folded roster table -> the span its months are folded to.
TABLE_SPANS: Final = {
    "roster": "month",
    "roster_term": "term",
    "roster_year": "year",
    "roster_ever": "ever",
}


def due_period(period: int, span: str) -> int:
    """What a month counts for: itself, its term (yyyy13, yyyy14), its year (yyyy00), or 0."""
    year, month = divmod(period, 100)
    if span == "ever":
        return 0
    if span == "year":
        return year * 100
    if span == "term":
        if month == 1:  # January still belongs to the autumn term that began the year before
            return (year - 1) * 100 + AUTUMN
        return year * 100 + (SPRING if month <= 7 else AUTUMN)
    return period
