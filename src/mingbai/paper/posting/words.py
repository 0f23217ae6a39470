"""The words around a posted table: dated forms, filled once for the roll and once for a board."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mingbai.paper.dated import form_in_use, read_day, refuse_unknown
from mingbai.paper.form import Place, keys_in, split_text

KIND: Final = "posting-notice"
STAGES: Final = ("first_review", "approval", "payment")
#: Filled in when the roll is drawn up.
WORDS: Final = frozenset(
    {
        "place.county",
        "town.name",
        "sub_item.name",
        "period.words",
        "basis",
        "standard",
        "phones",
        "office.name",
        "office.lead",
        "days.start",
        "days.last",
        "days.words",
    }
)
#: Left open until it is known which board the sheet is for.
BOARD_WORDS: Final = frozenset({"board.name", "board.people"})


@dataclass(frozen=True)
class NoticeForm:
    """One version of the words, in use from ``from_date`` on."""

    name: str
    from_date: dt.date
    source: str
    titles: Mapping[str, str]
    paragraphs: Mapping[str, tuple[str, ...]]
    standard: str
    objection: str
    digest: str


@dataclass(frozen=True)
class NoticeColumn:
    """One column as it is shown: canonical name, heading, mask."""

    name: str
    label: str
    mask: str


@dataclass(frozen=True)
class Notice:
    """What stands around the table on every board; board words are still open."""

    title: str
    subtitle: str
    paragraphs: tuple[str, ...]
    columns: tuple[NoticeColumn, ...]
    signature: str
    date: dt.date
    last_date: dt.date
    #: Strings that rightly look like numbers: telephones, numbers of documents.
    allowed: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class NoticeBoard:
    """One board: the village it hangs in ("" for a town's or the county's), and its rows."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def load_notice(*, day: dt.date, county_folder: Path | None = None) -> NoticeForm:
    """The words in use on a day: the county's own where it has any, else the shipped ones.

    Errors: ``CannotLoadForm`` names the file and what to do.
    """
    return form_in_use(KIND, day=day, county_folder=county_folder, what="公示文字", build=_build)


def draft_notice(
    form: NoticeForm,
    *,
    stage: str,
    subtitle: str,
    columns: tuple[NoticeColumn, ...],
    words: Mapping[str, str],
    signature: str,
    days: tuple[dt.date, dt.date],
    allowed: tuple[str, ...],
    mark: str = "",
) -> Notice:
    """The notice of one roll; ``words`` holds every key of ``WORDS`` (KeyError where one lacks)."""
    texts = [*form.paragraphs[stage]]
    if words["standard"]:
        texts.append(form.standard)
    texts.append(form.objection)
    return Notice(
        title=_fill(form.titles[stage], words),
        subtitle=subtitle,
        paragraphs=tuple(_fill(text, words) for text in texts),
        columns=columns,
        signature=signature,
        date=days[0],
        last_date=days[1],
        allowed=allowed,
        mark=mark,
    )


def fill_board(notice: Notice, board: NoticeBoard) -> tuple[str, ...]:
    """The notice's paragraphs for one board."""
    words = {"board.name": board.name, "board.people": str(len(board.rows))}
    return tuple(_fill(text, words) for text in notice.paragraphs)


def _fill(text: str, words: Mapping[str, str]) -> str:
    """Places filled in; those of the board stay open until it is known."""
    parts = []
    for piece in split_text(text):
        if isinstance(piece, Place):
            is_open = piece.key in BOARD_WORDS and piece.key not in words
            parts.append(f"{{{{ {piece.key} }}}}" if is_open else words[piece.key])
        else:
            parts.append(piece)
    return "".join(parts)


def _build(data: dict[str, Any], raw: bytes) -> NoticeForm:
    form = NoticeForm(
        name=str(data["name"]),
        from_date=read_day(data["from"]),
        source=str(data["source"]),
        titles={stage: str(data["stages"][stage]["title"]) for stage in STAGES},
        paragraphs={
            stage: tuple(str(text) for text in data["stages"][stage]["paragraphs"])
            for stage in STAGES
        },
        standard=str(data["standard"]),
        objection=str(data["objection"]),
        digest=hashlib.sha256(raw).hexdigest(),
    )
    _check(form)
    return form


def _check(form: NoticeForm) -> None:
    """Every place is one the system fills; the days and a telephone stand in every notice."""
    for stage in STAGES:
        texts = [form.titles[stage], *form.paragraphs[stage], form.standard, form.objection]
        refuse_unknown(texts, WORDS | BOARD_WORDS)
        if missing := {"days.start", "days.last", "phones", "office.name"} - keys_in(texts):
            raise ValueError(
                f"“{stage}”里缺少公示时间、受理单位或监督电话：{'、'.join(sorted(missing))}"
            )
