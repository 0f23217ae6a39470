"""Reading the chapters the office writes and the figures it may bind into them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mingbai.base.scope import Asker
from mingbai.paper.form import Chapter, Place, load_form, split_text
from mingbai.report.models import OutlineText
from mingbai.report.queries.collect import WORDS, cutoff_of, known_cards, months_of
from mingbai.report.queries.papers import HALF_YEAR, statements_of, summaries


@dataclass(frozen=True)
class Bindable:
    """A figure or word that a text may bind; ``display`` is its last stated value, if any."""

    key: str
    name: str
    display: str


@dataclass(frozen=True)
class OpenedOutline:
    """A chapter as its writer finds it; version 0 is the form's own wording."""

    heading: str
    text: str
    version: int
    newest: OutlineText | None
    history: tuple[OutlineText, ...]
    bindables: tuple[Bindable, ...]
    bound: dict[str, str]


def newest_outline(
    *, to: Asker, year: int, half: int, chapter: str, kind: str = HALF_YEAR
) -> OutlineText | None:
    """The version of a chapter in force, ``None`` while the form's own wording stands."""
    return (
        OutlineText.objects.seen_by(to)
        .filter(year=year, half=half, form_kind=kind, chapter=chapter)
        .select_related("written_by")
        .order_by("-version")
        .first()
    )


def outline_chapters(kind: str, *, forms_folder: Path | None = None) -> tuple[Chapter, ...]:
    """The chapters of a form that the office writes itself."""
    form = load_form(kind, county_folder=forms_folder)
    return tuple(chapter for chapter in form.chapters if chapter.outline)


def open_outline(
    *, to: Asker, year: int, half: int, chapter: str, forms_folder: Path | None = None
) -> OpenedOutline | None:
    """A chapter with its newest text and what may be bound in; ``None`` where there is none."""
    chapters = {each.key: each for each in outline_chapters(HALF_YEAR, forms_folder=forms_folder)}
    if chapter not in chapters or half not in (1, 2):
        return None
    versions = OutlineText.objects.seen_by(to).select_related("written_by")
    versions = versions.filter(year=year, half=half, form_kind=HALF_YEAR, chapter=chapter)
    history = tuple(versions.order_by("-version")[:10])
    newest = history[0] if history else None
    text = newest.text if newest else chapters[chapter].default_text
    bindables = _bindables(to, year, half)
    names = {each.key: each.name for each in bindables}
    bound = [piece.key for piece in split_text(text) if isinstance(piece, Place)]
    return OpenedOutline(
        heading=chapters[chapter].heading,
        text=text,
        version=newest.version if newest else 0,
        newest=newest,
        history=history,
        bindables=bindables,
        bound={key: names.get(key, key) for key in dict.fromkeys(bound)},
    )


def _bindables(to: Asker, year: int, half: int) -> tuple[Bindable, ...]:
    newest = summaries(to=to).filter(year=year, half=half).first()
    stated = {each.key: each for each in statements_of(newest, to=to)} if newest else {}
    cutoff = cutoff_of(year, half)
    words = {
        "period.year": str(year),
        "period.months": months_of(half),
        "period.cutoff": f"{cutoff.month}月{cutoff.day}日",
    }
    figures = tuple(
        Bindable(key, card.name, stated[key].display if key in stated else "")
        for key, card in known_cards().items()
    )
    return figures + tuple(Bindable(key, WORDS[key], value) for key, value in words.items())
