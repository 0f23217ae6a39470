"""Every kind of page, found by following links: no barrier, no sideways scrolling, no complaint."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import SplitResult, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page
from tests.walks.visitors import SCREENS, Visit

from mingbai.site.demo.accounts import PASSWORD

#: Kinds of page that a full walk must have met, or it walked past something.
MUST_MEET = {
    "",
    "programmes/",
    "intake/",
    "intake/upload/",
    "intake/receipts/<int:pk>/",
    "intake/files/<int:file>/sheets/<int:number>/",
    "registry/people/",
    "registry/findings/",
    "registry/findings/<int:pk>/",
    "payment/",
    "payment/batches/<int:pk>/",
    "programmes/<slug:code>/",
    "report/",
    "report/<int:pk>/",
    "report/outline/<int:year>/<int:half>/<slug:chapter>/",
    "why/<int:pk>/",
}
_FILES = (".xlsx", ".docx", ".csv", ".pdf", ".json", "/docx/", "/scan/")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("username", ["minban", "jishan"])
def test_every_kind_of_page(visit: Visit, screen: str, username: str) -> None:
    visitor = visit(screen)
    visitor.sign_in(username, PASSWORD)
    met: dict[str, str] = {}
    faults: list[str] = []
    waiting = deque([("/", "")])
    while waiting:
        path, found_on = waiting.popleft()
        kind = _kind(path)
        if kind is None or kind in met:
            continue
        met[kind] = path
        answer = visitor.page.goto(visitor.address + path)
        if answer is None or not answer.ok:
            faults.append(f"{path}, linked on {found_on}, does not open")
            continue
        faults += [f"{path}: {fault}" for fault in _faults(visitor.page)]
        waiting.extend((link, path) for link in _links(visitor.page, visitor.address))
    assert not faults, "\n".join(faults)
    if username == "minban":
        assert set(met) >= MUST_MEET, f"not met: {sorted(MUST_MEET - set(met))}"


@pytest.mark.parametrize("screen", SCREENS)
def test_pages_for_strangers(visit: Visit, screen: str) -> None:
    visitor = visit(screen)
    assert _faults(visitor.open("/signin/")) == []


def _kind(path: str) -> str | None:
    """The route of an address: pages that differ only in their number are one kind."""
    try:
        return str(resolve(urlsplit(path).path).route)
    except Resolver404:
        return None


def _links(page: Page, address: str) -> list[str]:
    # In a drawing ``a.href`` is an object of its own kind; the attribute is text everywhere.
    whole = "all => all.map(a => new URL(a.getAttribute('href'), location.href).href)"
    found = page.eval_on_selector_all("a[href]", whole)
    own = (link.removeprefix(address) for link in found if link.startswith(address))
    pages = (link.partition("#")[0] for link in own if not _is_file(urlsplit(link)))
    return list(pages)


def _is_file(link: SplitResult) -> bool:
    """What the browser saves instead of showing."""
    return (
        "as=xlsx" in link.query
        or link.path.endswith(_FILES)
        or re.search(r"/decisions/\d+/files/\d+/$", link.path) is not None
    )


def _faults(page: Page) -> list[str]:
    found = [
        f"{rule['id']} ({rule['help']}): {[node['html'][:160] for node in rule['nodes'][:3]]}"
        for rule in Axe().run(page).response["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"the page is {wide} px wider than the screen")
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"{headings} first-level headings")
    return found
