"""The accounts at any moment: balances by sub-item, and every entry behind them.

Fund tables move the first accounts (到位, 拨付), batches the others: one list of movements, each
out of one account and into another, so the balances add up to zero at every ledger number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mingbai.base.scope import Asker
from mingbai.funds.models import FundEntry
from mingbai.payment.models import Recovery, Transfer
from mingbai.payment.models.transfer import Account, Cause

#: Fund entries that move money between accounts, as (from, to); a reversal moves it back.
_FUNDS: Final = {
    "arrival": ("source", "arrived"),
    "release": ("arrived", "special"),
}
_FUND_WORDS: Final = {"arrival": "资金到位", "release": "拨付到专户"}
ACCOUNTS: Final[dict[str, str]] = {str(value): str(label) for value, label in Account.choices}
CAUSES: Final[dict[str, str]] = {
    **{str(value): str(label) for value, label in Cause.choices},
    **_FUND_WORDS,
}


@dataclass(frozen=True)
class Entry:
    """One movement: ``amount`` 分 out of one account into another by the act ``seq``."""

    seq: int
    sub_item: str
    from_account: str
    to_account: str
    cause: str
    amount: int
    batch_id: int | None = None
    recovery_id: int | None = None
    fund_entry_id: int | None = None
    origin: tuple[int, int, int] | None = None


def entries(
    *, to: Asker, year: int, as_of: int | None = None, sub_item: str = "", account: str = ""
) -> list[Entry]:
    """Every movement of a year up to ledger number ``as_of``, in order of the ledger.

    With ``account`` only those that touch it. Two queries.
    """
    funds = FundEntry.objects.seen_by(to).filter(year=year, kind__in=_FUNDS)
    moved = Transfer.objects.seen_by(to).filter(year=year)
    if as_of is not None:
        funds, moved = funds.filter(act_id__lte=as_of), moved.filter(act_id__lte=as_of)
    if sub_item:
        funds, moved = funds.filter(sub_item=sub_item), moved.filter(sub_item=sub_item)
    found = [_of_funds(each) for each in funds.order_by("act_id", "id").iterator(2_000)]
    found += [_of_transfer(each) for each in moved.order_by("act_id", "id").iterator(2_000)]
    found = [each for each in found if each.amount]
    found.sort(key=lambda each: each.seq)
    if account:
        found = [each for each in found if account in (each.from_account, each.to_account)]
    return found


def entries_of_recovery(*, to: Asker, recovery: Recovery) -> list[Entry]:
    """Every movement of one recovery, oldest first; what is due back and in what it ended."""
    moved = Transfer.objects.seen_by(to).filter(recovery=recovery).order_by("act_id", "id")
    return [_of_transfer(each) for each in moved]


def add_balances(moved: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """Sub-item -> account -> balance in 分: what came in less what went out."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ACCOUNTS, 0))
    for each in moved:
        found[each.sub_item][each.from_account] -= each.amount
        found[each.sub_item][each.to_account] += each.amount
    return dict(found)


def balances(
    *, to: Asker, year: int, as_of: int | None = None, sub_item: str = ""
) -> dict[str, dict[str, int]]:
    """Sub-item -> account -> balance in 分 as of a ledger number."""
    return add_balances(entries(to=to, year=year, as_of=as_of, sub_item=sub_item))


def _of_funds(entry: FundEntry) -> Entry:
    source, target = _FUNDS[entry.kind]
    if entry.amount < 0:
        source, target = target, source
    place = None
    if entry.origin_file_id and entry.origin_sheet and entry.origin_line:
        place = (entry.origin_file_id, entry.origin_sheet, entry.origin_line)
    return Entry(
        seq=entry.act_id,
        sub_item=entry.sub_item,
        from_account=source,
        to_account=target,
        cause=entry.kind,
        amount=abs(entry.amount),
        fund_entry_id=entry.pk,
        origin=place,
    )


def _of_transfer(transfer: Transfer) -> Entry:
    return Entry(
        seq=transfer.act_id,
        sub_item=transfer.sub_item,
        from_account=transfer.from_account,
        to_account=transfer.to_account,
        cause=transfer.cause,
        amount=transfer.amount,
        batch_id=transfer.batch_id,
        recovery_id=transfer.recovery_id,
    )
