"""Two processes meet at a barrier and do the same thing to one batch; run by ``test_races``.

Three races: both draw a month, both approve a batch, one pays while the other voids. Prints how
many won each. The home is given by ``MINGBAI_HOME`` and is fresh.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)


def set_up() -> None:
    """Forty people enrolled for three months: not drawn, drawn, drawn and approved."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.conftest import OfficeTree, _user
    from tests.rooms.payment.conftest import give_funds
    from tests.rooms.registry.rosters import DIBAO, hand_in, row, small_book

    from mingbai.payment.actions import approve_batch, draw_batch
    from mingbai.registry.actions import enrol_sheets

    tree, book = OfficeTree(), small_book()
    _user("t-checker-2", tree.office, "checker")
    give_funds(tree, AT, DIBAO, 10**12)
    sheets = [hand_in(tree, AT, [row(n) for n in range(40)], month=month) for month in (1, 2, 3)]
    enrol_sheets(sheets=sheets, book=book, by=tree.clerk, at=AT)
    for period in (202102, 202103):
        batch = draw_batch(sub_item=DIBAO, period=period, book=book, by=tree.clerk, at=AT)
    approve_batch(batch=batch, by=tree.checker, at=AT)


def attempt(runner: int, barrier: Any, won: Any) -> None:
    """Run the three races in order: wait for the other, act once, count who went through."""
    import django

    django.setup()
    from tests.rooms.registry.rosters import DIBAO, small_book

    from mingbai.base.models import User
    from mingbai.payment.actions import (
        CannotApproveBatch,
        CannotConfirmBatch,
        CannotDrawBatch,
        CannotVoidBatch,
        approve_batch,
        confirm_batch,
        draw_batch,
        void_batch,
    )
    from mingbai.payment.models import PaymentBatch

    def user(name: str) -> User:
        return User.objects.unscoped("race").select_related("office").get(username=name)

    def batch(period: int) -> PaymentBatch:
        return PaymentBatch.objects.unscoped("race").get(period=period)

    drawn, approved, book, day = batch(202102), batch(202103), small_book(), date(2021, 1, 31)
    clerk, payer = user("t-clerk"), user("t-payer")
    checker = user("t-checker" if runner == 0 else "t-checker-2")
    races: tuple[Callable[[], object], ...] = (
        lambda: draw_batch(sub_item=DIBAO, period=202101, book=book, by=clerk, at=AT),
        lambda: approve_batch(batch=drawn, by=checker, at=AT),
        lambda: (
            confirm_batch(batch=approved, paid_date=day, by=payer, at=AT)
            if runner == 0
            else void_batch(batch=approved, reason="竞争", by=clerk, at=AT)
        ),
    )
    for place, act in enumerate(races):
        barrier.wait(60)
        try:
            act()
        except (CannotApproveBatch, CannotConfirmBatch, CannotDrawBatch, CannotVoidBatch):
            continue
        with won.get_lock():
            won[place] += 1


def main() -> None:
    """Set up in a process of its own, race two more, print the winners of each race."""
    context = multiprocessing.get_context("spawn")
    first = context.Process(target=set_up)
    first.start()
    first.join()
    assert first.exitcode == 0
    barrier, won = context.Barrier(2), context.Array("i", 3)
    racers = [context.Process(target=attempt, args=(n, barrier, won)) for n in (0, 1)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
        assert racer.exitcode == 0
    print(*won)


if __name__ == "__main__":
    main()
