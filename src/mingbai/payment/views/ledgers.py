"""The accounts: balances by sub-item that add up to zero, and every entry behind one of them."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.ledger import last_seq
from mingbai.payment.queries.accounts import ACCOUNTS, CAUSES, Entry, add_balances, entries
from mingbai.payment.views.cards import PAGE
from mingbai.registry.queries import newest_year, sub_item_names


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Balances of every account as of a ledger number, or the entries of one account."""
    to, year = asker_of(request), newest_year()
    if year is None:
        return render(request, "payment/bank_accounts.html", {"rows": []})
    newest = last_seq()
    seq = _number(request.GET.get("seq", ""), newest)
    sub_item = request.GET.get("sub_item", "")
    chosen = request.GET.get("account", "")
    account = chosen if chosen in ACCOUNTS else ""
    names = sub_item_names(year=year)
    moved = entries(to=to, year=year, as_of=seq, sub_item=sub_item)
    balances = add_balances(moved)
    if account or sub_item:
        moved = [
            each for each in moved if not account or account in (each.from_account, each.to_account)
        ]
    page = Paginator(moved[::-1], PAGE).get_page(request.GET.get("page"))
    totals = {code: sum(row[code] for row in balances.values()) for code in ACCOUNTS}
    context = {
        "year": year,
        "seq": seq,
        "newest": newest,
        "accounts": list(ACCOUNTS.items()),
        "account": account,
        "account_name": ACCOUNTS.get(account, ""),
        "sub_item": sub_item,
        "sub_item_name": names.get(sub_item, ""),
        "rows": [
            {
                "code": code,
                "name": names.get(code, code),
                "cells": [(key, row[key]) for key in ACCOUNTS],
                "sum": sum(row.values()),
            }
            for code, row in sorted(balances.items(), key=lambda each: names.get(each[0], ""))
        ],
        "totals": list(totals.items()),
        "zero": sum(totals.values()),
        "page": page,
        "lines": [_line(each, names) for each in page],
    }
    return render(request, "payment/bank_accounts.html", context)


def _number(text: str, newest: int) -> int:
    return min(int(text), newest) if text.isdecimal() and len(text) < 12 else newest


def _line(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    """One movement in words."""
    return {
        "entry": entry,
        "cause": CAUSES[entry.cause],
        "sub_item": names.get(entry.sub_item, entry.sub_item),
        "from": ACCOUNTS[entry.from_account],
        "to": ACCOUNTS[entry.to_account],
    }
