"""A really served demonstration county and a real browser for the walks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from tests.walks.visitors import SCREENS, County, Visitor

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MINGBAI_", "DJANGO_"))}
    return {**kept, "MINGBAI_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(address: str, server: subprocess.Popen[bytes]) -> None:
    pause = Event()
    for _ in range(START_SECONDS * 5):
        if server.poll() is not None:
            pytest.fail(f"the site ended while starting, exit code {server.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/signin/", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pause.wait(0.2)
    pytest.fail(f"the site did not open within {START_SECONDS} seconds")


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """The small demonstration county, made by the command people use, served on a free port.

    ``MINGBAI_WALK_HOME`` names a home that holds a made county already (for work on the walks).
    """
    given = os.environ.get("MINGBAI_WALK_HOME")
    home = tmp_path_factory.mktemp("county")
    run = [sys.executable, "-m", "mingbai"]
    if given:
        shutil.copytree(given, home, dirs_exist_ok=True)
    else:
        made = subprocess.run(
            [*run, "demo", "--size", "small", "--no-serve"],
            cwd=ROOT,
            env=_environment(home),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-4000:]
    port = _free_port()
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [*run, "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=_environment(home),
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_open(f"http://127.0.0.1:{port}", server)
        yield County(f"http://127.0.0.1:{port}", home)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(5)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a root account needs it without the sandbox."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


def _visitor(context: BrowserContext, address: str) -> Visitor:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type == "error" else None,
    )
    return Visitor(page, address, complaints)


@pytest.fixture
def visit(county: County, browser: Browser) -> Iterator[object]:
    """``visit("desk")`` or ``visit("phone")``: a fresh visitor with an empty browser."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def arrive(screen: str = "desk") -> Visitor:
        width, height = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        visitors.append(_visitor(context, county.address))
        return visitors[-1]

    yield arrive
    for context in contexts:
        context.close()
    for visitor in visitors:
        assert visitor.complaints == []
