"""Who walks and where: a served county, a person at a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

SCREENS = {"desk": (1366, 768), "phone": (360, 740)}


@dataclass(frozen=True)
class County:
    """A served county: its address and the home that holds its data."""

    address: str
    home: Path


@dataclass(frozen=True)
class Visitor:
    """One person at one screen; remembers what the browser complained about."""

    page: Page
    address: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        """Open a page and insist that it came."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def sign_in(self, username: str, password: str) -> Page:
        self.open("/signin/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(self.address + "/")
        return self.page


Visit = Callable[..., Visitor]
