"""Does one step of payment after the other in processes that are killed in the middle of it.

``kills.py KILLS`` draws, approves, writes bank files and reads answers, each in a child that gets
SIGKILL at a moment spread over the whole length of the step, then repeats the step, and prints as
JSON how far the children had got and what was wrong afterwards. ``kills.py KILLS unguarded`` does
so without transactions. The home and the database are given by the environment and are fresh.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from multiprocessing.sharedctypes import RawArray
from typing import Any

from tests.rooms.payment.arena import AT, MONTHS, book_of, codes, migrate

PEOPLE = 120
STEPS = ("draw", "approve", "file", "read")
#: Undisturbed runs at first: how long a step takes, and what it adds to the tables.
MEASURED = 2
#: More statements than any step has.
ROOM = 1_000


def set_up(items: list[str]) -> None:
    """Offices, funds and a roster for every month of every sub-item."""
    import django

    django.setup()
    migrate()
    from tests.conftest import OfficeTree
    from tests.rooms.payment.conftest import give_funds
    from tests.rooms.registry.rosters import hand_in, row

    from mingbai.registry.actions import enrol_sheets

    tree, book = OfficeTree(), book_of(items)
    people = [row(n) for n in range(PEOPLE)]
    for code in items:
        give_funds(tree, AT, code, 10**12)
        sheets = [
            hand_in(tree, AT, people, month=month, sub_item=code) for month in range(1, MONTHS + 1)
        ]
        enrol_sheets(sheets=sheets, book=book, by=tree.clerk, at=AT)


class Nursery:
    """Starts children that do one thing, and kills some of them."""

    def __init__(self, unguarded: bool) -> None:
        self.unguarded = unguarded
        self.began = RawArray("d", ROOM)  # when each statement began
        self.state = RawArray("l", 2)  # statements begun; done
        self.spent = 0.0  # how long the last one killed had been running its statement

    def start(self, act: Callable[[], object], guarded: bool) -> int:
        """Fork a child that does one thing; its number."""
        from django.db import connections

        connections.close_all()
        self.state[:] = (0, 0)
        if pid := os.fork():
            return pid
        try:
            self.work(act, guarded)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)

    def work(self, act: Callable[[], object], guarded: bool) -> None:
        from django.db import connection

        if not guarded:
            from tests.faults.worker import take_transactions_away

            take_transactions_away()
        with connection.execute_wrapper(self.mark):
            act()
        self.state[1] = 1

    def mark(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.began[self.state[0]] = time.monotonic()
        self.state[0] += 1
        return execute(sql, params, many, context)

    def whole(self, act: Callable[[], object]) -> list[float]:
        """Do it undisturbed; when each statement began, and the end, counted from the start."""
        pid = self.start(act, guarded=True)
        _, status = os.waitpid(pid, 0)
        assert status == 0, "an undisturbed step ends well"
        end, first = time.monotonic(), self.began[0]
        return [each - first for each in self.began[: self.state[0]]] + [end - first]

    def killed(self, act: Callable[[], object], moment: float, times: list[float]) -> bool:
        """Kill the child ``moment`` seconds into its work; whether it was still at it.

        A busy machine stretches the work, so the moment is found by the statement that was running
        then, and by how long it had been running.
        """
        statement = bisect_right(times, moment)
        pid = self.start(act, guarded=not self.unguarded)
        limit = time.monotonic() + 60
        while self.state[0] < statement and not self.state[1] and time.monotonic() < limit:
            if os.waitpid(pid, os.WNOHANG) != (0, 0):
                return False
        hold = time.monotonic() + moment - times[statement - 1]
        while time.monotonic() < hold:
            pass
        os.kill(pid, signal.SIGKILL)
        self.spent = time.monotonic() - self.began[statement - 1]
        _, status = os.waitpid(pid, 0)
        return os.WIFSIGNALED(status)


def census() -> Counter[str]:
    """How many rows each table of payment has, the ledger's entries, and the money in them."""
    from django.apps import apps
    from django.db.models import Sum

    from mingbai.base.models import Act, StoredFile
    from mingbai.payment.models import PaymentLine, Transfer

    why = "the trial counts everything"
    models = [*apps.get_app_config("payment").get_models(), Act, StoredFile]
    found = Counter({m._meta.db_table: m._base_manager.count() for m in models})
    for model in (PaymentLine, Transfer):
        total = model.objects.unscoped(why).aggregate(all=Sum("amount"))["all"]
        found[f"{model._meta.db_table} in 分"] = total or 0
    return found


