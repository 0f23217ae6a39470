"""Official forms: files with headings, our own sentences and places for figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FORMS_FOLDER: Final = Path(__file__).parent / "forms"
_TOKEN: Final = re.compile(r"\{\{\s*([a-z][a-z0-9_.-]*)\s*\}\}")
_BRACES: Final = re.compile(r"\{\{|\}\}")


class CannotLoadForm(Exception):
    """A form file is missing or malformed; the message names file, place and what to do."""


class CannotReadText(Exception):
    """A text has a broken place for a figure; the message quotes it."""


@dataclass(frozen=True)
class Place:
    """A place for a figure or a word of the period, named by its key."""

    key: str


Piece = str | Place


@dataclass(frozen=True)
class FormParagraph:
    """A paragraph; ``empty`` (or nothing) stands instead when ``unless_empty`` has nothing."""

    key: str
    text: str
    unless_empty: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Section:
    """A （一） heading, or none, with its paragraphs."""

    heading: str
    paragraphs: tuple[FormParagraph, ...]


@dataclass(frozen=True)
class Chapter:
    """A 一、 heading, or none; an outline chapter holds text which the office edits."""

    key: str
    heading: str
    outline: bool
    sections: tuple[Section, ...]
    default_text: str = ""


@dataclass(frozen=True)
class Form:
    """One kind of official paper as a skeleton."""

    kind: str
    name: str
    title: tuple[str, ...]
    sender: str
    addressee: str
    chapters: tuple[Chapter, ...]

    def places(self) -> frozenset[str]:
        """Every key that the form leaves a place for."""
        texts = [*self.title, self.sender, self.addressee]
        for chapter in self.chapters:
            texts += [chapter.heading, chapter.default_text]
            for section in chapter.sections:
                texts.append(section.heading)
                for paragraph in section.paragraphs:
                    texts += [paragraph.text, paragraph.empty]
        return keys_in(texts)

    def chapter(self, key: str) -> Chapter:
        """The chapter of that key; KeyError where the form has none."""
        for chapter in self.chapters:
            if chapter.key == key:
                return chapter
        raise KeyError(key)


def split_text(text: str) -> tuple[Piece, ...]:
    """Text cut at its places; raises CannotReadText on braces that do not form one."""
    pieces: list[Piece] = []
    last = 0
    for match in _TOKEN.finditer(text):
        _append_words(pieces, text[last : match.start()])
        pieces.append(Place(match.group(1)))
        last = match.end()
    _append_words(pieces, text[last:])
    return tuple(pieces)


def join_lines(text: Any) -> str:
    """One paragraph: folded YAML puts a blank at each line end; Chinese has none."""
    return re.sub(r"\s*\n\s*", "", str(text)).strip()


def keys_in(texts: Iterable[str]) -> frozenset[str]:
    """Every key the texts leave a place for."""
    pieces = [piece for text in texts for piece in split_text(text)]
    return frozenset(piece.key for piece in pieces if isinstance(piece, Place))


def _append_words(pieces: list[Piece], words: str) -> None:
    broken = _BRACES.search(words)
    if broken:
        around = words[max(0, broken.start() - 6) : broken.end() + 12]
        raise CannotReadText(
            f"「{around}」处的花括号不成对，数字的位置要写成 {{{{funds.released}}}} 的样子，请补全"
        )
    if words:
        pieces.append(words)


def load_form(kind: str, *, county_folder: Path | None = None) -> Form:
    """The county's own form where it has one, else the shipped one; raises CannotLoadForm."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", kind):
        raise CannotLoadForm(f"没有名为「{kind}」的文书格式")
    folders = [FORMS_FOLDER] if county_folder is None else [county_folder, FORMS_FOLDER]
    for folder in folders:
        path = folder / kind / "form.yaml"
        if path.is_file():
            return _read_form(kind, path)
    raise CannotLoadForm(f"没有名为「{kind}」的文书格式，请检查 forms 文件夹")


def _read_form(kind: str, path: Path) -> Form:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        form = Form(
            kind=kind,
            name=str(data["name"]),
            title=tuple(str(line) for line in data["title"]),
            sender=str(data["sender"]),
            addressee=str(data.get("addressee", "")),
            chapters=tuple(_chapter(chapter) for chapter in data["chapters"]),
        )
        form.places()
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, CannotReadText) as error:
        reason = f"缺少 {error}" if isinstance(error, KeyError) else str(error)
        raise CannotLoadForm(f"文书格式 {kind}/form.yaml 读不通：{reason}，请改正后再试") from error
    keys = [chapter.key for chapter in form.chapters]
    if len(set(keys)) != len(keys):
        raise CannotLoadForm(f"文书格式 {kind}/form.yaml 里有两章同名，请改正后再试")
    return form


def _chapter(data: dict[str, Any]) -> Chapter:
    return Chapter(
        key=str(data["key"]),
        heading=str(data.get("heading", "")),
        outline=bool(data.get("outline", False)),
        sections=tuple(_section(section) for section in data.get("sections", ())),
        default_text=str(data.get("default_text", "")).strip(),
    )


def _section(data: dict[str, Any]) -> Section:
    return Section(
        heading=str(data.get("heading", "")),
        paragraphs=tuple(
            FormParagraph(
                key=str(part["key"]),
                text=join_lines(part["text"]),
                unless_empty=str(part.get("unless_empty", "")),
                empty=join_lines(part.get("empty", "")),
            )
            for part in data["paragraphs"]
        ),
    )
