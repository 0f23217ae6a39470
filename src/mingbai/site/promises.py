"""The demonstration county's targets, letters and papers: some in force, some in hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from mingbai.base.scope import Asker
from mingbai.programme.actions import (
    Edit,
    GivenFigure,
    Grounds,
    approve_revision,
    draft_documents,
    draft_letters,
    enter_upper_figures,
    issue_document,
    save_revision,
    send_letters,
    sign_letter,
    split_exactly,
    submit_revision,
)
from mingbai.programme.models import TargetRevision
from mingbai.programme.queries import (
    open_draft,
    programme_year,
    split_step,
    standings_of,
    target_sheet,
)
from mingbai.rulebook.model import Book
from mingbai.site.line import Crew

_HOUSE = Asker.system("the demonstration shows a year of targets and letters")
#: Of the letters, so many from the end stay unsent, and so many before them unsigned.
_UNSENT, _UNSIGNED = 2, 3
#: Of the papers, so many go out: the notice, the rules of appraisal, the first plans.
_ISSUED = 8
#: A page that says what it is; scans of the demonstration carry nobody's signature.
SCAN: Final = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 64>>stream
BT /F1 24 Tf 72 760 Td (DEMONSTRATION: no signed original) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def promise_year(*, book: Book, crew: Crew, at: datetime) -> None:
    """Give the demonstration its targets' story; does nothing where targets were changed before.

    The letters are drawn and mostly signed, then a target is raised by a document and put in force,
    so that the letters it stands in are out of date; another change waits as a draft for its
    document. Figures of a summary compiled before keep theirs.
    """
    why, year = "whether the story was told before", book.year
    if TargetRevision.objects.unscoped(why).filter(year=year).exists():
        return
    _give(year, crew, at)
    _publish(book, crew, at)
    draft_letters(year=year, by=crew.clerk, at=at, demonstration=True)
    _sign(year, crew, at)
    grounds = Grounds(f"演示〔{year}〕1号", date(year, 6, 25), "演示：年中新增任务")
    raised = _save(year, crew, at, ("urban-renewal.shanty-finish",), Decimal(10), grounds)
    submit_revision(revision=raised, by=crew.clerk, at=at)
    approve_revision(revision=raised, by=crew.checker, at=at)
    _save(year, crew, at, ("rural-roads.safety",), Decimal(2), Grounds())


def _publish(book: Book, crew: Crew, at: datetime) -> None:
    """The papers of the year drafted, the first of them issued."""
    made = draft_documents(year=book.year, book=book, by=crew.clerk, at=at, demonstration=True)
    for number, document in enumerate(made[:_ISSUED], start=1):
        issue_document(
            document=document,
            number=f"演示民办〔{book.year}〕{number}号",
            issue_date=date(book.year, 3, 1),
            by=crew.checker,
            at=at,
        )


def _give(year: int, crew: Crew, at: datetime) -> None:
    """Figures of the level above for some measures, in the units a document would use."""
    wanted = {
        ("rural-toilets.toilets", "households"): (Decimal("0.405"), "万户"),
        ("rural-roads.upgrade", "kilometres"): (Decimal(43), "公里"),
        ("farmland.high-standard", "area"): (Decimal(9000), "亩"),
        ("unsafe-housing.renovation", "households"): (Decimal(300), "户"),
    }
    sheet = target_sheet(to=_HOUSE, year=year)
    known = {row.key for row in sheet.rows} if sheet else set()
    figures = [GivenFigure(*key, *given) for key, given in wanted.items() if key in known]
    if figures:
        enter_upper_figures(
            year=year,
            document_number=f"演示上〔{year}〕1号",
            document_date=date(year, 2, 1),
            issuer="上级（演示）",
            figures=figures,
            by=crew.clerk,
            at=at,
        )


def _sign(year: int, crew: Crew, at: datetime) -> None:
    letters = [each.letter for each in standings_of(to=_HOUSE, year=year) if each.letter]
    sent = letters[: len(letters) - _UNSENT]
    if not sent:
        return
    send_letters(letters=sent, by=crew.clerk, at=at)
    for letter in sent[: len(sent) - _UNSIGNED]:
        sign_letter(letter=letter, signed_date=date(year, 3, 5), content=SCAN, by=crew.clerk, at=at)


def _save(
    year: int, crew: Crew, at: datetime, codes: tuple[str, ...], more: Decimal, grounds: Grounds
) -> TargetRevision:
    """Save a draft that gives these sub-items more, split as they were split before."""
    sheet, version = target_sheet(to=_HOUSE, year=year), programme_year(to=_HOUSE, year=year)
    draft = open_draft(to=_HOUSE, year=year)
    edits = []
    for row in sheet.rows if sheet else ():
        if row.item.code in codes and row.word.target is not None and row.word.shares:
            target = row.word.target + more
            step = split_step(row.word.unit, target, row.word.shares.values())
            parts = split_exactly(total=target, weights=row.word.shares, step=step)
            edits.append(Edit(*row.key, row.word.state, target, parts))
    return save_revision(
        year=year,
        edits=edits,
        grounds=grounds,
        seen_version=version.pk if version else 0,
        seen_number=draft.number if draft else 0,
        by=crew.clerk,
        at=at,
    )
