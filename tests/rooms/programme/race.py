"""Run alone in a home of its own: several people save the same target sheet at the same moment."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier, Lock, Thread
from typing import Any

from django.db import connection
from tests import schema
from tests.conftest import OfficeTree
from tests.rooms.programme.books import A, B, small_book

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.programme.actions import (
    CannotDraftLetters,
    CannotSaveRevision,
    CannotSettleRevision,
    Edit,
    Grounds,
    adopt_year,
    approve_revision,
    draft_letters,
    save_revision,
    submit_revision,
)
from mingbai.programme.models import DutyLetter, ProgrammeYear, TargetRevision
from mingbai.programme.queries import open_draft, programme_year, shares

PEOPLE = 6
AT = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
ALL = Asker.system("the race looks at everything")


def at_once(acts: list[Any]) -> list[str]:
    """Run each in a thread of its own, all released together; the outcomes in words."""
    barrier, lock, outcomes = Barrier(len(acts)), Lock(), []

    def run(act: Any) -> None:
        try:
            barrier.wait()
            act()
            outcome = "done"
        except CannotSaveRevision as error:
            kept = error.conflict and error.conflict.number == 1 and error.conflict.clashes
            outcome = "told" if kept else f"lost: {error}"
        except (CannotSettleRevision, CannotDraftLetters):
            outcome = "told"
        except Exception as error:
            outcome = repr(error)
        finally:
            connection.close()
        with lock:
            outcomes.append(outcome)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main() -> None:
    schema.migrate(verbosity=0)
    tree = OfficeTree()
    Office.objects.create(
        code="t-school", name="教育局", short_name="教育局", kind="department",
        division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip
    adopt_year(book=small_book(), by=tree.clerk, at=AT)
    version = programme_year(to=ALL, year=2021)
    assert version is not None

    def save(part: int) -> None:
        parts = {A: Decimal(200 - part), B: Decimal(100 + part)}
        save_revision(
            year=2021, edits=[Edit("roads.toilets", "count", "set", Decimal(300), parts)],
            grounds=Grounds(), seen_version=version.pk, seen_number=0, by=tree.clerk, at=AT,
        )  # fmt: skip

    saved = at_once([lambda part=part: save(part) for part in range(1, PEOPLE + 1)])
    draft = open_draft(to=ALL, year=2021)
    assert draft is not None
    submit_revision(revision=draft, by=tree.clerk, at=AT)
    checkers = [tree.checker, tree.payer]
    approved = at_once(
        [lambda by=by: approve_revision(revision=draft, by=by, at=AT) for by in checkers * 3]
    )
    drawn = at_once([lambda: draft_letters(year=2021, by=tree.clerk, at=AT) for _ in range(PEOPLE)])
    json.dump(
        {
            "saved": Counter(saved),
            "approved": Counter(approved),
            "drawn": sorted(set(drawn)),
            "drafts": TargetRevision.objects.unscoped("the race is over").count(),
            "versions": ProgrammeYear.objects.unscoped("the race is over").count(),
            "letters": DutyLetter.objects.unscoped("the race is over").count(),
            "sum": str(sum(s.share for s in shares(to=ALL, year=2021, sub_item="roads.toilets"))),
        },
        sys.stdout,
    )
