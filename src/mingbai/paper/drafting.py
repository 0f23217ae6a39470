"""Papers of the year as skeletons: our own sentences, places for words, places for lists of facts.

A skeleton is a dated file under ``forms/<kind>/``; the county's own folder comes before the shipped
one. The facts are given by whoever drafts; nothing is computed here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from mingbai.paper.dated import fill_text, form_in_use, read_day, refuse_unknown
from mingbai.paper.form import join_lines

#: kind of paper -> its Chinese name; the keys are folders under ``forms``.
KINDS: Final[Mapping[str, str]] = {
    "year-notice": "年度通知",
    "appraisal-rules": "考核办法",
    "programme-plan": "实施方案",
}
#: Words that may be filled into the text.
WORDS: Final = frozenset(
    {
        "period.year",
        "place.county",
        "place.office",
        "basis.province",
        "basis.county",
        "list.programmes",
        "list.items",
        "list.budget",
        "programme.name",
        "programme.short",
        "programme.lead",
        "programme.items",
        "programme.budget",
    }
)
#: Lists of facts that may be printed, one numbered line each.
LISTS: Final = frozenset(
    {"targets", "standards", "procedure", "money", "schedule", "works", "duties", "groups"}
)
_KINDS_OF_ITEM: Final = frozenset({"works", "subsidy", "insurance", "training", "service"})
_NUMBERS: Final = "一二三四五六七八九十"
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True)
class DraftLine:
    """A paragraph of a skeleton (``text``), or the place of a list (``facts``)."""

    text: str
    lead: str
    facts: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class DraftChapter:
    """Lines under one heading; left out where nothing of it is printed."""

    heading: str
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True)
class Indicator:
    """One indicator of an appraisal: its group, weight out of 100 and how it is scored."""

    group: str
    name: str
    weight: Decimal
    scored: str


@dataclass(frozen=True)
class DraftForm:
    """One version of a skeleton, in use for papers drafted from ``from_date`` on."""

    kind: str
    name: str
    from_date: dt.date
    source: str
    title: tuple[str, ...]
    addressee: str
    opening: str
    chapters: tuple[DraftChapter, ...]
    annex: str
    indicators: tuple[Indicator, ...]
    digest: str


@dataclass(frozen=True)
class DraftPart:
    """One piece of a filled paper: level 1 a heading, 2 a paragraph, 3 a numbered line."""

    level: int
    lead: str
    text: str


def load_draft(kind: str, *, day: dt.date, county_folder: Path | None = None) -> DraftForm:
    """The skeleton in use on a day: the county's own where it has any, else the shipped one.

    Errors: ``CannotLoadForm`` names the file and what to do.
    """
    return form_in_use(
        kind,
        day=day,
        county_folder=county_folder,
        what=f"{KINDS[kind]}格式",
        build=lambda data, raw: _build(kind, data, raw),
    )


def fill_draft(
    form: DraftForm,
    *,
    words: Mapping[str, str],
    facts: Mapping[str, Sequence[str]],
    kinds: Collection[str],
) -> tuple[DraftPart, ...]:
    """The text with words and lists in place; chapters without any line are left out.

    ``kinds`` are the kinds of the sub-items told of. KeyError for a word that is not given.
    """
    parts = [DraftPart(2, "", fill_text(form.opening, words))] if form.opening else []
    place = 0
    for chapter in form.chapters:
        found = _chapter_parts(chapter, words, facts, frozenset(kinds))
        if found:
            parts.append(DraftPart(1, f"{_NUMBERS[place]}、{chapter.heading}", ""))
            parts += found
            place += 1
    return tuple(parts)


def _chapter_parts(
    chapter: DraftChapter,
    words: Mapping[str, str],
    facts: Mapping[str, Sequence[str]],
    kinds: frozenset[str],
) -> list[DraftPart]:
    """The lines of a chapter that fit; one without facts where it only announces them is empty."""
    found: list[DraftPart] = []
    number = listed = 0
    wants_facts = any(line.facts for line in chapter.lines)
    for line in chapter.lines:
        if not (line.kinds & kinds or line.kinds == _KINDS_OF_ITEM):
            continue
        if line.facts:
            given = facts.get(line.facts, ())
            found += [DraftPart(3, f"{n}. ", text) for n, text in enumerate(given, start=1)]
            listed += len(given)
            continue
        lead = line.lead
        if lead:
            lead, number = f"（{_NUMBERS[number]}）{lead}", number + 1
        found.append(DraftPart(2, lead, fill_text(line.text, words)))
    return [] if wants_facts and not listed else found


def _build(kind: str, data: dict[str, Any], raw: bytes) -> DraftForm:
    form = DraftForm(
        kind=kind,
        name=str(data["name"]),
        from_date=read_day(data["from"]),
        source=str(data["source"]),
        title=tuple(str(line) for line in data["title"]),
        addressee=str(data.get("addressee", "")),
        opening=join_lines(data.get("opening", "")),
        chapters=tuple(_chapter(each) for each in data["chapters"]),
        annex=str(data.get("annex", "")),
        indicators=tuple(_indicator(each) for each in data.get("indicators", ())),
        digest=hashlib.sha256(raw).hexdigest(),
    )
    _check(form)
    return form


def _chapter(data: dict[str, Any]) -> DraftChapter:
    return DraftChapter(str(data["heading"]), tuple(_line(each) for each in data["lines"]))


def _line(data: dict[str, Any]) -> DraftLine:
    if unknown := set(data) - {"text", "lead", "list", "kinds"}:
        raise ValueError(f"有不认识的“{'、'.join(sorted(unknown))}”")
    text, facts = join_lines(data.get("text", "")), str(data.get("list", ""))
    if bool(text) == bool(facts):
        raise ValueError("每一段要么写 text，要么写 list")
    if facts and facts not in LISTS:
        raise ValueError(f"没有名为“{facts}”的清单")
    kinds = data.get("kinds")
    chosen = _KINDS_OF_ITEM if kinds is None else frozenset(str(each) for each in kinds)
    if not chosen <= _KINDS_OF_ITEM:
        raise ValueError(f"不认识类型“{'、'.join(sorted(chosen - _KINDS_OF_ITEM))}”")
    return DraftLine(text, str(data.get("lead", "")), facts, chosen)


def _indicator(data: dict[str, Any]) -> Indicator:
    return Indicator(
        str(data["group"]),
        str(data["name"]),
        Decimal(str(data["weight"])),
        join_lines(data["scored"]),
    )


def _check(form: DraftForm) -> None:
    """Every place is one that can be filled; chapters can be numbered; weights make a hundred."""
    texts = [*form.title, form.addressee, form.opening, form.annex]
    texts += [line.text for chapter in form.chapters for line in chapter.lines]
    refuse_unknown(texts, WORDS)
    if len(form.chapters) > len(_NUMBERS):
        raise ValueError(f"章数超过 {len(_NUMBERS)}")
    for chapter in form.chapters:
        if sum(bool(line.lead) for line in chapter.lines) > len(_NUMBERS):
            raise ValueError(f"“{chapter.heading}”的条数超过 {len(_NUMBERS)}")
    total = sum((each.weight for each in form.indicators), Decimal(0))
    if form.indicators and total != _HUNDRED:
        raise ValueError(f"各项指标的分值合计是 {total}，应为 100")
