"""Clauses of letters of responsibility: dated files, chosen by day, party and kind of task."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mingbai.paper.dated import fill_text, form_in_use, read_day, refuse_unknown
from mingbai.paper.form import join_lines

KIND: Final = "responsibility-letter"
PARTIES: Final = frozenset({"town", "department"})
KINDS: Final = frozenset({"works", "subsidy", "insurance", "training", "service"})
#: Words that the system fills in.
WORDS: Final = frozenset(
    {
        "period.year",
        "place.county",
        "place.office",
        "basis",
        "party.name",
        "party.short",
        "targets.items",
        "targets.rows",
    }
)
_NUMBERS: Final = "一二三四五六七八九十"


@dataclass(frozen=True)
class Clause:
    """One clause; printed for these parties, where they have tasks of these kinds."""

    key: str
    lead: str
    text: str
    parties: frozenset[str]
    kinds: frozenset[str]

    def fits(self, party: str, kinds: frozenset[str]) -> bool:
        """Whether it is printed in this party's letter."""
        return party in self.parties and bool(self.kinds & kinds or self.kinds == KINDS)


@dataclass(frozen=True)
class ClauseChapter:
    """Clauses under one heading; left out of a letter where none of them fits."""

    heading: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class LetterForm:
    """One version of the clauses, in use for letters drawn from ``from_date`` on."""

    name: str
    from_date: dt.date
    source: str
    title: tuple[str, ...]
    first_party: str
    annex: str
    opening: str
    chapters: tuple[ClauseChapter, ...]
    digest: str


@dataclass(frozen=True)
class LetterPart:
    """A heading (``lead`` only, level 1) or a paragraph of a letter, numbered and filled in."""

    level: int
    lead: str
    text: str = ""


def load_letter(*, day: dt.date, county_folder: Path | None = None) -> LetterForm:
    """The clauses in use on a day: the county's own where it has any, else the shipped ones.

    Errors: ``CannotLoadForm`` names the file and what to do.
    """
    return form_in_use(KIND, day=day, county_folder=county_folder, what="责任书条款", build=_build)


def fill_letter(
    form: LetterForm, *, party: str, kinds: Iterable[str], words: Mapping[str, str]
) -> tuple[LetterPart, ...]:
    """The letter's text for one party: fitting clauses only, numbered anew.

    ``words`` holds every key of ``WORDS``; KeyError where one is missing.
    """
    own = frozenset(kinds)
    parts = [LetterPart(0, "", fill_text(form.opening, words))]
    chapters = [
        (chapter, [clause for clause in chapter.clauses if clause.fits(party, own)])
        for chapter in form.chapters
    ]
    printed = [(chapter, clauses) for chapter, clauses in chapters if clauses]
    for place, (chapter, clauses) in enumerate(printed):
        parts.append(LetterPart(1, f"{_NUMBERS[place]}、{chapter.heading}"))
        parts += [
            LetterPart(2, f"（{_NUMBERS[number]}）{clause.lead}", fill_text(clause.text, words))
            for number, clause in enumerate(clauses)
        ]
    return tuple(parts)


def _build(data: dict[str, Any], raw: bytes) -> LetterForm:
    form = LetterForm(
        name=str(data["name"]),
        from_date=read_day(data["from"]),
        source=str(data["source"]),
        title=tuple(str(line) for line in data["title"]),
        first_party=str(data["first_party"]),
        annex=str(data["annex"]),
        opening=join_lines(data["opening"]),
        chapters=tuple(_chapter(chapter) for chapter in data["chapters"]),
        digest=hashlib.sha256(raw).hexdigest(),
    )
    _check(form)
    return form


def _chapter(data: dict[str, Any]) -> ClauseChapter:
    return ClauseChapter(str(data["heading"]), tuple(_clause(each) for each in data["clauses"]))


def _clause(data: dict[str, Any]) -> Clause:
    if unknown := set(data) - {"key", "for", "kinds", "lead", "text"}:
        raise ValueError(f"条款里有不认识的“{'、'.join(sorted(unknown))}”")
    return Clause(
        key=str(data["key"]),
        lead=str(data["lead"]),
        text=join_lines(data["text"]),
        parties=_chosen(data.get("for"), PARTIES),
        kinds=_chosen(data.get("kinds"), KINDS),
    )


def _chosen(given: list[str] | None, known: frozenset[str]) -> frozenset[str]:
    found = known if given is None else frozenset(str(each) for each in given)
    if not found <= known:
        raise ValueError(f"不认识“{'、'.join(sorted(found - known))}”")
    return found


def _check(form: LetterForm) -> None:
    """Every place is one the system can fill; no chapter says one thing twice to one party."""
    texts = [*form.title, form.first_party, form.annex, form.opening]
    for chapter in form.chapters:
        texts += [clause.text for clause in chapter.clauses]
        for party in sorted(PARTIES):
            keys = [clause.key for clause in chapter.clauses if party in clause.parties]
            if len(set(keys)) != len(keys):
                raise ValueError(f"“{chapter.heading}”里有同名的条款")
        if len(chapter.clauses) > len(_NUMBERS):
            raise ValueError(f"“{chapter.heading}”的条款超过 {len(_NUMBERS)} 条")
    refuse_unknown(texts, WORDS)
