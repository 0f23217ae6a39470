"""Which record stands for a person when two records were merged."""

from __future__ import annotations

from typing import Final

import polars as pl

from mingbai.registry.models import PersonMerge

_WHY: Final = "which records are one person is one truth for everybody"


def person_roots() -> pl.DataFrame:
    """``person_id root_id`` of the records merged into another; whoever is missing is their own.

    A chain of mergings leads to its last record. A county has a few hundred of them: one query.
    """
    roots = root_ids()
    schema = {"person_id": pl.Int64(), "root_id": pl.Int64()}
    return pl.DataFrame(sorted(roots.items()), schema=schema, orient="row")


def root_ids() -> dict[int, int]:
    """The same as a mapping from merged record to the record that stands for the person."""
    active = PersonMerge.objects.unscoped(_WHY).filter(undone_at__isnull=True)
    into: dict[int, int] = dict(active.values_list("merged_id", "kept_id"))
    return {each: _end(each, into) for each in into}


def root_of(person_id: int) -> int:
    """The record that stands for one person; their own number unless merged."""
    return root_ids().get(person_id, person_id)


def _end(person_id: int, into: dict[int, int]) -> int:
    while person_id in into:
        person_id = into[person_id]
    return person_id


def records_of(person_id: int) -> list[int]:
    """All records that are read as one with this one, the one that stands for them first."""
    roots = root_ids()
    root = roots.get(person_id, person_id)
    return [root, *sorted(each for each, end in roots.items() if end == root)]
