"""Pairs of records for pages: those nobody decided about yet, and how each record is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Exists, OuterRef

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import MergeCandidate, MergeProposal, PersonMerge
from mingbai.registry.queries.people import ShownPerson, people_by_id, show_person

_WHY: Final = "what was decided about a pair is decided for everybody"


def candidates_seen(*, to: Asker) -> ScopedQuerySet[MergeCandidate]:
    """Pairs the engine found and nobody proposed, refused or merged since, the likeliest first."""
    asked = MergeProposal.objects.unscoped(_WHY).filter(candidate=OuterRef("pk"))
    merged = PersonMerge.objects.unscoped(_WHY).filter(undone_at=None)
    return (
        MergeCandidate.objects.seen_by(to)
        .filter(~Exists(asked))
        .exclude(Exists(merged.filter(merged=OuterRef("first"))))
        .exclude(Exists(merged.filter(merged=OuterRef("second"))))
        .order_by("-chance", "pk")
    )


def pairs_shown(*, to: Asker, ids: Iterable[int]) -> dict[int, ShownPerson]:
    """Record number -> the record masked, for those the asker may see; one query."""
    return {person.pk: show_person(person) for person in people_by_id(ids, to=to)}
