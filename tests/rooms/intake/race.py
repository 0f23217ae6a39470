"""Run alone in a home of its own: several people hand in the same things at the same moment."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from threading import Barrier, Thread

from django.db import connection
from tests import schema
from tests.conftest import OfficeTree
from tests.rooms.intake.workbooks import dibao_rows, xlsx

from mingbai.base.scope import Asker
from mingbai.intake.actions import receive_file
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets

PEOPLE = 6
AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)


def at_once(contents: list[bytes], tree: OfficeTree) -> list[str]:
    """Hand in each content from a thread of its own, all released together."""
    barrier, outcomes = Barrier(len(contents)), []

    def hand_in(content: bytes) -> None:
        try:
            barrier.wait()
            receipt = receive_file(
                content=content, name="低保.xlsx", office=tree.office_a, by=tree.user_a, at=AT
            )
            outcomes.append(str(receipt.outcome))
        finally:
            connection.close()

    threads = [Thread(target=hand_in, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main() -> None:
    schema.migrate(verbosity=0)
    tree = OfficeTree()
    same = at_once([xlsx(dibao_rows(3))] * PEOPLE, tree)
    corrections = at_once([xlsx(dibao_rows(n)) for n in range(4, 4 + PEOPLE)], tree)
    to = Asker.system("the race is over")
    turns = Sheet.objects.unscoped("the race is over").order_by("turn")
    json.dump(
        {
            "same": Counter(same),
            "corrections": Counter(corrections),
            "turns": list(turns.values_list("turn", flat=True)),
            "live": live_sheets(to=to, year=2021).count(),
        },
        sys.stdout,
    )