def grown(before: Counter[str], after: Counter[str]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


class Trial:
    """The kills of one run, and what came of them."""

    def __init__(self, nursery: Nursery, chance: random.Random) -> None:
        self.nursery, self.chance = nursery, chance
        self.times: dict[str, list[float]] = {}
        self.growth: dict[str, dict[str, int]] = {}
        self.reached: dict[str, list[float]] = defaultdict(list)
        self.after: dict[str, Counter[str]] = defaultdict(Counter)
        self.faults: list[str] = []

    @property
    def killed(self) -> int:
        return sum(len(each) for each in self.reached.values())

    def measure(self, step: str, act: Callable[[], object]) -> None:
        before = census()
        self.times[step] = self.nursery.whole(act)
        self.growth[step] = grown(before, census())

    def kill(self, step: str, act: Callable[[], object], share: float) -> None:
        """Kill the step at a share of its length; all of it is there or nothing; repeat it."""
        times, before = self.times[step], census()
        hit = self.nursery.killed(act, share * times[-1], times)
        began, done = self.nursery.state
        grew = grown(before, census())
        if hit:
            at = min(began, len(times) - 1)
            reached = min(times[at - 1] + self.nursery.spent, times[at]) if at else 0.0
            self.reached[step].append(reached / times[-1])
            self.after[step]["done" if grew else "nothing"] += 1
        if grew not in ({}, self.growth[step]):
            self.faults.append(f"{step}: half done at {share:.2f}: {grew}")
        if done and not grew:
            self.faults.append(f"{step}: acknowledged and lost at {share:.2f}")
        if not grew:
            self.nursery.whole(act)
            if grown(before, census()) != self.growth[step]:
                self.faults.append(f"{step}: a repeat does not complete it")


def main() -> None:
    """Set up in a process of its own, kill children of this one, print what came of it."""
    kills, unguarded = int(sys.argv[1]), sys.argv[2:] == ["unguarded"]
    # Some children are done before they are hit: a quarter more are started than must be killed.
    each = -(-5 * kills // (4 * len(STEPS)))
    items = codes(each + MEASURED)
    first = multiprocessing.get_context("spawn").Process(target=set_up, args=(items,))
    first.start()
    first.join()
    assert first.exitcode == 0
    import django

    django.setup()
    from tests.rooms.payment.killing import Life, look_back

    chance = random.Random(20210705)
    trial = Trial(Nursery(unguarded), chance)
    book = book_of(items)
    # Every step is killed in every part of its length, in an order drawn by lot.
    shares = {step: [(n + chance.random()) / each for n in range(each)] for step in STEPS}
    for found in shares.values():
        chance.shuffle(found)
    months = 0
    for slot in range(each + MEASURED):
        months += 1
        life = Life(book, items[slot // MONTHS], 202101 + slot % MONTHS)
        for step in STEPS:
            act = life.act(step)
            if slot < MEASURED:
                trial.measure(step, act)
            else:
                trial.kill(step, act, shares[step][slot - MEASURED])
            if unguarded and trial.faults:
                break  # what is half done lets no later step end well
        if trial.killed >= kills or (unguarded and trial.faults):
            break
    report = {"reached": trial.reached, "after": trial.after, "faults": trial.faults[:20]}
    print(json.dumps({**report, "whole": [] if unguarded else look_back(months)}))


if __name__ == "__main__":
    main()
