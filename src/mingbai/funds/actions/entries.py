"""Single entries, their reversal and the budget of the year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import standing_entries
from mingbai.programme.queries import sub_item_codes
from mingbai.rulebook.model import Book

_HOUSE = Asker.system("actions of the fund ledger see every sub-item")


class CannotEnterFunds(Exception):
    """Entries that the ledger does not take; ``faults`` says each in Chinese."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("；".join(faults))


class CannotReverseEntries(Exception):
    """An entry that is itself a reversal or was reversed before, or no reason was given."""


@dataclass(frozen=True)
class NewEntry:
    """One amount to be entered: ``amount`` in 分, above zero; with its workbook line or a note."""

    kind: str
    sub_item: str
    tier: str
    amount: int
    entry_date: date
    period: int
    origin_file_id: int | None = None
    origin_sheet: int | None = None
    origin_line: int | None = None
    note: str = ""


def enter_entries(
    *, entries: Iterable[NewEntry], by: User | None, at: datetime
) -> tuple[FundEntry, ...]:
    """Enter amounts as they stand, all or none, under one act.

    Errors: ``CannotEnterFunds`` for an amount not above zero, an unknown kind, tier or month, a
    sub-item that the year's adopted list does not have, or an entry that does not say where it
    comes from.
    """
    given = tuple(entries)
    faults = faults_of(given)
    if not given:
        faults = ["没有可登记的资金，请先填写金额"]
    if faults:
        raise CannotEnterFunds(faults)
    with transaction.atomic():
        act = record_act("enter_entries", by=by, at=at, payload=summary_of(given))
        return write_entries(given, act)


def reverse_entries(
    *, entries: Iterable[FundEntry], reason: str, by: User | None, at: datetime
) -> tuple[FundEntry, ...]:
    """Undo entries by records of the opposite amount; the originals stay as they are.

    Errors: ``CannotReverseEntries`` without a reason, for a reversal, or one undone before.
    """
    given = tuple(entries)
    if not reason.strip():
        raise CannotReverseEntries("冲销要写明原因，请补填后再提交")
    if not given:
        raise CannotReverseEntries("没有选中要冲销的资金流水")
    with transaction.atomic():
        done = _already_reversed(given)
        for entry in given:
            if entry.reverses_id is not None:
                raise CannotReverseEntries(
                    f"第 {entry.pk} 号流水本身是冲销，不能再冲销；请另登记一笔"
                )
            if entry.pk in done:
                raise CannotReverseEntries(f"第 {entry.pk} 号流水已冲销过，不能重复冲销")
        act = record_act(
            "reverse_entries",
            by=by,
            at=at,
            payload={"reason": reason, "entries": [entry.pk for entry in given]},
        )
        return write_reversals(given, act, note=reason)


def vote_budget(*, book: Book, by: User | None, at: datetime) -> tuple[FundEntry, ...]:
    """Bring the year's budget to what the book says, by sub-item and tier; returns what it wrote.

    The same book twice writes nothing. A changed amount is reversed and entered anew, a dropped one
    is reversed. Errors: ``CannotEnterFunds`` when the year's list has not been adopted.
    """
    with transaction.atomic():
        wanted: dict[tuple[str, str], tuple[int, str]] = {
            (item.code, tier): (amount, item.budget_source)
            for item in book.sub_items
            for tier, amount in item.budgets.items()
            if amount
        }
        held: dict[tuple[str, str], list[FundEntry]] = defaultdict(list)
        for entry in standing_entries(to=_HOUSE, year=book.year).filter(
            kind=FundEntry.Kind.BUDGET, origin_file__isnull=True
        ):
            held[entry.sub_item, entry.tier].append(entry)
        stale = [
            entry
            for key, entries in held.items()
            if sum(e.amount for e in entries) != wanted.get(key, (0, ""))[0]
            for entry in entries
        ]
        kept = {key for key, entries in held.items() if entries[0] not in stale}
        fresh = tuple(
            _budget_entry(book, key, amount, source)
            for key, (amount, source) in sorted(wanted.items())
            if key not in kept
        )
        if not stale and not fresh:
            return ()
        faults = faults_of(fresh)
        if faults:
            raise CannotEnterFunds(faults)
        payload = {**summary_of(fresh), "reversed": len(stale), "digest": book.digest}
        act = record_act("vote_budget", by=by, at=at, subject=str(book.year), payload=payload)
        undone = write_reversals(stale, act, note="年度预算调整")
        return (*undone, *write_entries(fresh, act))


