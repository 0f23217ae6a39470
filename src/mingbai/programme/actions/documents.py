"""Drafting the papers of the year from book and targets, editing their words, issuing them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.paper.numbering import year_of_number
from mingbai.paper.official import (
    Annex,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
    write_official_docx,
)
from mingbai.programme.models import DocumentIssue, YearDocument
from mingbai.programme.queries.documents import documents_seen
from mingbai.programme.queries.drafted import CannotPutTogether, Drafted, drafts_of_year
from mingbai.programme.queries.year import programme_year
from mingbai.rulebook.model import Book

_HOUSE = Asker.system("papers of the year are drafted for the county as a whole")


class CannotDraftDocuments(Exception):
    """No paper was drafted; the message says what is missing and where to put it."""


class CannotEditDocument(Exception):
    """The paper's words stay as they are; the message says why and what to do."""


class CannotIssueDocument(Exception):
    """The paper did not go out; the message says why and what to do."""


def draft_documents(
    *,
    year: int,
    book: Book,
    by: User | None,
    at: datetime,
    places: Collection[tuple[str, str]] | None = None,
    forms_folder: Path | None = None,
    demonstration: bool = False,
) -> list[YearDocument]:
    """Draft every paper that is missing or whose facts changed since its newest turn.

    ``places`` narrows it to these (kind, programme). Errors: ``CannotDraftDocuments``.
    """
    try:
        with transaction.atomic():
            version = programme_year(to=_HOUSE, year=year)
            if version is None:
                raise CannotDraftDocuments(f"{year}年清单尚未启用，请先启用清单再拟定文件")
            newest = _newest(year)
            wanted = [
                (drafted, newest.get(drafted.place))
                for drafted in _now(year, book, at, forms_folder)
                if places is None or drafted.place in places
            ]
            wanted = [
                (drafted, before)
                for drafted, before in wanted
                if before is None or before.facts_digest != drafted.digest
            ]
            if not wanted:
                return []
            act = record_act(
                "draft_documents",
                by=by,
                at=at,
                subject=f"{year}年年度文件 {len(wanted)} 份",
                payload={"places": ["/".join(drafted.place) for drafted, _ in wanted]},
            )
            return [
                _write(drafted, before, act, by=by, at=at, version_id=version.pk,
                       year=year, demonstration=demonstration)
                for drafted, before in wanted
            ]  # fmt: skip
    except IntegrityError as error:
        raise CannotDraftDocuments("有人正在拟定同样的文件，请刷新后查看") from error


