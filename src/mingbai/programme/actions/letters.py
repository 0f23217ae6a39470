"""Drawing letters of responsibility, sending them for signing, keeping the signed scans."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, Office, User
from mingbai.base.scope import Asker
from mingbai.paper.dated import fill_text
from mingbai.paper.form import CannotLoadForm
from mingbai.paper.letter import LetterForm, fill_letter, load_letter
from mingbai.paper.official import (
    Agreement,
    Annex,
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Party,
    Table,
    Verification,
    write_official_docx,
)
from mingbai.programme.models import DutyLetter, LetterStep, ProgrammeYear
from mingbai.programme.queries.letters import (
    LetterTable,
    letter_tables,
    letters_of,
    step_of_letter,
)
from mingbai.programme.queries.year import programme_year

_HOUSE = Asker.system("letters are drawn for the county as a whole")

#: First bytes of the files a scanner makes -> format.
_SCANS: Final = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
_LARGEST: Final = 30 * 1024 * 1024


class CannotDraftLetters(Exception):
    """No letter was drawn; the message says what is missing and where to put it."""


class CannotSignLetter(Exception):
    """The letter cannot take this step; the message says why and what to do."""


def draft_letters(
    *,
    year: int,
    by: User | None,
    at: datetime,
    offices: Collection[int] | None = None,
    forms_folder: Path | None = None,
    demonstration: bool = False,
) -> list[DutyLetter]:
    """Draw a letter for every town and department that has none or whose targets changed since.

    ``offices`` narrows it to these (primary keys); ``forms_folder`` holds the county's own clauses.
    A letter that is up to date is passed over. Errors: ``CannotDraftLetters``.
    """
    try:
        form = load_letter(day=timezone.localdate(at), county_folder=forms_folder)
    except CannotLoadForm as error:
        raise CannotDraftLetters(str(error)) from error
    try:
        with transaction.atomic():
            version = programme_year(to=_HOUSE, year=year)
            if version is None:
                raise CannotDraftLetters(f"{year}年清单尚未启用，请先启用清单再拟定责任书")
            wanted = [
                (table, before)
                for table, before in _newest(year)
                if table.rows
                and (offices is None or table.office.pk in offices)
                and (before is None or before.targets_digest != table.digest)
            ]
            if not wanted:
                return []
            act = record_act(
                "draft_letters",
                by=by,
                at=at,
                subject=f"{year}年目标责任书 {len(wanted)} 份",
                payload={
                    "offices": [table.office.code for table, _ in wanted],
                    "clauses": form.digest,
                },
            )
            drawing = _Drawing(form, version, _places(version), demonstration, by, at, act)
            return [drawing.draw(table, before) for table, before in wanted]
    except IntegrityError as error:
        raise CannotDraftLetters("有人正在拟定同样的责任书，请刷新后查看") from error


def send_letters(*, letters: Collection[DutyLetter], by: User, at: datetime) -> list[LetterStep]:
    """Record that these letters went out to be signed. Errors: ``CannotSignLetter`` names the first
    that was sent before, or is out of date."""
    if not letters:
        raise CannotSignLetter("没有选责任书，请先勾选要送签的单位")
    try:
        with transaction.atomic():
            years = {letter.year for letter in letters}
            current = {
                before.pk: table.digest
                for year in years
                for table, before in _newest(year)
                if before is not None
            }
            for letter in letters:
                if current.get(letter.pk) != letter.targets_digest:
                    raise CannotSignLetter(f"{letter}的任务已有变化，请先重新拟定再送签")
            act = record_act(
                "send_letters",
                by=by,
                at=at,
                subject=f"责任书送签 {len(letters)} 份",
                payload={"letters": sorted(letter.pk for letter in letters)},
            )
            return LetterStep.objects.bulk_create(
                LetterStep(letter=each, step="sent", number=1, step_at=at, step_by=by, act=act)
                for each in letters
            )
    except IntegrityError as error:
        raise CannotSignLetter("其中有已经送签的责任书，请刷新后再选") from error


def sign_letter(
    *, letter: DutyLetter, signed_date: date, content: bytes, by: User, at: datetime
) -> LetterStep:
    """Keep the signed scan (PDF, JPEG or PNG) of a letter that was sent.

    Errors: ``CannotSignLetter`` for a file of another kind or too large, a day to come or before
    the letter was drawn, or a letter that was not sent or is signed already.
    """
    kind = next((kind for head, kind in _SCANS if content.startswith(head)), None)
    if kind is None:
        raise CannotSignLetter("扫描件要是 PDF、JPG 或 PNG，请重新扫描或另存后再传")
    if len(content) > _LARGEST:
        raise CannotSignLetter("扫描件超过 30 兆，请调低分辨率重新扫描")
    drawn, today = timezone.localdate(letter.drafted_at), timezone.localdate(at)
    if not letter.is_demonstration and not drawn <= signed_date <= today:
        raise CannotSignLetter(f"签订日期应在拟定之日（{drawn}）到今天之间，请核对")
    try:
        with transaction.atomic():
            found = letters_of(to=_HOUSE, year=letter.year).get(pk=letter.pk)
            if (state := step_of_letter(found)) != "sent":
                why = "还没有送签" if state == "draft" else "已经签订"
                raise CannotSignLetter(f"{letter}{why}，请核对")
            stored = store_file(content, kind="signed-letter", by=by, at=at)
            act = record_act(
                "sign_letter",
                by=by,
                at=at,
                subject=str(letter),
                payload={"letter": letter.pk, "scan": stored.sha256},
            )
            return LetterStep.objects.create(
                letter=letter,
                step="signed",
                number=2,
                signed_date=signed_date,
                scan=stored,
                scan_kind=kind,
                step_at=at,
                step_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotSignLetter(f"{letter}刚由他人登记，请刷新后查看") from error


def _newest(year: int) -> list[tuple[LetterTable, DutyLetter | None]]:
    """Each office's table now, and the newest turn of its letter."""
    newest: dict[int, DutyLetter] = {}
    for letter in letters_of(to=_HOUSE, year=year):
        newest.setdefault(letter.office_id, letter)
    tables = letter_tables(to=_HOUSE, year=year)
    return [(table, newest.get(table.office.pk)) for table in tables]


