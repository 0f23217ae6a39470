"""Writes bank files and reads answers in a process that the test may kill at any moment.

``set_up`` makes a county of six approved months; ``work`` sends each to the bank and reads two
answers to it, printing ``ACK <what> <id>`` after each step. ``MINGBAI_CONTROL=1`` takes the
transactions away.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.site.settings")
AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
MONTHS, PEOPLE = 6, 30


def main() -> None:
    import django

    django.setup()
    if os.environ.get("MINGBAI_CONTROL") == "1":
        from tests.faults.worker import take_transactions_away

        take_transactions_away()
    {"set_up": set_up, "work": work}[sys.argv[1]]()
    print("END", flush=True)


def set_up() -> None:
    """A home with six months approved and none sent."""
    from tests import schema
    from tests.conftest import OfficeTree
    from tests.rooms.payment.banking import approved
    from tests.rooms.payment.conftest import give_funds
    from tests.rooms.registry.rosters import DIBAO

    schema.migrate(verbosity=0)
    tree = OfficeTree()
    give_funds(tree, AT, DIBAO, 10**12)
    for month in range(1, MONTHS + 1):
        approved(tree, AT, PEOPLE, month=month)


def work() -> None:
    """Carry on wherever an earlier run was stopped: files first, then answers."""
    from tests.rooms.payment.banking import answer, lines_of, says, write

    from mingbai.base.models import User
    from mingbai.payment.models import BankFile, BankReturn, PaymentBatch

    class Tree:
        payer = User.objects.unscoped("w").select_related("office").get(username="t-payer")

    print("READY", flush=True)
    for batch in PaymentBatch.objects.unscoped("w").order_by("id"):
        file = BankFile.objects.unscoped("w").filter(batch=batch).first()
        if file is None:
            file = write(Tree, AT, batch)
            print(f"ACK file {file.pk}", flush=True)
        lines = lines_of(file)
        first = [says(line) for line in lines[: PEOPLE // 2]]
        second = [says(line, "returned") for line in lines[PEOPLE // 2 : -1]]
        for rows in (first, second):
            # Whoever was killed does not know how far it came: the same answer is given again.
            found = answer(Tree, AT, file, rows)
            print(f"ACK return {found.pk}", flush=True)
    print(f"DONE {BankReturn.objects.unscoped('w').filter(outcome='read').count()}", flush=True)


if __name__ == "__main__":
    main()
