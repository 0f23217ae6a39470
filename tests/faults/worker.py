"""Runs receiving or paying in a process that the test may kill at any moment.

Prints ``ACK <what>`` after each acknowledged step. ``MINGBAI_CONTROL=1`` takes transactions away:
the control arm that must fail.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    import django

    django.setup()
    if os.environ.get("MINGBAI_CONTROL") == "1":
        take_transactions_away()
    ready()
    if what == "receive":
        receive(folder)
    else:
        pay()
    print("END", flush=True)


def ready() -> None:
    """Load what is needed before the clock of the killer starts."""
    import mingbai.site.line  # noqa: F401

    print("READY", flush=True)


def take_transactions_away() -> None:
    """Every write stands alone: what a system without transactions would do."""
    from django.db import connection, transaction

    transaction.Atomic.__enter__ = lambda self: None  # type: ignore[method-assign]
    transaction.Atomic.__exit__ = lambda self, *_: None  # type: ignore[method-assign]
    transaction.atomic = lambda using=None, **_: (  # type: ignore[assignment]
        using if callable(using) else transaction.Atomic(None, True, False)
    )

    class Pretending:
        in_atomic_block = True

        def __getattr__(self, name):
            return getattr(connection, name)

    import mingbai.base.bulk
    import mingbai.base.ledger
    import mingbai.payment.actions.transfers

    mingbai.base.bulk.connection = Pretending()  # type: ignore[assignment]
    mingbai.base.ledger.connection = Pretending()  # type: ignore[assignment]
    mingbai.payment.actions.transfers.connection = Pretending()  # type: ignore[assignment]


def receive(folder: Path) -> None:
    from django.utils import timezone

    from mingbai.base.models import User
    from mingbai.engine.reading import Reader
    from mingbai.intake.actions import receive_file
    from mingbai.rulebook import load_book
    from mingbai.site.line import OfficeFinder, files_of

    finder = OfficeFinder(load_book(year=2021, county="340223"))
    clerk = User.objects.unscoped("worker").get(username="minban")
    with Reader(children=1) as reader:
        for path in files_of(folder):
            receipt = receive_file(
                content=path.read_bytes(),
                name=path.name,
                office=finder.find(path, under=folder),
                by=clerk,
                at=timezone.now(),
                reader=reader,
            )
            print(f"ACK {receipt.pk} {receipt.outcome} {path.name}", flush=True)


def pay() -> None:
    from django.utils import timezone

    from mingbai.base.models import User
    from mingbai.base.periods import month_end
    from mingbai.base.scope import Asker
    from mingbai.payment.actions import approve_batch, confirm_batch, draw_all
    from mingbai.payment.queries import batches_seen
    from mingbai.rulebook import load_book

    book = load_book(year=2021, county="340223")
    users = {u.username: u for u in User.objects.unscoped("worker")}
    now = timezone.now()
    for month in range(1, 7):
        drawn = draw_all(
            year=2021, through_period=202100 + month, book=book, by=users["minban"], at=now
        )
        for batch in drawn:
            print(f"ACK drawn {batch.pk}", flush=True)
    to = Asker.system("the worker carries every batch on")
    for batch in batches_seen(to=to, year=2021, state="drawn"):
        approve_batch(batch=batch, by=users["fuhe"], at=now)
        print(f"ACK approved {batch.pk}", flush=True)
    for batch in batches_seen(to=to, year=2021, state="approved"):
        paid_date = month_end(batch.period)
        confirm_batch(batch=batch, paid_date=paid_date, by=users["zhifu"], at=now)
        print(f"ACK paid {batch.pk}", flush=True)


if __name__ == "__main__":
    main()
