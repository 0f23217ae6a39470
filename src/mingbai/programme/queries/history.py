"""The life of one target through the versions of a year's list: when, by which document, how."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.programme.models import Measure, RevisionStep, TownShare, UpperFigure
from mingbai.programme.queries.revisions import Moved
from mingbai.programme.queries.upper import newest_upper


@dataclass(frozen=True)
class Turn:
    """What a measure said from one ledger entry on; ``towns`` are those that changed with it."""

    measure: Measure
    act: Act
    approval: RevisionStep | None
    towns: tuple[Moved, ...]
    gap: Decimal | None


@dataclass(frozen=True)
class History:
    """A measure's turns, oldest first, and what the level above gave last."""

    turns: tuple[Turn, ...]
    upper: UpperFigure | None

    @property
    def measure(self) -> Measure:
        """The measure as it is in force."""
        return self.turns[-1].measure


def history_of(*, to: Asker, year: int, sub_item: str, measure: str) -> History | None:
    """How one target came to be what it is, with the towns this asker may see; four queries.

    A version that says the same of it as the one before is passed over. ``None`` where the year
    has no such measure.
    """
    path = "sub_item__programme__programme_year"
    found = Measure.objects.seen_by(to).filter(
        **{f"{path}__year": year}, sub_item__code=sub_item, code=measure
    )
    versions = list(found.select_related("act", "act__by", path).order_by("act_id"))
    if not versions:
        return None
    parts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    shares = TownShare.objects.seen_by(to).filter(measure__in=versions).select_related("town")
    for share in shares.order_by("town_id"):
        parts[share.measure_id][share.town.name] = share.share
    steps = RevisionStep.objects.seen_by(to).filter(step="approved", revision__year=year)
    approvals = {step.version_id: step for step in steps.select_related("revision", "step_by")}
    turns: list[Turn] = []
    before: Measure | None = None
    for each in versions:
        old = parts[before.pk] if before else {}
        towns = _moved(old, parts[each.pk])
        said = None if before is None else (before.target, before.target_state)
        if said == (each.target, each.target_state) and not towns:
            before = each
            continue
        version = each.sub_item.programme.programme_year_id
        turns.append(Turn(each, each.act, approvals.get(version), towns, _gap(before, each)))
        before = each
    upper = newest_upper(to=to, year=year).get((sub_item, measure))
    return History(tuple(turns), upper)


def _moved(old: dict[str, Decimal], new: dict[str, Decimal]) -> tuple[Moved, ...]:
    names = [*new, *(name for name in old if name not in new)]
    pairs = (Moved(name, old.get(name), new.get(name)) for name in names)
    return tuple(each for each in pairs if each.before != each.after)


def _gap(before: Measure | None, after: Measure) -> Decimal | None:
    if before is None or before.target is None or after.target is None:
        return None
    return after.target - before.target
