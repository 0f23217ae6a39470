"""Compile a month's circular: lags judged, offices ranked, text and lines frozen; then issue it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import last_seq, record_act
from mingbai.base.models import Act, Division, Office, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries.lags import LagRow, lag_rows
from mingbai.paper.arranging import Body, arrange_body, named_figures
from mingbai.paper.form import CannotLoadForm, CannotReadText, Form, load_form
from mingbai.paper.official import write_official_docx
from mingbai.programme.queries import programme_year
from mingbai.report.actions.circular_paper import lay_out_circular
from mingbai.report.actions.naming import name_places, score_table, silent_table, slow_table
from mingbai.report.models import Circular, CircularIssue, CircularLine, CircularScore
from mingbai.report.queries.circulars import CIRCULAR, COUNTS
from mingbai.report.queries.closings import closing_chapter, newest_closing
from mingbai.report.queries.scoring import Scored, rank_offices, released_ratios
from mingbai.rulebook import weights_on
from mingbai.rulebook.model import Book, Weights

_HOUSE = Asker.system("a circular tells of the whole county")
_Ranking = tuple[Weights, tuple[Scored, ...]]


class CannotCompileCircular(Exception):
    """The circular cannot be made; the message says what is missing and where to put it."""


class CannotIssueCircular(Exception):
    """The draft may not go out; the message says why and what to do."""


def compile_circular(
    *,
    year: int,
    period: int,
    book: Book,
    by: User,
    at: datetime,
    forms_folder: Path | None = None,
    demonstration: bool = False,
) -> Circular:
    """Freeze a month's lags, scores and text as the next turn, and write its docx.

    Errors: ``CannotCompileCircular`` without an adopted list, rules or weights for the month.
    """
    if period // 100 != year or not 1 <= period % 100 <= 12:
        raise CannotCompileCircular("月份应在所选年度之内，请重新选择")
    try:
        form = load_form(CIRCULAR, county_folder=forms_folder)
    except CannotLoadForm as error:
        raise CannotCompileCircular(str(error)) from error
    cutoff = month_end(period)
    try:
        with transaction.atomic():
            as_of = last_seq()
            if programme_year(to=_HOUSE, year=year, as_of=as_of) is None:
                raise CannotCompileCircular(f"{year}年的项目清单还没有启用，请先启用清单")
            if not book.lagging.rules_on(cutoff):
                raise CannotCompileCircular("规则库里没有这个月适用的滞后规则，请先补上")
            rows = lag_rows(to=_HOUSE, year=year, period=period, lagging=book.lagging, as_of=as_of)
            rankings = _rankings(rows, year, period, as_of, book)
            body = _body(form, rows, rankings, _words(year, period), _outlines(form, period, as_of))
            circular = _record(year, period, as_of, book, body, demonstration, by, at)
            _freeze(circular, rows, rankings)
    except IntegrityError as error:
        raise CannotCompileCircular("有人正在编制同一个月的通报，请稍后查看新稿") from error
    return circular


def issue_circular(*, circular: Circular, by: User, at: datetime) -> CircularIssue:
    """Record that the draft went out, by another hand than the one that compiled it.

    Errors: ``CannotIssueCircular`` when the issuer compiled it, when it is issued already, or when
    a later draft follows it.
    """
    if circular.compiled_by_id == by.pk:
        raise CannotIssueCircular("编制和印发不能是同一个人，请由复核人或领导印发")
    try:
        with transaction.atomic():
            why = "issuing asks for the draft's later history"
            if CircularIssue.objects.unscoped(why).filter(circular=circular).exists():
                raise CannotIssueCircular(f"{circular}已经印发，不能再次印发；有变请重新编制一稿")
            later = Circular.objects.unscoped(why).filter(follows=circular).first()
            if later is not None:
                raise CannotIssueCircular(f"{circular}之后已有第{later.turn}稿，请印发最新的一稿")
            written = newest_closing(to=_HOUSE, period=circular.period)
            if written is not None and written.act_id > circular.as_of_seq:
                raise CannotIssueCircular(
                    f"这一稿编制以后，要求改到了第{written.version}版，请重新编制后再印发"
                )
            act = record_act(
                "issue_circular",
                by=by,
                at=at,
                subject=str(circular),
                payload={"circular": circular.pk, "as_of_seq": circular.as_of_seq},
            )
            return CircularIssue.objects.create(
                circular=circular,
                compiled_by_id=circular.compiled_by_id,
                issued_at=at,
                issued_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotIssueCircular(f"{circular}刚刚由他人印发，不用重复印发") from error


def _rankings(
    rows: Sequence[LagRow], year: int, period: int, as_of: int, book: Book
) -> tuple[_Ranking, _Ranking]:
    cutoff = month_end(period)
    towns = weights_on(book.weights, "towns", cutoff)
    departments = weights_on(book.weights, "departments", cutoff)
    if towns is None or departments is None:
        raise CannotCompileCircular("规则库里没有这个月适用的通报权重（weights.yaml），请先补上")
    released = released_ratios(to=_HOUSE, year=year, through=cutoff, as_of=as_of)
    return (
        (towns, rank_offices(rows, towns)),
        (departments, rank_offices(rows, departments, released=released)),
    )


def _outlines(form: Form, period: int, as_of: int) -> dict[str, str]:
    """What the office wrote for the chapter it writes itself, or the form's own words."""
    chapter = closing_chapter(form)
    if chapter is None:
        return {}
    written = newest_closing(to=_HOUSE, period=period, as_of=as_of)
    own = {each.key: each.default_text for each in form.chapters if each.outline}
    return own | ({chapter.key: written.text} if written else {})


