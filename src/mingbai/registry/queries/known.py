"""At typing: what the other rosters, lists and rules know about one row before it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db.models import Q

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.base.secrets import unseal
from mingbai.engine.canon import REJECT
from mingbai.engine.canon.types.name import DOTS
from mingbai.engine.checks import AmountStandard, CheckSpec, MutualExclusion, message
from mingbai.engine.checks.shapes import Hit
from mingbai.registry.models import Enrolment, Person
from mingbai.registry.queries.explain import finding_name
from mingbai.registry.queries.ground import KEYS, Ground, ground_of
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.periods import TABLE_SPANS, due_period
from mingbai.registry.queries.roots import records_of
from mingbai.registry.queries.specs import AtHand, Planned, plan_specs
from mingbai.registry.queries.typed import Fault, Typed, read_typed
from mingbai.rulebook import Book, load_book

#: Severity of a hint: told for knowledge, to be looked at, keeps the row from payment, refused.
TOLD, NOTE, HOLD, REFUSED = 0, 1, 2, 3
_WHY: Final = "a conflict is told to whoever would make it; places and names only within scope"
_SEVERITY: Final = {"hold": HOLD, "note": NOTE}


@dataclass(frozen=True)
class Hint:
    """One thing known about a row. ``rule`` is set where a comparison would find it too.

    ``column`` is the field to look at; ``name`` a few words for a badge, ``text`` a sentence
    without any personal value.
    """

    code: str
    severity: int
    name: str
    text: str
    column: str
    rule: str = ""


def known_about(
    *,
    id_number: str,
    name: str,
    account: str = "",
    phone: str = "",
    sub_item: str,
    period: int,
    to: Asker,
    town: str = "",
    amount: int | None = None,
    grade: str | None = None,
    book: Book | None = None,
) -> tuple[Hint, ...]:
    """What other rosters, lists, rules and enrolments know about a row, the gravest first.

    Hints with a ``rule`` are what the full comparison would find about this row if it were handed
    in as the last one of its month (``period``, yyyymm): all rules decided by the row itself, its
    person, account or phone. Not asked here: how many a sub-item may have, gaps between months and
    who is left out. Empty fields are not compared. Other towns' places and names are not told.
    About 10 ms; the first call of a process reads the year's live sheets.
    """
    law = book or load_book(year=period // 100, county=_county())
    given = {"town": town, "amount": amount, "grade": grade}
    values = {"id_number": id_number, "name": name, "account": account, "phone": phone}
    typed = read_typed(values, sub_item=sub_item, period=period, book=law, **given)
    hints = [_fault(each) for each in typed.faults]
    if not typed.is_refused and any(typed.row[key] for key in KEYS):
        ground = ground_of(period // 100)
        key = typed.row["id_key"]
        same = ground.known_keys.get(key, key) if key else None
        typed = replace(typed, row={**typed.row, "id_key": same})
        teller = _Teller(law, to)
        found = [*_findings(typed, ground, teller)]
        hints += [*found, *_beyond(typed, ground, teller, {each.rule for each in found})]
    return tuple(sorted(hints, key=lambda each: -each.severity))


def _fault(fault: Fault) -> Hint:
    """The gate lets a warning pass: it is to be looked at, and no more."""
    severity = REFUSED if fault.severity >= REJECT else NOTE
    return Hint(fault.code, severity, "填写有误", fault.text, fault.column)


def _county() -> str:
    counties = Division.objects.unscoped("codes of divisions are public").filter(level="county")
    return counties.order_by("code").values_list("code", flat=True)[0]


# --- what a comparison would find ----------------------------------------------------------------


def _findings(typed: Typed, ground: Ground, teller: _Teller) -> Iterator[Hint]:
    """Every rule that concerns the row, asked among the rows that share its values."""
    near: dict[str, list[dict[str, Any]]] = {}
    for planned in _plan(typed, ground, teller.book):
        column = _grain(planned.spec)
        if not _is_asked(planned.spec, column, typed):
            continue
        if column not in near:
            shared = ground.roster.near(column, typed.row[column]) if column in KEYS else []
            near[column] = [*shared, dict(typed.row)]
        tables = {
            name: _numbered(_role(name, near[column], typed, ground))
            for name in planned.spec.needs()
        }
        rows = tables[planned.spec.table]
        for code, about in _about(planned.spec.plain(tables), len(rows) - 1).items():
            yield teller.finding(planned, code, about, rows, typed)


def _is_asked(spec: CheckSpec, column: str, typed: Typed) -> bool:
    """Not while the number, account, phone or amount that the rule looks at is still empty."""
    if isinstance(spec, AmountStandard):
        return typed.row["amount"] is not None
    return typed.row["id_key"] is not None and (column == "row" or bool(typed.row[column]))


def _plan(typed: Typed, ground: Ground, book: Book) -> tuple[Planned, ...]:
    """Rules that are decided by the row, its person, account or phone, and look at its sub-item."""
    sub_item = typed.row["sub_item"]
    told = tuple(bool(typed.row[column]) for column in ("account_key", "phone_key"))
    key = (book.digest, sub_item, *told)
    if key not in ground.plans:
        hand = ground.at_hand
        lacking = {
            column: (without + (not said), total + 1)
            for (column, (without, total)), said in zip(_lacking(hand, sub_item), told, strict=True)
        }
        at_hand = AtHand(
            sub_items={*hand.sub_items, sub_item},
            trained=hand.trained,
            lists=hand.lists,
            lacking={**hand.lacking, sub_item: lacking},
        )
        ground.plans[key] = tuple(
            each
            for each in plan_specs(book=book, at_hand=at_hand).planned
            if _looks_at(each.spec, sub_item) and _is_near(each.spec, ground)
        )
    found: tuple[Planned, ...] = ground.plans[key]
    return found


def _lacking(hand: AtHand, sub_item: str) -> list[tuple[str, tuple[int, int]]]:
    known = hand.lacking.get(sub_item, {})
    return [(column, known.get(column, (0, 0))) for column in ("account_key", "phone_key")]


def _looks_at(spec: CheckSpec, sub_item: str) -> bool:
    if isinstance(spec, MutualExclusion):
        return sub_item in (spec.first, spec.second)
    return not spec.sub_items or sub_item in spec.sub_items


def _is_near(spec: CheckSpec, ground: Ground) -> bool:
    """Whether rows that share one value with the row decide it, and all its tables are here."""
    here = TABLE_SPANS.keys() | ground.lists.keys()
    return not spec.contexts() and spec.needs().keys() <= here and _grain(spec) in (*KEYS, "row")


def _grain(spec: CheckSpec) -> str:
    return (spec.grain() or ("",))[0]


def _role(
    name: str, near: Sequence[Mapping[str, Any]], typed: Typed, ground: Ground
) -> Iterable[Mapping[str, Any]]:
    """The rows of one of the engine's tables: the roster by span, or a list."""
    if name not in TABLE_SPANS:
        return ground.lists[name].near("id_key", typed.row["id_key"])
    span = TABLE_SPANS[name]
    return ({**row, "period": _folded(row["period"], span)} for row in near)


