"""What every test may use: a home of its own, a small office tree, people who ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import management
from tests.schema import migrate

from mingbai.base.models import Division, Office, Role, User
from mingbai.base.permissions import asker_for
from mingbai.base.secrets import forget_keys

NOW = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tests keep keys, files and ledger heads in a folder of their own."""
    folder = tmp_path_factory.mktemp("home")
    old, settings.MINGBAI_HOME = settings.MINGBAI_HOME, folder
    forget_keys()
    yield folder
    settings.MINGBAI_HOME = old
    forget_keys()


@pytest.fixture(scope="session", autouse=True)
def schema() -> Iterator[None]:
    """The database of the tests starts from a copy of the migrated schema."""
    real = management.call_command

    def call(name: Any, *args: Any, **options: Any) -> Any:
        # Only who makes a test database asks for this; tests of migrations run them for real.
        is_new = name == "migrate" and options.get("run_syncdb")
        return migrate(**options) if is_new else real(name, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(management, "call_command", call)
        yield


@pytest.fixture
def at() -> datetime:
    """The moment at which things are done in tests."""
    return NOW


class OfficeTree:
    """A county of two towns with an office and a user of each kind."""

    def __init__(self) -> None:
        start = date(2021, 1, 1)
        self.county = _division("340223", "南陵县", "county", None)
        self.town_a = _division("340223100", "籍山镇", "town", self.county)
        self.town_b = _division("340223101", "许镇镇", "town", self.county)
        self.village_a = _division("340223100001", "五里居委会", "village", self.town_a)
        self.village_b = _division("340223101201", "黄墓村委会", "village", self.town_b)
        make = Office.objects.create
        self.office = make(
            code="t-county", name="县民生办", short_name="民生办", kind="county_office",
            division=self.county, valid_from=start,
        )  # fmt: skip
        self.civil = make(
            code="t-civil", name="民政局", short_name="民政局", kind="department",
            division=self.county, parent=self.office, valid_from=start,
        )  # fmt: skip
        self.office_a = make(
            code="t-a", name="籍山镇人民政府", short_name="籍山镇", kind="town",
            division=self.town_a, parent=self.office, valid_from=start,
        )  # fmt: skip
        self.office_b = make(
            code="t-b", name="许镇镇人民政府", short_name="许镇镇", kind="town",
            division=self.town_b, parent=self.office, valid_from=start,
        )  # fmt: skip
        self.clerk = _user("t-clerk", self.office, "clerk")
        self.checker = _user("t-checker", self.office, "checker")
        self.payer = _user("t-payer", self.office, "payer")
        self.user_a = _user("t-user-a", self.office_a, "clerk")
        self.user_b = _user("t-user-b", self.office_b, "clerk")
        self.user_civil = _user("t-user-civil", self.civil, "clerk")

    @staticmethod
    def asker(user: User):
        """The asker of one of these users."""
        return asker_for(user, at=NOW)


def _division(code: str, name: str, level: str, parent: Division | None) -> Division:
    return Division.objects.create(
        code=code, name=name, level=level, parent=parent, valid_from=date(2021, 1, 1)
    )


def _user(name: str, office: Office, role: str) -> User:
    user = User(username=name, display_name=name, office=office)
    user.set_unusable_password()
    user.save()
    Role.objects.create(user=user, role=role, from_date=date(2021, 1, 1))
    return user


@pytest.fixture
def tree(db: None) -> OfficeTree:
    """A small office tree."""
    return OfficeTree()
