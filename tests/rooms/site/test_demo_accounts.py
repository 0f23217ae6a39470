"""The demonstration's accounts: every office that handles rights has two hands."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from mingbai.base.models import User
from mingbai.base.permissions import asker_for
from mingbai.site.actions import open_accounts
from mingbai.site.demo.accounts import ACCOUNTS, COUNTY_ACCOUNTS, CREW, PASSWORD


def test_every_town_and_lead_department_has_a_clerk_and_a_checker(installed, at) -> None:
    open_accounts(accounts=ACCOUNTS, password=PASSWORD, by=None, at=at, from_date=date(2021, 1, 1))
    hands: dict[str, set[str]] = defaultdict(set)
    for user in User.objects.unscoped("test").exclude(pk=installed.clerk.pk):
        assert user.check_password(PASSWORD)
        may = asker_for(user, at=at).permissions
        # Whoever may make may not approve, and the other way round.
        assert not ({"settle", "draw"} & may and {"approve", "confirm"} & may)
        hands[user.office.code] |= {word for word in ("settle", "approve") if word in may}
    leads = {item.lead_office for item in installed.book.sub_items}
    towns = {office.code for office in installed.book.offices if office.kind == "town"}
    for code in leads | towns:
        assert hands[code] == {"settle", "approve"}, code


def test_the_crew_is_among_the_county_office_and_names_are_given_once() -> None:
    names = [account.username for account in ACCOUNTS]
    assert len(set(names)) == len(names)
    offices = {account.username: account.office for account in COUNTY_ACCOUNTS}
    assert {offices[name] for name in CREW} == {"county-office"}
