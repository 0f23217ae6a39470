"""The paying account and the unified names: dated, sourced, and short enough for a passbook."""

from __future__ import annotations

from datetime import date

import pytest

from mingbai.paper.bank import load_bank_format
from mingbai.rulebook import CannotLoadBook, load_book

DAY = date(2021, 6, 30)
FILE = "county-340223/bank.yaml"


def test_every_sub_item_that_pays_by_roster_has_a_unified_name(book):
    paid = [s for s in book.sub_items if s.kind in ("subsidy", "insurance") and s.roster]
    names = [book.bank.name_of(each.code, DAY) for each in paid]
    assert all(names)
    assert len({each.name for each in names}) == len(paid), "no two programmes share a name"
    assert all(len(each.name.encode("gb18030")) <= 40 for each in names)
    assert all(each.source for each in names)
    assert book.bank.name_of("no.such", DAY) is None


def test_the_paying_account_names_formats_that_exist(book):
    payer = book.bank.payer(DAY)
    assert payer.value_is == "demonstration"
    assert [load_bank_format(code).code for code in payer.formats] == list(payer.formats)
    with pytest.raises(KeyError, match="没有登记付款账户"):
        book.bank.payer(date(1999, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("'340299000000000018'", "'34029900000000001X'", "账号"),
        ("[bank-fixed,", "[fixed,", "格式的代码"),
        ("    bank_name:", "    bankname:", "缺少这一项"),
        ("name: 农村低保金,", "nick: 农村低保金,", "缺少这一项"),
        (
            "  hardship-relief.rural-dibao:\n",
            "  hardship-relief.rural-dibao:\n"
            "    - {from: 2021-03-01, name: 低保金, source: 县发〔2021〕1号}\n",
            "两条同时有效",
        ),
    ],
)
def test_a_wrong_page_is_refused_with_file_and_key(spoil, old, new, told):
    root = spoil(FILE, old, new)
    with pytest.raises(CannotLoadBook) as refused:
        load_book(year=2021, county="340223", root=root)
    assert FILE in str(refused.value)
    assert told in str(refused.value)
