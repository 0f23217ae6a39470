"""Setting up: what the rulebook says is written once, and refusals name what is not known."""

from __future__ import annotations

import json
from datetime import date

import pytest

from mingbai.base.models import Act, Division, Office, OfficeDuty, Role, User
from mingbai.funds.models import FundEntry
from mingbai.programme.models import ProgrammeYear
from mingbai.site.actions import Account, CannotOpenAccount, install_county, open_accounts

START = date(2021, 1, 1)


def _counts() -> dict[str, int]:
    models = (Division, Office, OfficeDuty, FundEntry, ProgrammeYear)
    return {model.__name__: model.objects.unscoped("test").count() for model in models}


def written_by(act: Act) -> dict[str, int]:
    """How many divisions, offices and duties an act wrote, as the ledger says."""
    return json.loads(act.payload)["written"]


def _open(at, *accounts: Account, password: str = "test-password-2021") -> list[User]:
    return open_accounts(accounts=accounts, password=password, by=None, at=at, from_date=START)


def test_the_county_is_what_the_rulebook_says(installed) -> None:
    book = installed.book
    found = {each.code: each for each in Division.objects.unscoped("test")}
    assert found.keys() == {spec.code for spec in book.divisions}
    assert all(found[spec.code].parent_id == spec.parent for spec in book.divisions)
    offices = {each.code: each for each in Office.objects.unscoped("test")}
    assert offices.keys() == {spec.code for spec in book.offices}
    for spec in book.offices:
        parent = offices[spec.code].parent
        assert (parent.code if parent else None) == spec.parent
    duties = OfficeDuty.objects.unscoped("test").values_list("office__code", "sub_item")
    assert set(duties) == {(item.lead_office, item.code) for item in book.sub_items}


def test_installing_again_writes_nothing_new(installed) -> None:
    before = _counts()
    act = install_county(book=installed.book, by=None, at=installed.at)
    assert written_by(act) == {"divisions": 0, "offices": 0, "duties": 0}
    assert _counts() == before


def test_a_division_that_was_renamed_follows_the_rulebook(installed) -> None:
    some = Division.objects.unscoped("test").filter(code="340223100")
    name = some.get().name
    some.update(name="旧名")
    act = install_county(book=installed.book, by=None, at=installed.at)
    assert written_by(act)["divisions"] == 1
    assert some.get().name == name


def test_accounts_are_opened_once_and_left_as_they_are(installed, at) -> None:
    account = Account("s-new", "新人", "jishan", ("clerk",))
    (user,) = _open(at, account)
    assert user.check_password("test-password-2021")
    acts = Act.objects.unscoped("test").count()
    assert _open(at, account, password="another-password") == []
    again = User.objects.unscoped("test").get(username="s-new")
    assert again.check_password("test-password-2021")
    assert Role.objects.unscoped("test").filter(user=again).count() == 1
    assert Act.objects.unscoped("test").count() == acts, "nothing was done, nothing is recorded"


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (Account("s-x", "某", "no-such-office", ("clerk",)), "没有代码为“no-such-office”的单位。"),
        (Account("s-x", "某", "jishan", ("clerk", "king")), "没有“king”这种角色。"),
    ],
)
def test_an_unknown_office_or_role_is_named_and_nobody_is_let_in(
    installed, at, account: Account, said: str
) -> None:
    good = Account("s-good", "好", "jishan", ("clerk",))
    with pytest.raises(CannotOpenAccount, match=said):
        _open(at, good, account)
    opened = User.objects.unscoped("test").filter(username__in=("s-good", "s-x"))
    assert not opened.exists(), "one wrong account opens none of the call"
