"""What the papers of a year say, put together from targets in force and the book."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from mingbai.base.models import Division, Office
from mingbai.base.scope import Asker
from mingbai.engine.money import show_scaled
from mingbai.paper.dated import fill_text
from mingbai.paper.drafting import DraftForm, fill_draft, load_draft
from mingbai.paper.form import CannotLoadForm
from mingbai.programme.models import Measure, Programme, SubItem, TownShare, YearDocument
from mingbai.programme.queries.matrix import STATE_WORDS
from mingbai.programme.queries.upper import plain
from mingbai.programme.queries.year import programmes, shares, sub_items, targets
from mingbai.rulebook.model import Book
from mingbai.rulebook.plans import (
    procedure_lines,
    schedule_line,
    standard_lines,
    works_lines,
)

_HOUSE: Final = Asker.system("papers of the year are drafted for the county as a whole")
_NOTICE: Final = YearDocument.Kind.NOTICE.value
_GROUPS: Final = {"new": "新增", "adjusted": "调整", "continued": "继续实施"}


class CannotPutTogether(Exception):
    """A paper cannot be put together; the message says which file or list to mend."""


@dataclass(frozen=True)
class Facts:
    """What one paper is made of; ``annex`` is empty or ``{columns, widths, right, rows}``."""

    kind: str
    programme: str
    words: Mapping[str, str]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    annex: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drafted:
    """One paper's text as it would be written now.

    ``body``: ``{title, addressee, sender, parts}``, parts as ``[level, lead, text]``.
    """

    place: tuple[str, str]
    body: Mapping[str, Any]
    annex: Mapping[str, Any]
    form_digest: str
    digest: str

    @property
    def title(self) -> str:
        return "".join(self.body["title"])


def drafts_of_year(
    *, year: int, book: Book, day: date, forms_folder: Path | None = None
) -> tuple[Drafted, ...]:
    """Every paper of the year as it would be drafted on that day; a fixed number of queries.

    Errors: ``CannotPutTogether`` for a form that cannot be read, or a list that is not the book's.
    """
    try:
        facts = facts_of_year(year=year, book=book)
        forms = {
            kind: load_draft(kind, day=day, county_folder=forms_folder)
            for kind in YearDocument.Kind.values
        }
    except CannotLoadForm as error:
        raise CannotPutTogether(str(error)) from error
    except KeyError as error:
        why = f"规则库与已启用的{year}年清单不一致：{error.args[0]}。请先启用新的清单再拟定文件"
        raise CannotPutTogether(why) from error
    return tuple(draft_of(forms[each.kind], each) for each in facts)


def draft_of(form: DraftForm, facts: Facts) -> Drafted:
    """Fill the skeleton with the facts; the digest covers both."""
    parts = fill_draft(form, words=facts.words, facts=facts.lists, kinds=facts.kinds)
    body = {
        "title": [fill_text(line, facts.words) for line in form.title],
        "addressee": form.addressee,
        "sender": facts.words["place.office"],
        "parts": [[part.level, part.lead, part.text] for part in parts],
    }
    annex = dict(facts.annex) or _indicator_table(form)
    if annex:
        annex["title"] = fill_text(form.annex, facts.words)
    text = json.dumps([body, annex], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Drafted((facts.kind, facts.programme), body, annex, form.digest, digest)


def _indicator_table(form: DraftForm) -> dict[str, Any]:
    if not form.indicators:
        return {}
    return {
        "columns": ["序号", "类别", "指标", "分值", "计分方法"],
        "widths": [32, 60, 80, 40, 230],
        "right": [3],
        "rows": [
            [str(number), each.group, each.name, plain(each.weight), each.scored]
            for number, each in enumerate(form.indicators, start=1)
        ],
    }


def facts_of_year(*, year: int, book: Book) -> list[Facts]:
    """The facts of every paper of a year; a fixed number of queries."""
    listed = programmes(to=_HOUSE, year=year)
    items: dict[str, list[SubItem]] = defaultdict(list)
    for item in sub_items(to=_HOUSE, year=year):
        items[item.programme.code].append(item)
    measures: dict[int, list[Measure]] = defaultdict(list)
    for measure in targets(to=_HOUSE, year=year):
        measures[measure.sub_item_id].append(measure)
    parts: dict[int, list[TownShare]] = defaultdict(list)
    for share in shares(to=_HOUSE, year=year):
        parts[share.measure_id].append(share)
    own = _County(book, listed, items, measures, parts)
    found = [own.notice(), Facts(YearDocument.Kind.RULES.value, "", own.words)]
    return found + [own.plan(programme) for programme in listed]


class _County:
    """One year's list with its targets, told from the side of one paper after the other."""

    def __init__(
        self,
        book: Book,
        listed: Sequence[Programme],
        items: Mapping[str, list[SubItem]],
        measures: Mapping[int, list[Measure]],
        parts: Mapping[int, list[TownShare]],
    ) -> None:
        self._book, self._listed, self._items = book, listed, items
        self._measures, self._parts = measures, parts
        self._budgets = {item.code: item.budget_fen for item in book.sub_items}
        self.words = self._words()

    def _words(self) -> Mapping[str, str]:
        why = "the county's name and its office's stand in every paper"
        county = Division.objects.unscoped(why).filter(level="county", valid_to=None).first()
        offices = Office.objects.unscoped(why).filter(valid_to=None)
        office = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code").first()
        codes = [item.code for each in self._listed for item in self._items[each.code]]
        return {
            "period.year": str(self._book.year),
            "place.county": county.name if county else self._book.county_name,
            "place.office": office.name if office else "县民生办",
            "basis.province": self._book.province_source,
            "basis.county": self._book.county_source,
            "list.programmes": str(len(self._listed)),
            "list.items": str(len(codes)),
            "list.budget": self._money(codes),
        }

    def _money(self, codes: Sequence[str]) -> str:
        total = sum(self._budgets.get(code, 0) for code in codes)
        return show_scaled(total, "亿元" if total >= 10**10 else "万元", 2)

    def notice(self) -> Facts:
        groups = Counter(each.group for each in self._listed)
        added = sum(each.status == Programme.Status.ADDED for each in self._listed)
        lines = [f"{_GROUPS[group]}{count}项。" for group, count in groups.items()]
        if added:
            lines.append(f"其中本县自行增加{added}项。")
        rows = [
            [
                str(number),
                each.name,
                "；".join(self._target(item) for item in self._items[each.code]),
                each.lead_office.short_name,
            ]
            for number, each in enumerate(self._listed, start=1)
        ]
        annex = {
            "columns": ["序号", "项目", "全年任务", "牵头部门"],
            "widths": [32, 120, 220, 70],
            "right": [],
            "rows": rows,
        }
        kinds = frozenset(item.kind for own in self._items.values() for item in own)
        return Facts(_NOTICE, "", self.words, {"groups": lines}, kinds, annex)

    def _target(self, item: SubItem) -> str:
        told = "，".join(_quantity(measure) for measure in self._measures[item.pk])
        return f"{item.name}：{told}"

    def plan(self, programme: Programme) -> Facts:
        own = self._items[programme.code]
        words = {
            **self.words,
            "programme.name": programme.name,
            "programme.short": programme.short_name,
            "programme.lead": programme.lead_office.name,
            "programme.items": str(len(own)),
            "programme.budget": self._money([item.code for item in own]),
        }
        policy = [self._book.sub_item(item.code) for item in own]
        lists = {
            "targets": [f"{self._target(item)}（{item.get_kind_display()}）。" for item in own],
            "standards": [line for item in policy for line in standard_lines(self._book, item)],
            "procedure": [line for item in policy for line in procedure_lines(self._book, item)],
            "works": [line for item in policy for line in works_lines(self._book, item)],
            "money": [
                f"{item.name}{self._money([item.code])}。"
                for item in own
                if self._budgets.get(item.code)
            ],
            "schedule": [schedule_line(item) for item in policy],
            "duties": _duties(programme, own),
        }
        kinds = frozenset(item.kind for item in own)
        kind = YearDocument.Kind.PLAN.value
        return Facts(kind, programme.code, words, lists, kinds, self._shares(own))

    def _shares(self, own: Sequence[SubItem]) -> Mapping[str, Any]:
        """Towns down, measures across would be wide: one line a measure and town."""
        rows = [
            [item.name, measure.name, share.town.name, f"{plain(share.share)}{measure.unit}"]
            for item in own
            for measure in self._measures[item.pk]
            for share in self._parts[measure.pk]
            if share.share
        ]
        if not rows:
            return {}
        return {
            "columns": ["序号", "子项", "指标", "镇", "任务数"],
            "widths": [32, 140, 100, 90, 80],
            "right": [4],
            "rows": [[str(number), *row] for number, row in enumerate(rows, start=1)],
        }


def _quantity(measure: Measure) -> str:
    if measure.target is None:
        return f"{measure.name}{STATE_WORDS.get(measure.target_state, '')}"
    return f"{measure.name}{plain(measure.target)}{measure.unit}"


def _duties(programme: Programme, own: Sequence[SubItem]) -> list[str]:
    """Who leads the programme, and who answers for a sub-item of it."""
    by_office: dict[str, list[str]] = defaultdict(list)
    for item in own:
        by_office[item.lead_office.name].append(item.name)
    lines = [f"{programme.lead_office.name}牵头组织实施本项目，汇总进度，管理资料。"]
    lines += [f"{office}负责{'、'.join(names)}。" for office, names in by_office.items()]
    return lines