def _body(
    form: Form,
    rows: Sequence[LagRow],
    rankings: tuple[_Ranking, _Ranking],
    told: Mapping[str, str],
    outlines: Mapping[str, str],
) -> Body:
    (town_weights, towns), (dept_weights, departments) = rankings
    slow, silent = slow_table(rows, town_weights.bottom), silent_table(rows)
    words = dict(told) | {
        "words.towns": name_places(towns, town_weights),
        "words.departments": name_places(departments, dept_weights),
    }
    nothing = {
        "words.towns": not towns,
        "words.departments": not departments,
        "count.slow": not slow["rows"],
        "count.quiet": not silent["rows"],
        "count.unchecked": not any(row.state == "unchecked" for row in rows),
    }
    empty = frozenset(key for key, is_empty in nothing.items() if is_empty)
    try:
        body = arrange_body(form, words=words, outlines=outlines, empty=empty)
    except (CannotReadText, KeyError) as error:
        raise CannotCompileCircular(f"通报格式里有读不通的地方：{error}，请改正") from error
    unknown = sorted(set(named_figures(body)) - set(COUNTS))
    if unknown:
        raise CannotCompileCircular(f"没有名为 {'、'.join(unknown)} 的数字，请改成已有的数字")
    tables = {
        "towns": score_table("towns", towns, "镇"),
        "departments": score_table("departments", departments, "部门"),
        "slow": slow,
        "silent": silent,
    }
    blocks: list[dict[str, Any]] = []
    for block in body["blocks"]:
        blocks.append(block)
        table = tables.get(block.get("key", ""))
        if table is not None and table["rows"]:
            blocks.append(table)
    return {**body, "blocks": blocks, "figures": _counts(rows)}


def _words(year: int, period: int) -> dict[str, str]:
    why = "the county's name and its office's stand in the circular"
    county = Division.objects.unscoped(why).filter(level="county", valid_to__isnull=True).first()
    offices = Office.objects.unscoped(why).filter(valid_to__isnull=True)
    office = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code").first()
    if county is None or office is None:
        raise CannotCompileCircular("系统里还没有登记本县和县民生办，请先完成初始设置")
    cutoff = month_end(period)
    return {
        "period.year": str(year),
        "period.month": str(period % 100),
        "period.cutoff": f"{cutoff.month}月{cutoff.day}日",
        "place.county": county.name,
        "place.office": office.name,
    }


