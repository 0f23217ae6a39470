"""How long the server takes for each page, and how many statements, in a loaded county.

``PYTHONPATH=src MINGBAI_HOME=<home of a demonstration> .venv/bin/python bench/pages.py``
opens every address that takes no argument, and of every record's page those of the first and the
newest record, as clerk, town and department; besides, looking a person up by ID number. Each is
asked for several times in one process and the fastest is told, without network and browser, in
seconds of the processor, which do not grow when others use the machine. The limits are 200 ms a
page and 25 ms a look-up.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

LIST_LIMIT, LOOK_UP_LIMIT = 0.200, 0.025
USERS = ("minban", "jishan", "minzheng", "lingdao")
#: Downloads are made on demand and measured elsewhere.
_FILES = (".xlsx", ".docx", ".csv", ".pdf", ".json", "/docx/", "/scan/")


@dataclass(frozen=True)
class Timing:
    """One page for one user: seconds of the processor, statements, bytes."""

    user: str
    path: str
    kind: str
    seconds: float
    queries: int
    size: int


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.found.append(address)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")
    os.environ.setdefault("MINGBAI_DEMO", "1")
    import django

    django.setup()
    from django.conf import settings

    from mingbai.site import wsgi  # as the server is set up, garbage collection included

    assert wsgi.application is not None
    settings.ALLOWED_HOSTS = ["testserver"]


def _client(username: str) -> Any:
    from django.test import Client

    from mingbai.base.models import User

    client = Client()
    user = User.objects.unscoped("who asks for pages").get(username=username)
    client.force_login(user, "mingbai.base.auth.OfficeBackend")
    return client


def _kind(path: str) -> str | None:
    from django.urls import Resolver404, resolve

    parts = urlsplit(path)
    try:
        route = str(resolve(parts.path).route)
    except Resolver404:
        return None
    asked = sorted({part.partition("=")[0] for part in parts.query.split("&") if part})
    return f"{route}?{'&'.join(asked)}" if asked else route


def walk(username: str, *, turns: int, of_a_kind: int) -> Iterable[Timing]:
    """Every kind of page this user can reach by links, at most so many of a kind."""
    client, met = _client(username), dict[str, int]()
    waiting, seen = deque(["/"]), {"/"}
    while waiting:
        path = waiting.popleft()
        kind = _kind(path)
        if kind is None or met.get(kind, 0) >= of_a_kind or kind.startswith("signout"):
            continue
        met[kind] = met.get(kind, 0) + 1
        answer, queries, seconds = _time(client, path, turns)
        if answer.status_code != 200:
            print(f"{answer.status_code} {path}")
            continue
        yield Timing(username, path, kind, seconds, queries, len(answer.content))
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        links = _Links()
        links.feed(answer.content.decode())
        for link in links.found:
            address = urljoin(path, link).partition("#")[0]
            own = address.startswith("/") and not urlsplit(address).path.endswith(_FILES)
            if own and address not in seen and "as=xlsx" not in address:
                seen.add(address)
                waiting.append(address)


def _time(client: Any, path: str, turns: int) -> tuple[Any, int, float]:
    """The answer, its statements, and the fastest of ``turns``; a slow page is asked for once."""
    from django.db import connection

    asked = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        started = time.process_time()
        answer = client.get(path)
        fastest = time.process_time() - started
    for _ in range(turns - 1 if fastest < 10 * LIST_LIMIT else 0):
        started = time.process_time()
        client.get(path)
        fastest = min(fastest, time.process_time() - started)
    return answer, asked, fastest


def look_ups(*, turns: int, most: int = 50) -> tuple[float, float]:
    """Middle and slowest of looking up people by their whole ID number, each the fastest of so
    many turns: the query and the unsealing of what is shown."""
    from mingbai.base.scope import Asker
    from mingbai.registry.models import Person
    from mingbai.registry.queries.people import find_people, unseal_of

    to = Asker.system("the bench looks people up")
    people = Person.objects.unscoped("some people of the county").order_by("pk")
    step = max(1, people.count() // most)
    numbers = [unseal_of(each, "id_number") for each in people[::step][:most]]
    took = []
    for number in numbers:
        fastest = 1e9
        for _ in range(turns):
            started = time.process_time()
            found = find_people(to=to, text=number)
            fastest = min(fastest, time.process_time() - started)
            assert found
        took.append(fastest)
    took.sort()
    return took[len(took) // 2], took[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--of-a-kind", type=int, default=2)
    parser.add_argument("--users", nargs="*", default=list(USERS))
    parser.add_argument("--slowest", type=int, default=25)
    args = parser.parse_args()
    _set_up()
    from mingbai.payment.models import PaymentLine
    from mingbai.registry.models import Person

    sizes = (
        Person.objects.unscoped("how loaded the county is").count(),
        PaymentLine.objects.unscoped("how loaded the county is").count(),
    )
    print(f"{sizes[0]:,} people, {sizes[1]:,} lines paid")
    middle, slowest = look_ups(turns=args.turns)
    print(f"look-up by ID: {middle * 1000:.1f} ms, slowest {slowest * 1000:.1f} ms")
    found = [
        each
        for user in args.users
        for each in walk(user, turns=args.turns, of_a_kind=args.of_a_kind)
    ]
    found.sort(key=lambda each: -each.seconds)
    late = [each for each in found if each.seconds > LIST_LIMIT]
    print(f"{len(found)} pages, {len(late)} over {LIST_LIMIT * 1000:.0f} ms")
    for each in found[: max(args.slowest, 0)]:
        print(
            f"{each.seconds / LIST_LIMIT:6.2f} x {each.seconds * 1000:7.1f} ms "
            f"{each.queries:4} statements {each.size:9,} bytes  {each.user:9} {each.path}"
        )
    return 1 if late or slowest > LOOK_UP_LIMIT else 0


if __name__ == "__main__":
    raise SystemExit(main())
