"""Persons out of pairs: joined link by link, the surest first, and never by a chain of maybes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Nodes = npt.NDArray[np.int64]

#: Of the pairs between two groups this share must speak for joining them.
ENOUGH: Final = 1 / 3
#: A number that so many records of a group bear is well supported.
SUPPORT: Final = 2


class Link(NamedTuple):
    """Two records that are one person, as likely as that."""

    one: int
    other: int
    probability: float


class Refusal(NamedTuple):
    """A link that was not followed, and why: `ids`, `once` or `chain`."""

    link: Link
    reason: str


#: Why a link was not followed, in words.
REASONS: Final = {
    "ids": "两组记录各有一个多次出现的有效身份证号，不能并为一人",
    "once": "并起来会使一个人在同一名册中出现两次",
    "chain": "只靠少数记录相连，像是串起来的两个人",
}


@dataclass
class _Group:
    members: list[int]
    numbers: Counter[str]
    places: Counter[tuple[object, ...]]


def find_persons(
    links: tuple[Nodes, Nodes, npt.NDArray[np.float64]],
    *,
    numbers: Mapping[int, str],
    places: Mapping[int, tuple[object, ...]],
    count: int,
) -> tuple[Nodes, list[Refusal]]:
    """The person of each of `count` records (the number of its first record), and links refused.

    `numbers`: valid ID numbers by record. `places`: where a person may stand but once (roster and
    month), by record. Two records alone are one look; only larger groups are walked.
    """
    ones, others, _ = links
    persons = connected(ones, others, count)
    refusals: list[Refusal] = []
    groups: dict[int, list[Link]] = defaultdict(list)
    many = np.bincount(persons[ones], minlength=count)[persons[ones]] > 1
    twice = [places.get(a, a) == places.get(b, b) for a, b in _each(ones, others)] if places else []
    walked = many | np.array(twice, dtype=np.bool_) if places else many
    for link in map(Link, *(each[walked].tolist() for each in links)):
        groups[int(persons[link.one])].append(link)
    for group in groups.values():
        joined, refused = _join(group, numbers, places)
        refusals += refused
        for members in joined:
            persons[members] = min(members)
    return persons, refusals


def connected(ones: Nodes, others: Nodes, count: int) -> Nodes:
    """The smallest record that links lead to, for each record."""
    labels = np.arange(count, dtype=np.int64)
    while True:
        low = np.minimum(labels[ones], labels[others])
        newer = labels.copy()
        np.minimum.at(newer, ones, low)
        np.minimum.at(newer, others, low)
        newer = newer[newer]
        if np.array_equal(newer, labels):
            return labels
        labels = newer


def _each(ones: Nodes, others: Nodes) -> zip[tuple[int, int]]:
    return zip(ones.tolist(), others.tolist(), strict=True)


def _join(
    links: Sequence[Link],
    numbers: Mapping[int, str],
    places: Mapping[int, tuple[object, ...]],
) -> tuple[list[list[int]], list[Refusal]]:
    chances = {(link.one, link.other): link.probability for link in links}
    chances |= {(other, one): chance for (one, other), chance in chances.items()}
    home: dict[int, _Group] = {}
    for node in {node for pair in chances for node in pair}:
        number, place = numbers.get(node), places.get(node)
        home[node] = _Group(
            [node],
            Counter() if number is None else Counter([number]),
            Counter() if place is None else Counter([place]),
        )
    refused = []
    for link in sorted(links, key=lambda link: (-link.probability, link.one, link.other)):
        one, other = home[link.one], home[link.other]
        if one is other:
            continue
        reason = _objection(one, other, chances)
        if reason is not None:
            refused.append(Refusal(link, reason))
            continue
        one.members += other.members
        one.numbers += other.numbers
        one.places += other.places
        for node in other.members:
            home[node] = one
    return [group.members for group in {id(each): each for each in home.values()}.values()], refused


def _objection(one: _Group, other: _Group, chances: dict[tuple[int, int], float]) -> str | None:
    if one.places.keys() & other.places.keys():
        return "once"
    if _supported(one) and _supported(other) and not _supported(one) & _supported(other):
        return "ids"
    speaking = sum(chances.get((a, b), 0.0) for a in one.members for b in other.members)
    if speaking < ENOUGH * len(one.members) * len(other.members):
        return "chain"
    return None


def _supported(group: _Group) -> set[str]:
    return {number for number, times in group.numbers.items() if times >= SUPPORT}
