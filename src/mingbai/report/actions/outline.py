"""Write a chapter's outline: the office's words, with figures bound in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.paper.form import CannotReadText, Chapter, load_form
from mingbai.report.actions.binding import CannotTypeFigure, check_binding, named_places
from mingbai.report.models import Half, OutlineText, Statement
from mingbai.report.queries.collect import WORDS, known_cards
from mingbai.report.queries.outlines import newest_outline
from mingbai.report.queries.papers import HALF_YEAR, newest_summary, statements_of

_HOUSE = Asker.system("an outline is checked against every figure of the county")
_LONGEST = 20_000


class CannotWriteOutline(Exception):
    """The text cannot be saved; the message says why and what to do."""


def write_outline(
    *,
    year: int,
    half: int,
    chapter: str,
    text: str,
    by: User,
    at: datetime,
    dropping: Collection[str] = (),
    follows_version: int | None = None,
    forms_folder: Path | None = None,
) -> OutlineText:
    """Save a new version of a chapter; earlier versions stay.

    A figure bound in the version before may leave the text only when named in ``dropping``.
    ``follows_version`` is the version the writer started from (0 = the form's own wording). Errors:
    ``CannotTypeFigure`` for a figure typed, dropped or misnamed; else ``CannotWriteOutline``.
    """
    own = _own_chapter(half, chapter, forms_folder)
    clean = _cleaned(text)
    with _one_version_once(), transaction.atomic():
        before = newest_outline(to=_HOUSE, year=year, half=half, chapter=chapter)
        if before and clean == before.text:
            return before
        version = before.version if before else 0
        if before and follows_version not in (None, version):
            raise CannotWriteOutline(
                f"您编写期间{before.written_by.display_name}已保存了第{version}版。"
                f"请先复制您的文字，刷新后在新版上修改"
            )
        old_text = before.text if before else own.default_text
        _check(clean, old_text, year, half, dropping)
        act = record_act(
            "write_outline",
            by=by,
            at=at,
            subject=f"{year}年{Half(half).label}小结“{own.heading}”",
            payload=_told(year, half, chapter, version + 1, old_text, clean),
        )
        return OutlineText.objects.create(
            year=year,
            half=half,
            form_kind=HALF_YEAR,
            chapter=chapter,
            version=version + 1,
            text=clean,
            written_at=at,
            written_by=by,
            act=act,
        )


@contextmanager
def _one_version_once() -> Iterator[None]:
    """Two people saving at one moment would write the same version; the database lets one."""
    try:
        yield
    except IntegrityError as error:
        raise CannotWriteOutline("别人刚刚保存了这一章。请先复制您的文字，刷新后再改") from error


def _own_chapter(half: int, chapter: str, forms_folder: Path | None) -> Chapter:
    for each in load_form(HALF_YEAR, county_folder=forms_folder).chapters:
        if each.outline and each.key == chapter and half in Half.values:
            return each
    raise CannotWriteOutline("没有这一章可以编写，请从小结页面进入")


def _cleaned(text: str) -> str:
    clean = "\n".join(line.strip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    if not clean:
        raise CannotWriteOutline("正文是空的。不想写自己的内容，可以保留原有文字")
    if len(clean) > _LONGEST:
        raise CannotWriteOutline(f"正文超过{_LONGEST}字，请精简后再保存")
    return clean


def _told(
    year: int, half: int, chapter: str, version: int, before: str, after: str
) -> dict[str, object]:
    """What the ledger keeps of a version: which figures it binds and which it gave up."""
    bound = named_places(after)
    return {
        "year": year,
        "half": half,
        "chapter": chapter,
        "version": version,
        "figures": sorted(bound),
        "dropped": sorted(named_places(before) - bound),
    }


def _check(text: str, before: str, year: int, half: int, dropping: Collection[str]) -> None:
    names = {key: card.name for key, card in known_cards().items()} | dict(WORDS)
    try:
        check_binding(
            text,
            before=before,
            names=names,
            stated=_stated(year, half),
            dropping=frozenset(dropping),
        )
    except CannotReadText as error:
        raise CannotTypeFigure(str(error)) from error


def _stated(year: int, half: int) -> dict[str, Statement]:
    """The figures of the newest draft: what nobody may type by hand."""
    summary = newest_summary(to=_HOUSE, year=year)
    if summary is None or summary.half != half:
        return {}
    return {each.key: each for each in statements_of(summary, to=_HOUSE)}
