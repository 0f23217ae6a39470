"""Papers of the year: which there should be, how far each is, and which justify what is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.programme.models import YearDocument
from mingbai.programme.queries.year import programmes

State = Literal["missing", "draft", "issued", "stale"]
STATES: Final = {
    "missing": "未拟定",
    "draft": "待印发",
    "issued": "已印发",
    "stale": "内容有变，需重拟",
}


@dataclass(frozen=True)
class DocumentPlace:
    """One paper that a year should have: its kind, its programme, and what it is called."""

    kind: str
    programme: str
    name: str
    lead: str


@dataclass(frozen=True)
class DocumentStanding:
    """How far one paper is; ``issued`` is its newest issued turn, out of date or not."""

    place: DocumentPlace
    newest: YearDocument | None
    issued: YearDocument | None
    state: State

    @property
    def words(self) -> str:
        return STATES[self.state]


def document_places(*, to: Asker, year: int) -> tuple[DocumentPlace, ...]:
    """The notice, the rules of appraisal, and a plan for each programme of the year's list."""
    own = YearDocument.Kind
    places = [
        DocumentPlace(own.NOTICE.value, "", own.NOTICE.label, "县民生办"),
        DocumentPlace(own.RULES.value, "", own.RULES.label, "县民生办"),
    ]
    places += [
        DocumentPlace(
            own.PLAN.value,
            each.code,
            f"{each.short_name}{own.PLAN.label}",
            each.lead_office.short_name,
        )
        for each in programmes(to=to, year=year)
    ]
    return tuple(places)


def documents_seen(*, to: Asker, year: int | None = None) -> ScopedQuerySet[YearDocument]:
    """Papers this asker may read, newest turn first; only issued ones below the county."""
    found = YearDocument.objects.seen_by(to).select_related("issue", "drafted_by")
    if year is not None:
        found = found.filter(year=year)
    if not to.sees_all:
        found = found.filter(issue__isnull=False)
    return found.order_by("kind", "programme_code", "-turn")


def document_seen(pk: int, *, to: Asker) -> YearDocument | None:
    """One paper, if this asker may read it."""
    found = documents_seen(to=to).select_related("issue__issued_by").filter(pk=pk)
    return found.first()


def turns_of_document(document: YearDocument, *, to: Asker) -> tuple[YearDocument, ...]:
    """All turns of one paper, newest first."""
    return tuple(
        documents_seen(to=to, year=document.year).filter(
            kind=document.kind, programme_code=document.programme_code
        )
    )


def document_standings(
    *, to: Asker, year: int, digests: dict[tuple[str, str], str] | None = None
) -> tuple[DocumentStanding, ...]:
    """How far each paper of the year is; two queries.

    ``digests``: what each paper's facts are now, by kind and programme; without them nothing is
    called out of date.
    """
    turns: dict[tuple[str, str], list[YearDocument]] = {}
    for document in documents_seen(to=to, year=year).defer("body", "annex", "search_text"):
        turns.setdefault((document.kind, document.programme_code), []).append(document)
    return tuple(
        _standing(place, turns.get((place.kind, place.programme), []), digests or {})
        for place in document_places(to=to, year=year)
    )


def _standing(
    place: DocumentPlace, turns: list[YearDocument], digests: dict[tuple[str, str], str]
) -> DocumentStanding:
    newest = turns[0] if turns else None
    issued = next((each for each in turns if hasattr(each, "issue")), None)
    if newest is None:
        return DocumentStanding(place, None, None, "missing")
    now = digests.get((place.kind, place.programme))
    if now is not None and now != newest.facts_digest:
        return DocumentStanding(place, newest, issued, "stale")
    return DocumentStanding(place, newest, issued, "issued" if issued is newest else "draft")


def search_documents(*, to: Asker, text: str, most: int = 50) -> tuple[YearDocument, ...]:
    """The newest readable turn of each paper that holds these words in title, text or number."""
    words = text.split()
    if not words:
        return ()
    found = documents_seen(to=to)
    for word in words:
        found = found.filter(search_text__icontains=word) | found.filter(
            issue__number__icontains=word
        )
    newest: dict[tuple[int, str, str], YearDocument] = {}
    for document in found.defer("body", "annex").order_by("-year", "kind", "-turn")[: most * 4]:
        newest.setdefault((document.year, document.kind, document.programme_code), document)
    return tuple(newest.values())[:most]


def documents_for(
    *, to: Asker, year: int, programmes: Collection[str] = ()
) -> tuple[YearDocument, ...]:
    """The issued papers that justify what is shown of these programmes: plans first, then notice.

    One query; of several turns the newest issued one.
    """
    found = (
        YearDocument.objects.seen_by(to)
        .filter(year=year, issue__isnull=False, programme_code__in=("", *programmes))
        .exclude(kind=YearDocument.Kind.RULES)
        .select_related("issue")
        .defer("body", "annex", "search_text")
        .order_by("-programme_code", "-turn")
    )
    newest: dict[tuple[str, str], YearDocument] = {}
    for document in found:
        newest.setdefault((document.kind, document.programme_code), document)
    return tuple(newest.values())
