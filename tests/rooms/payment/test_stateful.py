"""Everything that may be done with money, in any order, against a small model of what must come.

``MINGBAI_RUNS`` (500 for the record) and ``MINGBAI_STEPS`` say how many runs of how many steps;
``MINGBAI_SEED`` draws other runs than those of every day; ``MINGBAI_SHRINK=1`` looks for a shorter
run that fails. Runs begin in one of three small counties and are taken back. The control arm
forgets what was drawn before and is caught.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.rooms.payment.deeds import Deeds
from tests.rooms.payment.machine import Machine
from tests.rooms.payment.openings import Opening

from mingbai.payment.actions.plan import KEY

RUNS = int(os.environ.get("MINGBAI_RUNS", "120"))
STEPS = int(os.environ.get("MINGBAI_STEPS", "50"))
SEED = os.environ.get("MINGBAI_SEED", "")
SHRINK = (Phase.shrink,) if os.environ.get("MINGBAI_SHRINK") else ()
OPENINGS = ("fresh", "answered", "paid")
#: What so many runs must have done at least once, or they prove nothing about it.
ENOUGH = 120
ACTIONS = (
    *("receive", "correct_roster", "hold", "release", "propose_change", "decide_change", "die"),
    *("propose_merge", "merge", "undo_merge", "object", "settle_objection", "draw", "check"),
    *("draw_arrears", "approve_1", "approve_2", "approve_3", "confirm", "void", "write_file"),
    *("hand_over", "cancel_file", "read_return", "read_again", "correct_payee", "follow_up"),
    *("decide_correction", "propose_recovery", "decide_recovery", "repay", "waive", "give"),
    *("register_decision", "lapse"),
)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def funds():
    """The machine brings its own money."""


@pytest.fixture(autouse=True)
def disk(monkeypatch):
    """Nothing waits for the disk: what a power cut leaves is the business of other tests."""
    monkeypatch.setattr("os.fsync", lambda fd: None)


def run(opening: str, runs: int) -> Counter[str]:
    """So many runs from one opening; how often each action was taken."""
    with transaction.atomic():
        Machine.deeds, Machine.done = Deeds(), Counter()
        first = Opening(Machine.deeds)
        getattr(first, opening)()
        Machine.first = first.county
        run_state_machine_as_test(
            seed(int(SEED))(Machine) if SEED else Machine,
            settings=settings(
                max_examples=runs, stateful_step_count=STEPS, deadline=None, database=None,
                phases=(Phase.generate, *SHRINK), derandomize=not SEED,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
        transaction.set_rollback(True)
    return Machine.done


def test_whatever_is_done_in_any_order_money_stays_whole():
    done: Counter[str] = Counter()
    for opening in OPENINGS:
        done += run(opening, -(-RUNS // len(OPENINGS)))
    print(f"{RUNS} runs, {sum(done.values())} steps that did something: {done.most_common()}")
    if RUNS >= ENOUGH and STEPS >= 50:
        never = [name for name in ACTIONS if not done[name]]
        assert not never, f"never reached: {never}"


def forget_what_was_drawn(monkeypatch):
    """A draw that does not look at earlier batches, and no unique index behind it."""

    def nothing(source, sub_item, period, lines):
        return lines.select(KEY).clear()

    monkeypatch.setattr("mingbai.payment.actions.plan._drawn_before", nothing)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX payment_line_never_twice")


def test_control_arm_without_memory_is_caught(monkeypatch):
    forget_what_was_drawn(monkeypatch)
    # What is found is an assertion of the model or an attempt that should have been refused.
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run("paid", 100)