def _places(version: ProgrammeYear) -> dict[str, str]:
    why = "the county's name and its office's stand in every letter"
    county = Division.objects.unscoped(why).filter(level="county", valid_to__isnull=True).first()
    offices = Office.objects.unscoped(why).filter(valid_to__isnull=True)
    office = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code").first()
    if county is None or office is None:
        raise CannotDraftLetters("系统里还没有登记本县和县民生办，请先完成初始设置")
    return {
        "period.year": str(version.year),
        "place.county": county.name,
        "place.office": office.short_name,
        "basis": version.county_source,
    }


class _Drawing:
    """One call's worth of letters: the same clauses, list, hand and ledger entry."""

    def __init__(
        self,
        form: LetterForm,
        version: ProgrammeYear,
        places: Mapping[str, str],
        demonstration: bool,
        by: User | None,
        at: datetime,
        act: Act,
    ) -> None:
        self._form, self._version, self._places = form, version, places
        self._demonstration, self._by, self._at, self._act = demonstration, by, at, act

    def draw(self, table: LetterTable, before: DutyLetter | None) -> DutyLetter:
        """Write one letter and its docx."""
        body = self._body(table)
        turn = before.turn + 1 if before else 1
        document = self._document(body, table, turn)
        stored = store_file(write_official_docx(document), kind="letter", by=self._by, at=self._at)
        return DutyLetter.objects.create(
            year=self._version.year,
            office=table.office,
            party=table.party,
            turn=turn,
            follows=before,
            version=self._version,
            clauses_digest=self._form.digest,
            targets_digest=table.digest,
            body=body,
            file=stored,
            is_demonstration=self._demonstration,
            drafted_at=self._at,
            drafted_by=self._by,
            act=self._act,
        )

    def _body(self, table: LetterTable) -> dict[str, Any]:
        form = self._form
        words = {
            **self._places,
            "party.name": table.office.name,
            "party.short": table.office.short_name,
            "targets.items": str(table.items_count),
            "targets.rows": str(len(table.rows)),
        }
        parts = fill_letter(form, party=table.party, kinds=table.kinds, words=words)
        return {
            "title": [fill_text(line, words) for line in form.title],
            "parts": [[part.level, part.lead, part.text] for part in parts],
            "annex": fill_text(form.annex, words),
            "rows": [asdict(row) for row in table.rows],
            "parties": [["甲方", fill_text(form.first_party, words)], ["乙方", table.office.name]],
        }

    def _document(self, body: dict[str, Any], table: LetterTable, turn: int) -> OfficialDocument:
        blocks: list[Block] = []
        for level, lead, text in body["parts"]:
            if level == 1:
                blocks.append(Heading(1, lead))
            else:
                blocks.append(Paragraph((text,), lead=lead))
        turned = f"第{turn}稿　" if turn > 1 else ""
        return OfficialDocument(
            title=tuple(body["title"]),
            blocks=tuple(blocks),
            signature=Agreement(
                tuple(Party(role, name) for role, name in body["parties"]),
                timezone.localdate(self._at),
            ),
            annexes=(Annex(body["annex"], (target_table(table.party, body["rows"]),)),),
            verification=Verification(
                f"{turned}台账第{self._act.seq}条　目标校验码{table.digest[:16]}",
                demonstration=self._demonstration,
            ),
        )


def target_table(party: str, rows: Sequence[Mapping[str, str]]) -> Table:
    """The annex: a town reads who leads each task, a department needs not be told."""
    columns: tuple[str, ...] = ("序号", "子项", "指标", "单位", "任务数", "完成时限")
    keys = ["name", "measure_name", "unit", "quantity", "finish"]
    widths: tuple[int, ...] = (32, 142, 98, 52, 55, 63)
    if party == "town":
        columns = (*columns[:5], "牵头部门", columns[5])
        keys.insert(4, "lead")
        widths = (32, 111, 73, 40, 44, 79, 63)
    return Table(
        columns=columns,
        rows=tuple(
            (str(number), *(row[key] for key in keys)) for number, row in enumerate(rows, start=1)
        ),
        widths=widths,
        right=frozenset({4}),
        centre=frozenset({0, 3, len(columns) - 1}),
        compact=True,
    )
