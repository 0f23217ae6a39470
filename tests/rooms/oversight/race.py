"""Run alone in a home of its own: workers take messages out of one outbox at the same moment.

First as the product claims them; then one worker ends when the far side has taken its message and
before it is marked; last, as a control, they claim by looking first and writing then.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

from django.core.management import call_command
from django.db import connection
from tests.conftest import OfficeTree
from tests.rooms.oversight.reminded import message, outlet_to, robot
from tests.rooms.oversight.servers import RobotServer, running

from mingbai.oversight.actions import deliver_message
from mingbai.oversight.actions import delivering as delivering_module
from mingbai.oversight.actions.delivering import CLAIM_HOLDS
from mingbai.oversight.models import OutboxMessage

AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
WORKERS, MESSAGES = 4, 6


def claim_carelessly(looked, written):
    """A claim that looks, waits until all have looked, and writes; then all send."""

    def claim(pk, at):
        rows = OutboxMessage.objects.unscoped("t").filter(pk=pk)
        free = rows.filter(state="waiting", next_at__lte=at).exists()
        looked.wait()
        if not free:
            return None
        rows.update(state="sending", claim="c" * 32, next_at=at + CLAIM_HOLDS, tries_count=1)
        written.wait()
        return rows.select_related("robot").get()

    return claim


def work(server, numbers, barrier, marked):
    outlet = outlet_to(server)
    try:
        for pk in numbers:
            barrier.wait()
            made = OutboxMessage.objects.unscoped("t").get(pk=pk)
            done = deliver_message(message=made, outlet=outlet, by=None, at=AT)
            if done is not None:
                marked.append(pk)
    finally:
        connection.close()


def race(server, tree, name):
    """Every worker tries every message; how often each was posted, and marked."""
    server.posted.clear()
    group = robot(server, tree, AT, key=f"KEY-of-group-{name}")
    numbers = [message(AT, to_robot=group, key=f"{name}.{n}").pk for n in range(MESSAGES)]
    barrier, marked = Barrier(WORKERS), []
    threads = [Thread(target=work, args=(server, numbers, barrier, marked)) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    posted = Counter(each.headers["Idempotency-Key"] for each in server.posted)
    rows = OutboxMessage.objects.unscoped("t").filter(pk__in=numbers)
    states = rows.values_list("state", flat=True)
    return {"posted": sorted(posted.values()), "marked": len(marked), "states": sorted(set(states))}


def killed(server, tree):
    """Cut off between sending and marking: not lost, and sent again only when the claim is over."""
    server.posted.clear()
    group = robot(server, tree, AT, key="KEY-of-another-group")
    made = message(AT, to_robot=group, key="cut")
    mark = delivering_module._mark

    def cut(*args):
        raise SystemExit

    delivering_module._mark = cut
    with suppress(SystemExit):
        deliver_message(message=made, outlet=outlet_to(server), by=None, at=AT)
    delivering_module._mark = mark
    outlet = outlet_to(server)
    before = deliver_message(
        message=made, outlet=outlet, by=None, at=AT + CLAIM_HOLDS - timedelta(seconds=1)
    )
    after = deliver_message(message=made, outlet=outlet, by=None, at=AT + CLAIM_HOLDS)
    keys = {each.headers["Idempotency-Key"] for each in server.posted}
    return {
        "early": before is not None, "state": after.state, "posted": len(server.posted),
        "keys": len(keys), "tries": after.tries_count,
    }  # fmt: skip


def main() -> None:
    call_command("migrate", verbosity=0)
    tree = OfficeTree()
    with running(RobotServer()) as server:
        raced, cut = race(server, tree, "raced"), killed(server, tree)
        delivering_module._claim = claim_carelessly(Barrier(WORKERS), Barrier(WORKERS))
        control = race(server, tree, "control")
    json.dump({"raced": raced, "killed": cut, "control": control}, sys.stdout)
