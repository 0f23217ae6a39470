"""The text of a correction form: dated files, the county's own before the shipped ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mingbai.paper.form import FORMS_FOLDER, CannotLoadForm, CannotReadText, Place, split_text

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
            tuple(_filled(line, words) for line in self.title),
            tuple(_filled(text, words) for text in self.paragraphs),
            _filled(self.annex, words),
        )


def load_slip(*, day: dt.date, county_folder: Path | None = None) -> SlipForm:
    """The text in use on a day, the earliest where none had begun; raises ``CannotLoadForm``."""
    folders = [FORMS_FOLDER] if county_folder is None else [county_folder, FORMS_FOLDER]
    for folder in folders:
        forms = [_read(path) for path in sorted((folder / KIND).glob("*.yaml"))]
        if forms:
            forms.sort(key=lambda form: form.from_date)
            begun = [form for form in forms if form.from_date <= day]
            return begun[-1] if begun else forms[0]
    raise CannotLoadForm("没有更正单的文字，请检查 forms 文件夹")


def _read(path: Path) -> SlipForm:
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_bytes().decode("utf-8"))
        form = SlipForm(
            name=str(data["name"]),
            from_date=data["from"],
            source=str(data["source"]),
            title=tuple(str(line) for line in data["title"]),
            paragraphs=tuple(_joined(text) for text in data["paragraphs"]),
            annex=str(data["annex"]),
        )
        if not isinstance(form.from_date, dt.date):
            raise TypeError("from 要写成 2021-01-01 的样子")
        texts = (*form.title, *form.paragraphs, form.annex)
        places = [each for text in texts for each in split_text(text) if isinstance(each, Place)]
        if unknown := {each.key for each in places} - WORDS:
            raise ValueError(f"没有名为“{'、'.join(sorted(unknown))}”的可填内容")
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError,
            CannotReadText) as error:  # fmt: skip
        reason = f"缺少 {error}" if isinstance(error, KeyError) else str(error)
        raise CannotLoadForm(f"更正单 {path.name} 读不通：{reason}，请改正后再试") from error
    return form


def _filled(text: str, words: Mapping[str, str]) -> str:
    return "".join(
        words[piece.key] if isinstance(piece, Place) else piece for piece in split_text(text)
    )


def _joined(text: Any) -> str:
    """Folded YAML puts a blank at each line end; Chinese has none."""
    return re.sub(r"\s*\n\s*", "", str(text)).strip()
