"""What a person is known by, for their page: documents, names, records, moves, death."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mingbai.base.scope import Asker
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import Death, Person, PersonDocument, PersonName, RecordChange
from mingbai.registry.queries.people import ShownPerson, people_by_id, show_person
from mingbai.registry.queries.roots import records_of


@dataclass(frozen=True)
class ShownDocument:
    """A document as a page may show it: masked, with what became of it."""

    id: int
    kind: str
    number: str
    cause: str
    is_first: bool
    from_date: date | None
    to_date: date | None
    evidence: str
    revoked_reason: str
    person_id: int


@dataclass(frozen=True)
class Identity:
    """Documents and names of all records of a person, the other records, and a death if any.

    ``waiting_count``: reported names and accounts that nobody decided about yet.
    """

    documents: tuple[ShownDocument, ...]
    names: tuple[tuple[str, date | None], ...]
    others: tuple[ShownPerson, ...]
    root_id: int
    death: Death | None
    waiting_count: int


def identity_of(person: Person, *, to: Asker) -> Identity:
    """Everything a person is or was known by; a fixed number of queries."""
    records = records_of(person.pk)
    documents = PersonDocument.objects.seen_by(to).filter(person__in=records)
    names = PersonName.objects.seen_by(to).filter(person__in=records)
    deaths = Death.objects.seen_by(to).filter(person__in=records, withdrawn_act=None)
    waiting = RecordChange.objects.seen_by(to).filter(person__in=records, decision="")
    others = people_by_id([each for each in records if each != person.pk], to=to)
    return Identity(
        documents=tuple(_shown(row) for row in documents.select_related("person").order_by("-pk")),
        names=tuple(
            (
                mask_cell(
                    unseal("person.name", bytes(row.name_sealed), bytes(row.person.id_key)), "name"
                ),
                row.to_date,
            )
            for row in names.select_related("person").order_by("-pk")
        ),
        others=tuple(show_person(each) for each in others.order_by("pk")),
        root_id=records[0],
        death=deaths.first(),
        waiting_count=waiting.count(),
    )


def _shown(row: PersonDocument) -> ShownDocument:
    number = unseal("person.id_number", bytes(row.number_sealed), bytes(row.person.id_key))
    return ShownDocument(
        id=row.pk,
        kind=row.get_kind_display(),
        number=mask_cell(number, "id_number"),
        cause=row.get_cause_display(),
        is_first=row.cause == PersonDocument.Cause.FIRST,
        from_date=row.from_date,
        to_date=row.to_date,
        evidence=row.evidence,
        revoked_reason=row.revoked_reason,
        person_id=row.person_id,
    )
