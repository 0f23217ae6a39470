"""Dated forms: files of one kind, each in use from its own day, the county's own before ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

from mingbai.paper.form import (
    FORMS_FOLDER,
    CannotLoadForm,
    CannotReadText,
    Place,
    keys_in,
    split_text,
)


class DatedForm(Protocol):
    """What every dated form says of itself."""

    @property
    def from_date(self) -> dt.date: ...


F = TypeVar("F", bound=DatedForm)


def form_in_use(
    kind: str,
    *,
    day: dt.date,
    county_folder: Path | None,
    what: str,
    build: Callable[[dict[str, Any], bytes], F],
) -> F:
    """The form of a kind in use on a day: the county's own where one has begun, else the shipped.

    ``build`` makes the form from the file's data and its bytes; ``what`` names it in messages.
    Errors: ``CannotLoadForm`` names the file and what to do.
    """
    folders = [FORMS_FOLDER] if county_folder is None else [county_folder, FORMS_FOLDER]
    for folder in folders:
        forms = [_read(path, what, build) for path in sorted((folder / kind).glob("*.yaml"))]
        begun = [form for form in forms if form.from_date <= day]
        if not begun:
            continue
        newest = max(form.from_date for form in begun)
        found = [form for form in begun if form.from_date == newest]
        if len(found) > 1:
            raise CannotLoadForm(f"有两份{what}都从 {newest} 起用，请只留一份")
        return found[0]
    when = f"{day.year}年{day.month}月{day.day}日"
    raise CannotLoadForm(f"没有 {when}可用的{what}，请检查 forms 文件夹里各文件的 from")


def _read(path: Path, what: str, build: Callable[[dict[str, Any], bytes], F]) -> F:
    raw = path.read_bytes()
    try:
        return build(yaml.safe_load(raw.decode("utf-8")), raw)
    except (
        yaml.YAMLError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        ValueError,
        ArithmeticError,
        AttributeError,
        CannotReadText,
    ) as error:
        reason = f"缺少 {error}" if isinstance(error, KeyError) else str(error)
        raise CannotLoadForm(f"{what} {path.name} 读不通：{reason}，请改正后再试") from error


def read_day(value: Any) -> dt.date:
    """The day a form begins; TypeError where the file gives something else."""
    if not isinstance(value, dt.date):
        raise TypeError(f"from 要写成 2021-01-01 的样子，不是“{value}”")
    return value


def refuse_unknown(texts: Iterable[str], known: Iterable[str]) -> None:
    """Raise ValueError where a text leaves a place that nothing fills."""
    if unknown := keys_in(texts) - frozenset(known):
        raise ValueError(f"没有名为“{'、'.join(sorted(unknown))}”的可填内容")


def fill_text(text: str, words: Mapping[str, str]) -> str:
    """The text with its places filled in; KeyError for a word that is not given."""
    return "".join(
        words[piece.key] if isinstance(piece, Place) else piece for piece in split_text(text)
    )
