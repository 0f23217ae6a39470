"""Figures of oversight: meetings held, by kind, and how many of their decisions are done."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.oversight.models import Meeting
from mingbai.oversight.queries.decisions import CountedDecision, counted_decisions
from mingbai.oversight.queries.meetings import HeldMeeting, held_meetings
from mingbai.programme.figures import cut_page, evidence_of, split_page

_OWNER: Final = "县民生办"
_HELD: Final = "召开日期在截止日当日及以前"
_ISSUED: Final = "纪要印发日期在截止日当日及以前"
_ALL: Final = "oversight.meetings"
_DECISIONS: Final = "oversight.decisions"
_DONE: Final = "oversight.decisions_done"
_RATIO: Final = "oversight.decisions_done_ratio"
T = TypeVar("T")


def _meetings(key: str, name: str, numerator: str) -> Card:
    return Card(
        key=key, name=name, unit="count", numerator=numerator, denominator=None, cutoff=_HELD,
        owner=_OWNER, word="次",
    )  # fmt: skip


def _decisions(key: str, name: str, numerator: str) -> Card:
    return Card(
        key=key, name=name, unit="count", numerator=numerator, denominator=None, cutoff=_ISSUED,
        owner=_OWNER, word="件",
    )  # fmt: skip


CARDS: dict[str, Card] = {
    card.key: card
    for card in (
        _meetings(_ALL, "召开会议", "登记召开的各类会议，取消的不计"),
        *(
            _meetings(f"{_ALL}.{kind.value}", f"召开{kind.label}", f"登记召开的{kind.label}")
            for kind in Meeting.Kind
        ),
        _decisions(_DECISIONS, "议定事项", "已印发纪要的会议议定的事项"),
        _decisions(_DONE, "办结议定事项", "议定事项中截止日当日及以前经另一人确认办结的"),
        Card(
            key=_RATIO,
            name="议定事项办结率",
            unit="ratio",
            numerator="办结议定事项件数",
            denominator="议定事项件数",
            cutoff=_ISSUED,
            owner=_OWNER,
            places=2,
            trim=False,
        ),
    )
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """One figure over the meetings or decisions that count. Errors: ``KeyError``."""
    card = CARDS[key]
    if key.startswith(_ALL):
        held = _held(key, year, cutoff, as_of, to)
        meeting_rows = [(each.pk, each.kind, each.held_date) for each in held]
        evidence = evidence_of("oversight.Meeting", meeting_rows)
        return Figure(card, len(held), cutoff, evidence, numerator=len(held))
    found = counted_decisions(to=to, year=year, through=cutoff, as_of=as_of)
    done = [each for each in found if each.is_done]
    behind = done if key == _DONE else found
    rows = [(each.pk, each.office, each.issue_date, each.is_done) for each in behind]
    evidence = evidence_of("oversight.Decision", rows)
    if card.unit == "count":
        return Figure(card, len(behind), cutoff, evidence, numerator=len(behind))
    return Figure(
        card=card,
        value=Fraction(len(done), len(found)) if found else None,
        cutoff=cutoff,
        evidence=evidence,
        numerator=len(done),
        denominator=len(found),
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Meetings by kind, then each; decisions by meeting, then each; a ratio shows all decisions,
    done as 1.

    Errors: ``KeyError`` for an unknown key or part of the path.
    """
    CARDS[key]
    parts, offset = split_page(path)
    if key.startswith(_ALL):
        held = _held(key, year, cutoff, as_of, to)
        if key != _ALL:
            return _leaves(parts, [_meeting_leaf(each) for each in held], offset)
        kinds = {kind.value: kind.label for kind in Meeting.Kind}
        return _two_levels(
            held, parts, offset, lambda each: (each.kind, kinds[each.kind]), _meeting_leaf
        )
    found = counted_decisions(to=to, year=year, through=cutoff, as_of=as_of)
    counted = [each for each in found if key != _DONE or each.is_done]
    every = key == _DECISIONS
    return _two_levels(
        counted, parts, offset, lambda each: (str(each.meeting), each.meeting_name),
        lambda each: _decision_leaf(each, every=every),
    )  # fmt: skip


def _held(
    key: str, year: int, cutoff: date, as_of: int | None, to: Asker
) -> tuple[HeldMeeting, ...]:
    kind = key.removeprefix(f"{_ALL}.") if key != _ALL else ""
    found = held_meetings(to=to, year=year, through=cutoff, as_of=as_of)
    return tuple(each for each in found if not kind or each.kind == kind)


def _two_levels(
    found: Iterable[T],
    parts: Sequence[str],
    offset: int,
    group_of: Callable[[T], tuple[str, str]],
    leaf_of: Callable[[T], Leaf],
) -> list[Branch | Leaf]:
    groups: dict[tuple[str, str], list[Leaf]] = {}
    for each in found:
        groups.setdefault(group_of(each), []).append(leaf_of(each))
    if not parts:
        rows: list[Branch | Leaf] = [
            Branch(key, label, sum(leaf.value for leaf in leaves), len(leaves))
            for (key, label), leaves in groups.items()
        ]
        return cut_page(rows, offset)
    by_key: dict[Hashable, list[Leaf]] = {key: leaves for (key, _), leaves in groups.items()}
    return _leaves(parts[1:], by_key[parts[0]], offset)


def _leaves(parts: Sequence[str], leaves: Sequence[Leaf], offset: int) -> list[Branch | Leaf]:
    if parts:
        raise KeyError(parts[0])
    return [*cut_page(leaves, offset)]


def _meeting_leaf(each: HeldMeeting) -> Leaf:
    paper = f"纪要 {each.number}" if each.number else "纪要未印发"
    return Leaf(f"{each.name}（{each.held_date:%Y-%m-%d}，{each.place}）", 1, note=paper)


def _decision_leaf(each: CountedDecision, *, every: bool) -> Leaf:
    """A decision in its minutes; among all decisions it counts as one, in the ratio when done."""
    said = f"{each.office_name}：{each.text}"
    label = f"{said}（{each.done_date:%Y-%m-%d} 确认办结）" if each.done_date else said
    return Leaf(label, 1 if every else int(each.is_done), note=f"{each.number} 第{each.place}件")