def _folded(period: int | None, span: str) -> int | None:
    return None if period is None else due_period(period, span)


def _numbered(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "row": number} for number, row in enumerate(rows)]


@dataclass(frozen=True)
class _About:
    """The hits of one finding that the row belongs to."""

    is_doubted: bool
    facts: tuple[int | None, int | None]
    others: frozenset[int]


def _about(hits: Iterable[Hit], own: int) -> dict[str, _About]:
    """Code -> the finding with that code that the row ``own`` belongs to, if there is one."""
    groups: dict[tuple[str, bytes | None, str], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.code, hit.person, hit.cause), []).append(hit)
    found = {}
    for (code, _, _), group in groups.items():
        mine = [hit for hit in group if hit.row == own and hit.table in TABLE_SPANS]
        if mine:
            facts = (
                max((hit.fact1 for hit in group if hit.fact1 is not None), default=None),
                max((hit.fact2 for hit in group if hit.fact2 is not None), default=None),
            )
            others = {hit.row for hit in group if hit.row != own and hit.table in TABLE_SPANS}
            found[code] = _About(any(hit.subject for hit in mine), facts, frozenset(others))
    return found


# --- what enrolments and lists know besides ------------------------------------------------------


def _beyond(typed: Typed, ground: Ground, teller: _Teller, told: set[str]) -> Iterator[Hint]:
    """Enrolments in force, another name on record, and lists that speak from a later month on."""
    key, period = typed.row["id_key"], typed.row["period"]
    if key is None:
        return
    for each in teller.book.lists:
        if typed.row["sub_item"] in each.applies_to and each.rule_id not in told:
            listed = ground.lists.get(each.roster)
            if listed and (lines := listed.near("id_key", key)):
                yield teller.listed(each.roster, lines, each.reason)
    record = person_ids([typed.number_key or b""]).get(typed.number_key or b"")
    if record is None:
        return
    person = Person.objects.unscoped(_WHY).get(pk=record)
    on_record = unseal("person.name", bytes(person.name_sealed), bytes(person.id_key))
    if typed.name and _same(on_record) != _same(typed.name) and "identity/two_names" not in told:
        text = "这个证件号登记过另一个姓名，可能填错号码或写错名字。请照证件核对。"
        yield Hint("registered_name", NOTE, "姓名与登记不同", text, "name")
    running = Enrolment.objects.unscoped(_WHY).filter(person__in=records_of(record))
    running = running.filter(Q(end_period__isnull=True) | Q(end_period__gte=period))
    for enrolment in running.order_by("since_period", "id"):
        yield from teller.enrolled(enrolment, typed, told)


def _same(name: str) -> str:
    return "".join("·" if each in DOTS else each for each in name)