def _counts(rows: Sequence[LagRow]) -> dict[str, str]:
    """What stands at each place; the same lines are found again by ``COUNTS``."""
    whole = [row for row in rows if row.judged.town is None]
    parts = [row for row in rows if row.judged.town is not None]

    def count(given: Sequence[LagRow], *states: str) -> int:
        return sum(row.state in states for row in given)

    return {
        "count.judged": f"{len(whole) - count(whole, 'waiting')}个",
        "count.done": f"{count(whole, 'done')}个",
        "count.on_time": f"{count(whole, 'on_time')}个",
        "count.lagging": f"{count(whole, 'lagging')}个",
        "count.red": f"{sum(row.colour == 'red' for row in whole)}个",
        "count.silent": f"{count(whole, 'silent')}个",
        "count.unchecked": f"{count(whole, 'unchecked')}个",
        "count.town_unchecked": f"{count(parts, 'unchecked')}项",
        "count.waiting": f"{count(whole, 'waiting')}个",
        "count.town_lagging": f"{count(parts, 'lagging')}项",
        "count.town_silent": f"{count(parts, 'silent')}项",
    }


def _record(
    year: int,
    period: int,
    as_of: int,
    book: Book,
    body: Body,
    demonstration: bool,
    by: User,
    at: datetime,
) -> Circular:
    drafts = Circular.objects.unscoped("a new draft follows the newest one")
    before = drafts.filter(period=period).order_by("-turn").first()
    heads = Act.objects.unscoped("the paper prints the ledger's head").filter(seq=as_of)
    turn = before.turn + 1 if before else 1
    act = record_act(
        "compile_circular",
        by=by,
        at=at,
        subject=f"{year}年{period % 100}月进度通报第{turn}稿",
        payload={"period": period, "turn": turn, "as_of_seq": as_of, "book": book.digest},
    )
    made = Circular(
        year=year,
        period=period,
        turn=turn,
        follows=before,
        as_of_seq=as_of,
        ledger_head=heads.values_list("hash", flat=True).first() or "",
        cutoff_date=month_end(period),
        book_digest=book.digest,
        body=body,
        is_demonstration=demonstration,
        compiled_at=at,
        compiled_by=by,
        act=act,
    )
    document = lay_out_circular(made, signed_date=timezone.localdate(at))
    made.file = store_file(write_official_docx(document), kind="circular", by=by, at=at)
    made.save(force_insert=True)
    return made


def _freeze(
    circular: Circular, rows: Sequence[LagRow], rankings: tuple[_Ranking, _Ranking]
) -> None:
    CircularLine.objects.bulk_create(
        _line(circular, position, row) for position, row in enumerate(rows, start=1)
    )
    CircularScore.objects.bulk_create(
        CircularScore(
            circular=circular,
            ranked=weights.ranked,
            office=each.office,
            place=each.place,
            score=each.score,
            parts=list(each.parts),
            rule=weights.rule_id,
        )
        for weights, scored in rankings
        for each in scored
    )


def _line(circular: Circular, position: int, row: LagRow) -> CircularLine:
    judged, part = row.judged, row.judged.deciding
    return CircularLine(
        circular=circular,
        position=position,
        sub_item=judged.sub_item.code,
        sub_item_name=judged.sub_item.name,
        town_id=judged.town,
        office=judged.office,
        state=row.state,
        severity=judged.verdict.severity or "",
        measure_name=part.measure.name if part else "",
        unit=part.measure.unit if part else "",
        target=part.target if part else None,
        done=part.done if part else None,
        planned_ratio=judged.planned,
        found=[f"{each.rule.name}：{each.words}" for each in row.found],
        origins=[
            [each.origin_file_id, each.origin_sheet, each.origin_line]
            for each in (part.reports if part else ())
        ],
    )
