"""Random lives of rights against a small model: legal steps are taken, illegal ones refused."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from tests.rooms.registry.rosters import hand_in, row, small_book

from mingbai.base.scope import Asker
from mingbai.registry.actions import Wanted, decide_changes, enrol_sheets, propose_changes
from mingbai.registry.models import Enrolment, EnrolmentChange, EnrolmentStep
from mingbai.registry.queries import stops
from mingbai.registry.queries.movement import movement_of_month

pytestmark = pytest.mark.django_db

MONTHS = [year * 100 + month for year in (2021, 2022) for month in range(1, 13)]
REASONS = {"changed": "worse", "suspended": "doubted", "restored": "cleared", "ended": "died",
           "reclaimed": "overpaid"}  # fmt: skip
SYSTEM = Asker.system("test")


@dataclass
class Life:
    """What should be true of one right, by months counted one by one."""

    since: int = MONTHS[0]
    last: int | None = None
    stop: tuple[int, int | None] | None = None
    newest_stop: int = 0
    unpaid: set[int] = field(default_factory=set)

    def is_paid(self, month: int) -> bool:
        return self.stop is None or (self.stop[1] is not None and self.stop[1] < month)

    def takes(self, wanted: Wanted) -> bool:
        month = wanted.from_period
        if month < self.since:
            return False
        if wanted.step == "reclaimed":
            return True
        if self.last is not None:
            return False
        if wanted.step == "ended":
            return month > self.since
        if wanted.step == "restored":
            return not self.is_paid(month) and self.newest_stop <= month
        in_order = wanted.step == "changed" or self.newest_stop <= month
        return self.is_paid(month) and in_order

    def take(self, wanted: Wanted) -> None:
        month = wanted.from_period
        if wanted.step == "suspended":
            self.stop, self.newest_stop = (month, wanted.last_period), month
            self.unpaid |= {m for m in MONTHS if month <= m <= (wanted.last_period or MONTHS[-1])}
        elif wanted.step == "restored":
            first = self.stop[0] if wanted.back_pay else month
            self.unpaid -= {m for m in MONTHS if m >= first}
            self.stop, self.newest_stop = None, month
        elif wanted.step == "ended":
            self.last = MONTHS[MONTHS.index(month) - 1]


def drawn(rng: random.Random) -> Wanted:
    step = rng.choice([*REASONS, "suspended", "restored", "restored"])
    month = rng.choice(MONTHS)
    last = None
    if step == "reclaimed" or (step == "suspended" and rng.random() < 0.4):
        last = rng.choice([m for m in MONTHS if m >= month])
    if step == "ended" and rng.random() < 0.7:
        month = rng.choice(MONTHS[-4:])
    return Wanted(
        step, month, REASONS[step], "核查表", last_period=last,
        grade="b" if step == "changed" else "", back_pay=step == "restored" and rng.random() < 0.5,
    )  # fmt: skip


def unpaid_of(enrolment: Enrolment) -> set[int]:
    found = set()
    for year in (2021, 2022):
        for pk, first, last, _ in stops(year=year).iter_rows():
            if pk == enrolment.pk:
                found |= {m for m in MONTHS if first <= m <= (last or MONTHS[-1])}
    return found


@pytest.mark.parametrize("seed", range(4))
def test_random_lives_agree_with_the_model(tree, at, seed):
    rng = random.Random(seed)
    sheet = hand_in(tree, at, [row(number) for number in range(1, 5)])
    enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
    rights = list(Enrolment.objects.unscoped("test").order_by("id"))
    lives = {each.pk: Life() for each in rights}
    taken = refused = 0
    for _ in range(60):
        right, wanted = rng.choice(rights), drawn(rng)
        life = lives[right.pk]
        report = propose_changes(enrolments=[right], wanted=wanted, by=tree.clerk, at=at)
        changes = list(EnrolmentChange.objects.unscoped("test").filter(act=report.act))
        done = decide_changes(
            changes=changes, verdict="approved", reason="", by=tree.checker, at=at
        )
        for left in (each for each in changes if each.pk not in done.done):
            decide_changes(
                changes=[left], verdict="refused", reason="不合程序", by=tree.checker, at=at
            )
        assert bool(done.done) == life.takes(wanted), (seed, wanted, life)
        if done.done:
            taken += 1
            life.take(wanted)
        else:
            refused += 1
        assert unpaid_of(right) == life.unpaid, (seed, wanted)
    assert taken > 5
    assert refused > 5
    _hold(lives)


def _hold(lives):
    for right in Enrolment.objects.unscoped("test"):
        assert right.end_period == lives[right.pk].last
        numbers = list(
            EnrolmentStep.objects.unscoped("t").filter(enrolment=right).order_by("number")
            .values_list("number", flat=True)
        )  # fmt: skip
        assert numbers == list(range(1, len(numbers) + 1)), "no step is missing"
    closing = 0
    for month in MONTHS:
        total = movement_of_month(to=SYSTEM, period=month).total
        assert total.balances
        assert total.opening == closing, "a month opens with what the one before closed with"
        closing = total.closing
        in_force = sum(life.last is None or life.last >= month for life in lives.values())
        assert closing == in_force