def edit_document(
    *, document: YearDocument, texts: Mapping[int, str], by: User, at: datetime
) -> YearDocument:
    """Write a new turn with other words in some paragraphs (place in ``body`` -> text).

    Headings and the lists drawn from the book are not for typing. Errors: ``CannotEditDocument``.
    """
    parts = [list(part) for part in document.body["parts"]]
    for place, text in texts.items():
        if not (0 <= place < len(parts)) or parts[place][0] != 2:
            raise CannotEditDocument("只有正文段落可以改；清单和标题从规则库来，请改规则库或目标")
        if not text.strip():
            raise CannotEditDocument("段落不能改成空的；不要这一段时，请在格式文件里删去")
        parts[place][2] = " ".join(text.split())
    if parts == document.body["parts"]:
        raise CannotEditDocument("文字没有改动，不用保存")
    try:
        with transaction.atomic():
            newest = _newest(document.year).get((document.kind, document.programme_code))
            if newest is None or newest.pk != document.pk:
                raise CannotEditDocument("这不是最新的一稿，请在最新一稿上改")
            act = record_act(
                "edit_document", by=by, at=at, subject=document.title,
                payload={"document": document.pk, "places": sorted(texts)},
            )  # fmt: skip
            drafted = replace(_kept(document), body={**document.body, "parts": parts})
            return _write(
                drafted, document, act, by=by, at=at, version_id=document.version_id,
                year=document.year, demonstration=document.is_demonstration, edited=True,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotEditDocument("刚有人改了这份文件，请刷新后在最新一稿上改") from error


def issue_document(
    *, document: YearDocument, number: str, issue_date: date, by: User, at: datetime
) -> DocumentIssue:
    """Record that the newest turn went out under a number, by another hand than the drafter's.

    Errors: ``CannotIssueDocument``.
    """
    year = year_of_number(number)
    if year is None:
        raise CannotIssueDocument("文号要写成“南民办〔2021〕3号”的样子：六角括号、不写“第”、不补零")
    if year != issue_date.year:
        raise CannotIssueDocument("文号里的年份和印发日期的年份不一致，请核对")
    if document.drafted_by_id == by.pk:
        raise CannotIssueDocument("拟定和印发不能是同一个人，请由复核人或领导印发")
    drafted, today = timezone.localdate(document.drafted_at), timezone.localdate(at)
    if not document.is_demonstration and not drafted <= issue_date <= today:
        raise CannotIssueDocument(f"印发日期应在拟定之日（{drafted}）到今天之间，请核对")
    why = "issuing asks for the paper's later history"
    with transaction.atomic():
        if DocumentIssue.objects.unscoped(why).filter(document=document).exists():
            raise CannotIssueDocument("这一稿已经印发，不用重复印发")
        if YearDocument.objects.unscoped(why).filter(follows=document).exists():
            raise CannotIssueDocument("这一稿之后已有新的一稿，请印发最新的一稿")
        act = record_act(
            "issue_document", by=by, at=at, subject=f"{document.title} {number.strip()}",
            payload={"document": document.pk, "number": number.strip()},
        )  # fmt: skip
        try:
            with transaction.atomic():
                stored = store_file(
                    write_official_docx(
                        _official(
                            _kept(document),
                            act,
                            document.is_demonstration,
                            issue_date,
                            number=number.strip(),
                        )
                    ),
                    kind="document",
                    by=by,
                    at=at,
                )
                return DocumentIssue.objects.create(
                    document=document, number=number.strip(), issue_date=issue_date, file=stored,
                    drafted_by=document.drafted_by, issued_at=at, issued_by=by, act=act,
                )  # fmt: skip
        except IntegrityError as error:
            raise CannotIssueDocument(f"文号{number.strip()}已经用过，请换一个") from error


def _now(year: int, book: Book, at: datetime, forms_folder: Path | None) -> tuple[Drafted, ...]:
    """Every paper of the year as it would be drafted now."""
    day = timezone.localdate(at)
    try:
        return drafts_of_year(year=year, book=book, day=day, forms_folder=forms_folder)
    except CannotPutTogether as error:
        raise CannotDraftDocuments(str(error)) from error


def _newest(year: int) -> dict[tuple[str, str], YearDocument]:
    newest: dict[tuple[str, str], YearDocument] = {}
    for document in documents_seen(to=_HOUSE, year=year):
        newest.setdefault((document.kind, document.programme_code), document)
    return newest


def _write(
    drafted: Drafted,
    before: YearDocument | None,
    act: Act,
    *,
    by: User | None,
    at: datetime,
    version_id: int,
    year: int,
    demonstration: bool,
    edited: bool = False,
) -> YearDocument:
    """Keep one turn and its docx."""
    document = _official(drafted, act, demonstration, timezone.localdate(at))
    stored = store_file(write_official_docx(document), kind="document", by=by, at=at)
    kind, programme = drafted.place
    text = "\n".join(f"{lead}{words}" for _, lead, words in drafted.body["parts"])
    return YearDocument.objects.create(
        year=year,
        kind=kind,
        programme_code=programme,
        turn=before.turn + 1 if before else 1,
        follows=before,
        version_id=version_id,
        form_digest=drafted.form_digest,
        facts_digest=drafted.digest,
        title=drafted.title,
        body=dict(drafted.body),
        annex=dict(drafted.annex),
        search_text=f"{drafted.title}\n{text}",
        edited=edited,
        file=stored,
        is_demonstration=demonstration,
        drafted_at=at,
        drafted_by=by,
        act=act,
    )


def _kept(document: YearDocument) -> Drafted:
    """A turn as it was drafted."""
    return Drafted(
        (document.kind, document.programme_code),
        document.body,
        document.annex,
        document.form_digest,
        document.facts_digest,
    )


def _official(
    drafted: Drafted, act: Act, demonstration: bool, day: date, *, number: str = ""
) -> OfficialDocument:
    body = drafted.body
    blocks: list[Block] = [
        Heading(1, lead) if level == 1 else Paragraph((text,), lead=lead)
        for level, lead, text in body["parts"]
    ]
    return OfficialDocument(
        title=tuple(body["title"]),
        blocks=tuple(blocks),
        signature=Signature(body["sender"], day),
        number=number,
        addressee=body["addressee"],
        annexes=_annexes(drafted.annex),
        verification=Verification(
            f"台账第{act.seq}条　内容校验码{drafted.digest[:16]}", demonstration=demonstration
        ),
    )


def _annexes(annex: Mapping[str, Any]) -> tuple[Annex, ...]:
    if not annex:
        return ()
    table = Table(
        columns=tuple(annex["columns"]),
        rows=tuple(tuple(row) for row in annex["rows"]),
        widths=tuple(annex["widths"]),
        right=frozenset(annex["right"]),
        centre=frozenset({0}),
        compact=True,
    )
    return (Annex(annex["title"], (table,)),)
