"""Two processes meet at a barrier and do the same thing to one month; run by ``test_races``.

``race.py ROUNDS`` runs so many races and prints what came of them as JSON; ``race.py ROUNDS
unguarded`` runs them with triggers, unique constraints and transactions taken away. Each slot is
one month of one sub-item, taken through its whole life: whatever is done there, two do at once.
The home and the database are given by the environment and are fresh.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections import Counter
from datetime import date
from typing import Any

from tests.rooms.payment.arena import AT, MONTHS, book_of, codes, migrate, without_guards

PEOPLE = 4
DAY = date(2021, 6, 30)
#: Races in the life of one slot.
LIFE = 13
POOR = "hardship-relief.poor"


def racer(runner: int, pipe: Any, barrier: Any, items: list[str], unguarded: bool) -> None:
    """Wait for the other, act once, tell whether it went through and when."""
    import django

    django.setup()
    from tests.rooms.payment.racing import REFUSALS, Runner, without_order

    if unguarded:
        without_order()
    person = Runner(runner, book_of(items))
    while (job := pipe.recv()) is not None:
        act = person.ready(*job)
        barrier.wait(120)
        began, why = time.monotonic_ns(), ""
        try:
            won = bool(act())
        except REFUSALS as error:
            won, why = False, type(error).__name__
        pipe.send((won, began, time.monotonic_ns(), why))


def set_up(items: list[str], unguarded: bool) -> None:
    """Offices, people and funds; the months are handed in as they are needed."""
    import django

    django.setup()
    migrate()
    from tests.conftest import OfficeTree, _user
    from tests.rooms.payment.conftest import give_funds

    tree = OfficeTree()
    for role in ("clerk", "checker", "payer"):
        _user(f"t-{role}-2", tree.office, role)
    for code in items:
        give_funds(tree, AT, code, PEOPLE * 50_000 if code == POOR else 10**12)
    if unguarded:
        without_guards()


class Track:
    """The two racers, and what came of every race."""

    def __init__(self, items: list[str], unguarded: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.barrier = context.Barrier(2)
        self.pipes, self.racers = [], []
        for runner in (0, 1):
            mine, theirs = context.Pipe()
            racing = context.Process(
                target=racer, args=(runner, theirs, self.barrier, items, unguarded), daemon=True
            )
            racing.start()
            theirs.close()
            self.pipes.append(mine)
            self.racers.append(racing)
        self.run, self.twice, self.overlapped = Counter(), Counter(), Counter()
        self.problems: list[str] = []
        self.told: Counter[str] = Counter()

    def race(self, kind: str, subject: dict[str, Any], at_most: int = 1) -> list[bool]:
        """One race; ``at_most`` is how many may win it."""
        for pipe in self.pipes:
            pipe.send((kind, subject))
        came = [pipe.recv() for pipe in self.pipes]
        self.run[kind] += 1
        self.overlapped[kind] += max(c[1] for c in came) < min(c[2] for c in came)
        self.told.update(c[3] for c in came if c[3])
        won = [c[0] for c in came]
        self.twice[kind] += sum(won) > at_most
        if not any(won):
            self.problems.append(f"{kind}: nobody won")
        return won

    def end(self) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for racing in self.racers:
            racing.join()
            assert racing.exitcode == 0


def main() -> None:
    """Set up in a process of its own, race two more, print what came of it."""
    rounds, unguarded = int(sys.argv[1]), sys.argv[2:] == ["unguarded"]
    slots = -(-rounds // LIFE)
    items = [*codes(slots), POOR]
    context = multiprocessing.get_context("spawn")
    first = context.Process(target=set_up, args=(items, unguarded))
    first.start()
    first.join()
    assert first.exitcode == 0
    import django

    django.setup()
    from tests.rooms.payment.racing import Slot, look_back, poor_months

    track, book = Track(items, unguarded), book_of(items)
    poor = [] if unguarded else poor_months(book)
    for slot in range(slots):
        life = Slot(track, book, items[slot // MONTHS], 202101 + slot % MONTHS)
        life.live_unguarded() if unguarded else life.live(poor)
    track.end()
    print(
        json.dumps(
            {
                "run": track.run,
                "twice": track.twice,
                "overlapped": track.overlapped,
                "problems": track.problems[:20],
                "told": track.told,
                "faults": [] if unguarded else look_back(),
            }
        )
    )


if __name__ == "__main__":
    main()
