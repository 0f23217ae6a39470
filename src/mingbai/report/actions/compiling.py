"""Compile a summary: figures collected, arranged, frozen and printed in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.figures import Figure
from mingbai.base.files import store_file
from mingbai.base.ledger import last_seq, record_act
from mingbai.base.models import Act, Division, Office, User
from mingbai.base.scope import Asker
from mingbai.delivery.queries import completed
from mingbai.delivery.queries.desk import is_waived, unconfirmed_sheets
from mingbai.paper.arranging import Body, arrange_body, named_figures
from mingbai.paper.form import CannotLoadForm, CannotReadText, Form, load_form
from mingbai.paper.official import write_official_docx
from mingbai.programme.queries import programme_year
from mingbai.report.actions.arrange import name_completed
from mingbai.report.actions.printing import lay_out
from mingbai.report.models import Half, Statement, Summary, SummaryPaper
from mingbai.report.queries.collect import (
    COMPLETED,
    Moment,
    collect_figures,
    cutoff_of,
    months_of,
)
from mingbai.report.queries.outlines import newest_outline
from mingbai.report.queries.papers import HALF_YEAR

_HOUSE = Asker.system("a summary states the whole county")


class CannotCompileSummary(Exception):
    """The summary cannot be made yet; the message says what is missing and where to put it."""


def compile_summary(
    *,
    year: int,
    half: int,
    by: User,
    at: datetime,
    forms_folder: Path | None = None,
    demonstration: bool = False,
) -> Summary:
    """Freeze the half-year's figures as statements and write the docx; returns the new draft.

    The draft follows the one before it and never changes. ``forms_folder`` holds the county's own
    forms. Errors: ``CannotCompileSummary``, also while a report of these months waits for its
    checker and no leader agreed to go without it.
    """
    if half not in Half.values:
        raise CannotCompileSummary("时段只有上半年（1）和全年（2），请重新选择")
    try:
        form = load_form(HALF_YEAR, county_folder=forms_folder)
    except CannotLoadForm as error:
        raise CannotCompileSummary(str(error)) from error
    with _one_at_a_time(), transaction.atomic():
        when = Moment(year, cutoff_of(year, half), last_seq())
        if programme_year(to=_HOUSE, year=year, as_of=when.as_of) is None:
            raise CannotCompileSummary(f"{year}年的项目清单还没有启用，请先启用清单再编制小结")
        _refuse_unconfirmed(when)
        done = completed(year=year, cutoff=when.cutoff, as_of=when.as_of, to=_HOUSE)
        empty = _empty(form, when) | (frozenset() if done else frozenset({COMPLETED}))
        body = _body(form, half, when, empty=empty)
        figures = _figures(named_figures(body), when)
        summary = _record(year, half, when, body, demonstration, by, at)
        _freeze(summary, figures, listed={COMPLETED: name_completed(done)})
        statements = Statement.objects.unscoped("the draft just written is printed")
        by_key = {each.key: each for each in statements.filter(summary=summary)}
        signed_date = timezone.localdate(at)
        content = write_official_docx(lay_out(summary, by_key, signed_date=signed_date))
        stored = store_file(content, kind="summary", by=by, at=at)
        SummaryPaper.objects.create(summary=summary, file=stored)
    return summary


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two people compiling at one moment would make the same draft; the database lets one."""
    try:
        yield
    except IntegrityError as error:
        raise CannotCompileSummary("有人正在编制同一份小结，请稍后查看新稿") from error


def _refuse_unconfirmed(when: Moment) -> None:
    """What was reported and never confirmed would be left out of the paper in silence."""
    left = unconfirmed_sheets(to=_HOUSE, year=when.year, through=when.cutoff)
    if is_waived(left, year=when.year):
        return
    names = list(dict.fromkeys(each.sheet.office.short_name for each in left))
    named = "、".join(names[:3]) + (f"等 {len(names)} 个单位" if len(names) > 3 else "")
    raise CannotCompileSummary(
        f"{named}还有 {len(left)} 份进度报表没有核过，不计入完成数。请先核完再编制；"
        "确须先编的，由县领导在“报送”页写明理由"
    )