@dataclass(frozen=True)
class _Teller:
    """Puts what is known into words that the asker may read."""

    book: Book
    to: Asker

    def finding(
        self,
        planned: Planned,
        code: str,
        about: _About,
        rows: Sequence[Mapping[str, Any]],
        typed: Typed,
    ) -> Hint:
        """A finding's own sentence, what it stands against and the rule's reason."""
        spec = planned.spec
        facts = {
            name: fact
            for name, fact in zip(spec.FACTS, about.facts, strict=False)
            if fact is not None
        }
        parts = [message(code, facts)]
        if where := self._where([rows[number] for number in sorted(about.others)]):
            parts.append(f"{'对照' if about.is_doubted else '存疑的是'}：{where}。")
        if "list" in planned.said:
            parts.append(self._since(planned.said["list"], typed))
        if "reason" in planned.said:
            parts.append(f"（规定：{planned.said['reason']}）")
        severity = _SEVERITY[planned.effect] if about.is_doubted else NOTE
        column = spec.points_at()
        return Hint(code, severity, finding_name(code), "".join(parts), column, spec.rule)

    def listed(self, roster: str, lines: Sequence[Mapping[str, Any]], reason: str) -> Hint:
        """On a list that does not yet speak against this month."""
        since = _earliest(lines)
        when = f"，日期是{_day(since)}" if since else ""
        text = f"{self._roster(roster)}上有此人{when}，请核实本人情况。（规定：{reason}）"
        return Hint("listed", NOTE, "在比对名单中", text, "id_number")

    def enrolled(self, enrolment: Enrolment, typed: Typed, told: set[str]) -> Iterator[Hint]:
        """An enrolment in force, and the exclusions between it and what is being typed."""
        mine = typed.row["sub_item"]
        place = f"{self._item(enrolment.sub_item)}，自{_month(enrolment.since_period)}起"
        seen = self._sees(enrolment.town, enrolment.sub_item)
        place += f"（{self._town(enrolment.town)}）" if seen else "（不在您的查看范围）"
        if enrolment.sub_item == mine:
            text = f"此人已在享受{place}。按月名册照常报；新申请请不要重复提出。"
            yield Hint("enrolled_already", NOTE, "已在享受", text, "id_number")
            return
        yield Hint("enrolled", TOLD, "正在享受", f"此人正在享受{place}。", "id_number")
        year, month = divmod(typed.row["period"], 100)
        day = date(year, month, 1)
        for each in self.book.exclusions:
            pair = {each.first, each.second}
            in_force = each.from_date <= day and (each.to_date is None or day <= each.to_date)
            if pair == {mine, enrolment.sub_item} and in_force and each.rule_id not in told:
                severity = _SEVERITY[each.effect] if each.second == mine else NOTE
                text = f"与正在享受的{place}不得同时享受：{each.reason}。请先核实，保留一项。"
                yield Hint("exclusion_enrolled", severity, "不得兼享", text, "sub_item")

    def _since(self, roster: str, typed: Typed) -> str:
        lines = ground_of(typed.row["period"] // 100).lists[roster]
        since = _earliest(lines.near("id_key", typed.row["id_key"]))
        return f"{self._roster(roster)}上的日期是{_day(since)}。" if since else ""

    def _where(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """Sub-items with their months, and the towns the asker may know of."""
        months: dict[tuple[str, str], set[int]] = {}
        for row in rows:
            seen = self._sees(row["town"], row["sub_item"] or "")
            town = self._town(row["town"]) if seen else ""
            place = (self._item(row["sub_item"] or ""), town)
            months.setdefault(place, set()).add(row["period"] or 0)
        return "；".join(
            f"{item}{_months(periods)}（{town or '不在您的查看范围'}）"
            for (item, town), periods in sorted(months.items())
        )

    def _sees(self, town: str, sub_item: str) -> bool:
        return self.to.sees_all or town in self.to.towns or sub_item in self.to.sub_items

    def _item(self, code: str) -> str:
        try:
            return f"《{self.book.sub_item(code).name}》"
        except KeyError:
            return f"《{code}》" if code else "未写明子项的名册"

    def _town(self, code: str) -> str:
        names = {each.code: each.name for each in self.book.towns}
        return names.get(code, "未写明镇")

    def _roster(self, code: str) -> str:
        try:
            return self.book.roster(code).name
        except KeyError:
            return "比对名单"


def _earliest(lines: Sequence[Mapping[str, Any]]) -> date | None:
    return min((line["event_date"] for line in lines if line["event_date"]), default=None)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(period: int) -> str:
    year, month = divmod(period, 100)
    words = {0: "全年", 13: "春季学期", 14: "秋季学期"}
    return f"{year}年{words.get(month, f'{month}月')}" if year else ""


def _months(periods: set[int]) -> str:
    first, last = min(periods), max(periods)
    return _month(first) if first == last else f"{_month(first)}至{_month(last)}"