def _budget_entry(book: Book, key: tuple[str, str], amount: int, source: str) -> NewEntry:
    return NewEntry(
        kind=FundEntry.Kind.BUDGET,
        sub_item=key[0],
        tier=key[1],
        amount=amount,
        entry_date=date(book.year, 1, 1),
        period=book.year * 100 + 1,
        note=f"{book.year}年规则库年度预算（{source or '未注明来源'}；摘要 {book.digest[:12]}）"[
            :300
        ],
    )


def faults_of(entries: Sequence[NewEntry]) -> list[str]:
    """What is wrong with entries, in Chinese; one query a year."""
    known: dict[int, frozenset[str]] = {}
    faults: list[str] = []
    for entry in entries:
        year, month = divmod(entry.period, 100)
        if year not in known:
            known[year] = sub_item_codes(to=_HOUSE, year=year)
        where = f"“{entry.sub_item}”{entry.period} {entry.kind}"
        if entry.amount <= 0:
            faults.append(f"{where}：金额须大于零；要减少请冲销原流水")
        if not 1 <= month <= 12:
            faults.append(f"{where}：月份不对，应为年份加两位月份，如 202106")
        elif entry.sub_item not in known[year]:
            faults.append(f"{where}：{year}年清单没有这个子项，请核对项目名称")
        if entry.kind not in FundEntry.Kind.values or entry.tier not in FundEntry.Tier.values:
            faults.append(f"{where}：种类或资金来源“{entry.tier}”不在规定范围内")
        if not _says_origin(entry):
            faults.append(f"{where}：没有来源，请注明工作簿行次或依据")
    return faults


def _says_origin(entry: NewEntry) -> bool:
    place = (entry.origin_file_id, entry.origin_sheet, entry.origin_line)
    return None not in place if entry.origin_file_id is not None else bool(entry.note)


def summary_of(entries: Sequence[NewEntry]) -> dict[str, object]:
    """What the ledger of acts keeps of a set of entries: number and 分 by kind."""
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[str(entry.kind)] += entry.amount
    return {"entries": len(entries), "fen": dict(sorted(sums.items()))}


def write_entries(entries: Sequence[NewEntry], act: Act) -> tuple[FundEntry, ...]:
    """Write checked entries under an act, in the caller's transaction."""
    return tuple(
        FundEntry.objects.bulk_create(
            FundEntry(
                kind=entry.kind,
                year=entry.period // 100,
                sub_item=entry.sub_item,
                tier=entry.tier,
                amount=entry.amount,
                entry_date=entry.entry_date,
                period=entry.period,
                origin_file_id=entry.origin_file_id,
                origin_sheet=entry.origin_sheet,
                origin_line=entry.origin_line,
                note=entry.note,
                act=act,
            )
            for entry in entries
        )
    )


def write_reversals(entries: Sequence[FundEntry], act: Act, *, note: str) -> tuple[FundEntry, ...]:
    """Write the opposite of entries under an act, in the caller's transaction."""
    return tuple(
        FundEntry.objects.bulk_create(
            FundEntry(
                kind=entry.kind,
                year=entry.year,
                sub_item=entry.sub_item,
                tier=entry.tier,
                amount=-entry.amount,
                entry_date=entry.entry_date,
                period=entry.period,
                origin_file_id=entry.origin_file_id,
                origin_sheet=entry.origin_sheet,
                origin_line=entry.origin_line,
                reverses=entry,
                note=note[:300],
                act=act,
            )
            for entry in entries
        )
    )


def _already_reversed(entries: Sequence[FundEntry]) -> frozenset[int]:
    found = FundEntry.objects.unscoped("an entry is reversed once, whoever asks")
    pairs: Mapping[int, int | None] = dict(
        found.filter(reverses__in=[entry.pk for entry in entries]).values_list("reverses_id", "id")
    )
    return frozenset(pairs)