def _body(form: Form, half: int, when: Moment, *, empty: frozenset[str]) -> Body:
    outlines = {}
    for chapter in form.chapters:
        if chapter.outline:
            own = newest_outline(to=_HOUSE, year=when.year, half=half, chapter=chapter.key)
            outlines[chapter.key] = own.text if own else chapter.default_text
    try:
        return arrange_body(form, words=_words(when, half), outlines=outlines, empty=empty)
    except (CannotReadText, KeyError) as error:
        raise CannotCompileSummary(f"文书格式或提纲里有读不通的地方：{error}，请改正") from error


def _words(when: Moment, half: int) -> dict[str, str]:
    """Words of time and place; the county and its office come from the office tree."""
    why = "the county's name and its office's stand in the title"
    county = Division.objects.unscoped(why).filter(level="county", valid_to__isnull=True).first()
    offices = Office.objects.unscoped(why).filter(valid_to__isnull=True)
    office = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code").first()
    if county is None or office is None:
        raise CannotCompileSummary("系统里还没有登记本县和县民生办，请先完成初始设置")
    cutoff = when.cutoff
    return {
        "period.year": str(when.year),
        "period.months": months_of(half),
        "period.cutoff": f"{cutoff.month}月{cutoff.day}日",
        "place.county": county.name,
        "place.office": office.name,
    }


def _empty(form: Form, when: Moment) -> frozenset[str]:
    """The figures on which paragraphs depend and which have nothing to tell."""
    asked = {
        part.unless_empty
        for chapter in form.chapters
        for section in chapter.sections
        for part in section.paragraphs
    }
    found = _figures(sorted(asked - {"", COMPLETED}), when)
    return frozenset(key for key, figure in found.items() if not figure.value)


def _figures(keys: Iterable[str], when: Moment) -> dict[str, Figure]:
    try:
        return collect_figures(keys, when=when, to=_HOUSE)
    except KeyError as error:
        raise CannotCompileSummary(
            f"没有名为 {error.args[0]} 的数字，请在文书格式或提纲里改成已有的数字"
        ) from error


def _record(
    year: int, half: int, when: Moment, body: Body, demonstration: bool, by: User, at: datetime
) -> Summary:
    drafts = Summary.objects.unscoped("a new draft follows the newest one")
    before = drafts.filter(year=year, half=half, form_kind=HALF_YEAR).order_by("-turn").first()
    as_of = when.as_of
    heads = Act.objects.unscoped("the paper prints the ledger's head").filter(seq=as_of)
    turn = before.turn + 1 if before else 1
    act = record_act(
        "compile_summary",
        by=by,
        at=at,
        subject=f"{year}年{Half(half).label}小结第{turn}稿",
        payload={"year": year, "half": half, "turn": turn, "as_of_seq": as_of},
    )
    return Summary.objects.create(
        year=year,
        half=half,
        form_kind=HALF_YEAR,
        turn=turn,
        follows=before,
        as_of_seq=as_of,
        ledger_head=heads.values_list("hash", flat=True).first() or "",
        cutoff_date=when.cutoff,
        body=body,
        is_demonstration=demonstration,
        compiled_at=at,
        compiled_by=by,
        act=act,
    )


def _freeze(summary: Summary, figures: dict[str, Figure], *, listed: dict[str, str]) -> None:
    """Write the statements; figures in ``listed`` are printed as the list of what they count."""
    Statement.objects.bulk_create(
        Statement(
            summary=summary,
            key=key,
            card=asdict(figure.card),
            value=_exact(figure.value),
            numerator=_numerator(figure),
            denominator=figure.denominator,
            display=listed.get(key) or figure.show(),
            cutoff_date=figure.cutoff,
            evidence_record=figure.evidence.record,
            evidence_count=figure.evidence.count,
            evidence_digest=figure.evidence.digest,
            as_of_seq=summary.as_of_seq,
        )
        for key, figure in figures.items()
    )


def _exact(value: int | Fraction | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    return str(value)


def _numerator(figure: Figure) -> int | None:
    """A plain amount or count is its own numerator."""
    if figure.numerator is None and isinstance(figure.value, int):
        return figure.value
    return figure.numerator
