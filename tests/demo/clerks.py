"""Clerks who settle findings whose truth is known, and the orders they work in."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from mingbai.engine.ranking import Tally, learn_shares

#: How often a clerk decides wrongly.
ERRORS = 0.08


@dataclass(frozen=True)
class Judged:
    """A finding in its place on the page, and whether it is true; `stake` in 分."""

    pk: int
    rule: str
    code: str
    level: int
    stake: int
    people: int
    is_true: bool
    kinds: frozenset[str]


#: What a finding is worth, once decisions were learned from.
Order = Callable[[Sequence[Tally]], Callable[[Judged], float]]


def by_worth(tallies: Sequence[Tally]) -> Callable[[Judged], float]:
    """As the page orders: money times the rule's share, for each person to be asked."""
    shares = learn_shares(tallies)
    return lambda each: shares.of(each.rule, each.code, each.level).worth(each.stake, each.people)


def by_money(_tallies: Sequence[Tally]) -> Callable[[Judged], float]:
    """As a list without any learning would order."""
    return lambda each: each.stake


def in_order(
    findings: Collection[Judged], order: Order, tallies: Sequence[Tally] = ()
) -> list[Judged]:
    """The findings as an order would show them."""
    key = order(tallies)
    return sorted(findings, key=lambda each: (-key(each), each.pk))


def decide(findings: Sequence[Judged], draw: random.Random) -> list[Tally]:
    """What clerks say who err in one of twelve: one tally a finding."""
    tallies = []
    for each in findings:
        said_true = each.is_true != (draw.random() < ERRORS)
        decided = {"confirmed": int(said_true), "dismissed": int(not said_true)}
        tallies.append(Tally(each.rule, each.code, each.level, **decided))
    return tallies


def settle_all(findings: Sequence[Judged], order: Order, step: int = 20) -> list[Judged]:
    """The findings in the order in which clerks settle them; ordered anew after every `step`."""
    draw = random.Random("clerks")
    waiting, done, tallies = list(findings), list[Judged](), list[Tally]()
    while waiting:
        waiting = in_order(waiting, order, tallies)
        tallies += decide(waiting[:step], draw)
        done += waiting[:step]
        waiting = waiting[step:]
    return done


def count_true(findings: Sequence[Judged]) -> int:
    """How many of them are true."""
    return sum(each.is_true for each in findings)
