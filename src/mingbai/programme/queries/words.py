"""What a version of the list, or a draft on top of it, says of each measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mingbai.base.scope import Asker
from mingbai.programme.models import (
    Measure,
    ProgrammeYear,
    RevisedShare,
    RevisedTarget,
    TargetRevision,
    TownShare,
)

#: A measure over all versions of a year: the codes of its sub-item and its own.
Key = tuple[str, str]


@dataclass(frozen=True)
class Word:
    """What is said of one measure: its target or why there is none, and its towns' parts."""

    unit: str
    state: str
    target: Decimal | None
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    source: str = field(default="", compare=False)

    @property
    def shared(self) -> Decimal:
        """The towns' parts added up."""
        return sum(self.shares.values(), Decimal(0))

    @property
    def balanced(self) -> bool:
        """Whether the parts add up to the target, or nothing is split."""
        return not self.shares or self.shared == self.target


def words_of(version: ProgrammeYear, *, to: Asker) -> dict[Key, Word]:
    """What a version says of each of its measures, carried out or not; two queries.

    A town finds only its own part among the shares, so only those who see all may add them up.
    """
    shares: dict[int, dict[str, Decimal]] = defaultdict(dict)
    path = "measure__sub_item__programme__programme_year"
    for share in TownShare.objects.seen_by(to).filter(**{path: version}):
        shares[share.measure_id][share.town_id] = share.share
    measures = Measure.objects.seen_by(to).select_related("sub_item")
    return {
        (each.sub_item.code, each.code): Word(
            each.unit, each.target_state, each.target, shares[each.pk], each.source
        )
        for each in measures.filter(sub_item__programme__programme_year=version)
    }


def draft_words(revision: TargetRevision, *, to: Asker) -> dict[Key, Word]:
    """What a saved draft says of the measures it touches; two queries."""
    shares: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for share in RevisedShare.objects.seen_by(to).filter(revised_target__revision=revision):
        shares[share.revised_target_id][share.town_id] = share.share
    return {
        (each.sub_item, each.measure): Word(
            each.unit,
            each.target_state,
            each.target,
            shares[each.pk],
            revision.document_number if each.is_moved else "",
        )
        for each in RevisedTarget.objects.seen_by(to).filter(revision=revision)
    }
