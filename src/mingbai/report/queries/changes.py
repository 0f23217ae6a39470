"""What a later draft states otherwise than the one before, and which records did it."""

from __future__ import annotations

from dataclasses import dataclass

from mingbai.base.figures import Branch, Leaf
from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.report.models import Statement, Summary
from mingbai.report.queries import collect, papers
from mingbai.report.queries.explain import file_names, moment_of, sheet_address, value_printer

#: How many parts and records a page lists for one figure; the rest is counted.
_PARTS = 12
_RECORDS = 40


@dataclass(frozen=True)
class Record:
    """A record that came or went between two drafts."""

    label: str
    value: str
    came: bool
    address: str
    place: str
    note: str


@dataclass(frozen=True)
class PartChange:
    """One part of a figure that differs, with the records behind it."""

    label: str
    old: str
    new: str
    records: tuple[Record, ...]
    more_count: int


@dataclass(frozen=True)
class Doing:
    """An act between two drafts, with its name in Chinese."""

    name: str
    act: Act


@dataclass(frozen=True)
class Change:
    """One statement that differs: old and new, the parts that moved, the acts in between."""

    key: str
    name: str
    old: Statement | None
    new: Statement | None
    parts: tuple[PartChange, ...]
    acts: tuple[Doing, ...]


def list_changes(summary: Summary, *, to: Asker) -> tuple[Change, ...]:
    """Each statement that differs from the draft this one follows; empty where none does."""
    if summary.follows_id is None:
        return ()
    old_summary = papers.summaries(to=to).filter(pk=summary.follows_id).first()
    if old_summary is None:
        return ()
    old = {each.key: each for each in papers.statements_of(old_summary, to=to)}
    new = {each.key: each for each in papers.statements_of(summary, to=to)}
    keys = [*new, *(key for key in old if key not in new)]
    found = []
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before and after and _same(before, after):
            continue
        parts = _moved_parts(before, after, to) if before and after else ()
        name = str((after or before).card["name"])  # type: ignore[union-attr]
        acts = _acts_between(key, old_summary.as_of_seq, summary.as_of_seq, to)
        found.append(Change(key, name, before, after, parts, acts))
    return tuple(found)


def _same(old: Statement, new: Statement) -> bool:
    """Equal value and equal evidence: a correction that nets to nothing is still a change."""
    return (old.value, old.display, old.evidence_digest) == (
        new.value,
        new.display,
        new.evidence_digest,
    )


def _acts_between(key: str, after: int, until: int, to: Asker) -> tuple[Doing, ...]:
    """The ledger's acts of the room that makes the figure, oldest first."""
    verbs = collect.source_of(key).verbs
    found = Act.objects.seen_by(to).filter(seq__gt=after, seq__lte=until, verb__in=verbs)
    ordered = found.select_related("by", "office").order_by("seq")[:_RECORDS]
    return tuple(Doing(verbs[act.verb], act) for act in ordered)


def _moved_parts(old: Statement, new: Statement, to: Asker) -> tuple[PartChange, ...]:
    before, after = _branches(old, (), to), _branches(new, (), to)
    if not before and not after:
        part = _part("", (), (old, new), (old.numerator or 0, new.numerator or 0), to)
        return (part,) if part.records else ()
    keys = {**before, **after}
    # Where every sum agrees the evidence does not: look below for what was replaced.
    moved = [key for key in keys if _worth(before.get(key)) != _worth(after.get(key))] or [*keys]
    found = []
    for key in moved[:_PARTS]:
        values = _worth(before.get(key))[0], _worth(after.get(key))[0]
        part = _part(keys[key].label, (key,), (old, new), values, to)
        if part.records or values[0] != values[1]:
            found.append(part)
    return tuple(found)


def _branches(statement: Statement, path: tuple[str, ...], to: Asker) -> dict[str, Branch]:
    level = _level(statement, path, to)
    return _by_key(level)


def _by_key(level: list[Branch | Leaf]) -> dict[str, Branch]:
    """The branches of a level but for the one that stands for the rest of a long page."""
    return {
        each.key: each
        for each in level
        if isinstance(each, Branch) and not each.key.startswith("@")
    }


def _level(statement: Statement, path: tuple[str, ...], to: Asker) -> list[Branch | Leaf]:
    try:
        return collect.walk(statement.key, path, when=moment_of(statement), to=to)
    except KeyError:
        # A part that did not exist yet, or exists no longer.
        return []


def _worth(branch: Branch | None) -> tuple[int, int]:
    return (branch.value, branch.count) if branch else (0, 0)


def _part(
    label: str,
    path: tuple[str, ...],
    drafts: tuple[Statement, Statement],
    values: tuple[int, int],
    to: Asker,
) -> PartChange:
    show = value_printer(papers.card_of(drafts[1]), path)
    before, after = _leaves(*drafts, path, to)
    old, new = frozenset(before), frozenset(after)
    gone = [(leaf, False) for leaf in before if leaf not in new]
    records = gone + [(leaf, True) for leaf in after if leaf not in old]
    names = file_names([leaf for leaf, _ in records[:_RECORDS]], to)
    return PartChange(
        label=label,
        old=show(values[0]),
        new=show(values[1]),
        records=tuple(
            Record(leaf.label, show(leaf.value), came, *sheet_address(leaf, names), leaf.note)
            for leaf, came in records[:_RECORDS]
        ),
        more_count=max(0, len(records) - _RECORDS),
    )


def _leaves(
    old: Statement, new: Statement, path: tuple[str, ...], to: Asker
) -> tuple[list[Leaf], list[Leaf]]:
    """The records below a part in both drafts, opening only what differs between them."""
    before, after = _level(old, path, to), _level(new, path, to)
    old_leaves = [each for each in before if isinstance(each, Leaf)]
    new_leaves = [each for each in after if isinstance(each, Leaf)]
    old_keys, new_keys = _by_key(before), _by_key(after)
    if len(path) < 3:
        for key in {**old_keys, **new_keys}:
            if _worth(old_keys.get(key)) == _worth(new_keys.get(key)):
                continue
            lower_old, lower_new = _leaves(old, new, (*path, key), to)
            old_leaves += lower_old
            new_leaves += lower_new
    return old_leaves, new_leaves
