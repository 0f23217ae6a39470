"""The text of a correction form: dated files, the county's own before the shipped ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mingbai.paper.dated import fill_text, form_in_use, read_day, refuse_unknown
from mingbai.paper.form import join_lines

KIND: Final = "correction-slip"
#: Words that the system fills in.
WORDS: Final = frozenset(
    {
        "place.county",
        "place.office",
        "party.name",
        "slip.name",
        "slip.items",
        "slip.due",
        "period.year",
    }
)


@dataclass(frozen=True)
class SlipForm:
    """One version of the text, in use for forms sent from ``from_date`` on."""

    name: str
    from_date: dt.date
    source: str
    title: tuple[str, ...]
    paragraphs: tuple[str, ...]
    annex: str

    def fill(self, words: Mapping[str, str]) -> SlipForm:
        """The same with every place filled in; KeyError for a word that is not given."""
        return SlipForm(
            self.name,
            self.from_date,
            self.source,
            tuple(fill_text(line, words) for line in self.title),
            tuple(fill_text(text, words) for text in self.paragraphs),
            fill_text(self.annex, words),
        )


def load_slip(*, day: dt.date, county_folder: Path | None = None) -> SlipForm:
    """The text in use on a day; raises ``CannotLoadForm``."""
    return form_in_use(KIND, day=day, county_folder=county_folder, what="更正单文字", build=_build)


def _build(data: dict[str, Any], raw: bytes) -> SlipForm:
    form = SlipForm(
        name=str(data["name"]),
        from_date=read_day(data["from"]),
        source=str(data["source"]),
        title=tuple(str(line) for line in data["title"]),
        paragraphs=tuple(join_lines(text) for text in data["paragraphs"]),
        annex=str(data["annex"]),
    )
    refuse_unknown((*form.title, *form.paragraphs, form.annex), WORDS)
    return form
