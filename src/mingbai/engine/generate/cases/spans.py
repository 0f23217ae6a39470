"""Cases of days: certificates that begin later or end sooner, courses at the same time."""

from __future__ import annotations

import numpy as np

from mingbai.engine.generate.cases.planting import ALL_YEAR, Planting, total
from mingbai.engine.generate.lots import Ints

_NURSING = "disabled.nursing"
_TRAINING = "training.skills"
#: Numbers of courses with two people at the same time, and how many stand on one course.
_COURSES: int = 500_000
_ON_ONE: int = 10


def plant_certificates(planting: Planting) -> None:
    """Paid before the certificate or after it, or with days that make no sense, or with none."""
    rule, count = "certified", planting.count
    may, june, endless = planting.day(5, 20), planting.day(6, 30), None
    early = planting.people(count)
    planting.pay(early, _NURSING, ALL_YEAR[5:], start=may, end=endless)
    rows = planting.pay(early, _NURSING, ALL_YEAR[:5], start=may, end=endless)
    planting.expect(rule, "span_early", early, rows=5, amount=total(rows, count))

    late = planting.people(count)
    planting.pay(late, _NURSING, ALL_YEAR[:6], end=june)
    rows = planting.pay(late, _NURSING, ALL_YEAR[6:], end=june)
    planting.expect(rule, "span_late", late, rows=6, amount=total(rows, count))

    reversed_ = planting.people(count)
    rows = planting.pay(reversed_, _NURSING, ALL_YEAR, start=june, end=may)
    planting.expect(rule, "span_reversed", reversed_, rows=12, amount=total(rows, count))

    unknown = planting.people(count)
    planting.pay(unknown, _NURSING, ALL_YEAR[1:])
    rows = planting.pay(unknown, _NURSING, ALL_YEAR[:1], start=None)
    planting.expect(rule, "span_unknown", unknown, rows=1, amount=rows["amount"])

    in_time = planting.people(count)
    planting.pay(in_time, _NURSING, ALL_YEAR[5:8], start=may, end=planting.day(8, 1))
    planting.spare(rule, in_time)


def plant_clashes(planting: Planting) -> None:
    """Two courses at once, days reversed or missing; and one course right after the other."""
    rule, count = "one-place-at-a-time", planting.count
    twice = planting.people(count)
    _train(planting, twice, 0, 3, planting.day(3, 25), planting.day(4, 5))
    fen = _train(planting, twice, 1, 4, planting.day(4, 5), planting.day(4, 12))
    planting.expect(rule, "spans_overlap", twice, rows=1, amount=fen)

    reversed_ = planting.people(count)
    fen = _train(planting, reversed_, 2, 5, planting.day(5, 9), planting.day(5, 8))
    planting.expect(rule, "spans_reversed", reversed_, rows=1, amount=fen)

    endless = planting.people(count)
    fen = _train(planting, endless, 3, 6, planting.day(6, 1), None)
    planting.expect(rule, "spans_unknown", endless, rows=1, amount=fen)

    again = planting.people(count)
    first, last = planting.day(10, 25), planting.day(11, 5)
    _train(planting, again, 6, 10, first, last)
    fen = _train(planting, again, 6, 11, first, last)
    planting.expect("once-a-course", "repeated_person", again, _TRAINING, rows=1, amount=fen)

    in_turn = planting.people(count)
    _train(planting, in_turn, 4, 7, planting.day(7, 1), planting.day(7, 7))
    _train(planting, in_turn, 5, 7 + 1, planting.day(7, 8), planting.day(7, 14))
    planting.spare(rule, in_turn)


def _train(
    planting: Planting, people: Ints, sort: int, month: int, start: int, end: int | None
) -> Ints:
    """Put people on courses of their own, few on each; the amounts."""
    course = _COURSES + 10 * (np.arange(len(people)) // _ON_ONE) + sort
    planting.seat(np.unique(course), _ON_ONE)
    rows = planting.pay(people, _TRAINING, [month], course=course, start=start, end=end)
    return rows["amount"]
