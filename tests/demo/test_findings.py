"""Findings about the demonstration county: few, explained, the true ones first, learned quickly.

The county's truth says which findings are true (`mingbai.site.demo.judging`): the rows doubted must
carry a planted fault that the finding speaks of. Rows that only look wrong are planted as well, so
that being true is not a matter of course.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from mingbai.base.scope import Asker
from mingbai.engine.ranking import Tally, learn_shares
from mingbai.intake.models import Sheet
from mingbai.registry.actions import ComparisonReport, compare_sheets
from mingbai.registry.models import FindingEvidence
from mingbai.registry.queries import LEFT_OUT, findings_seen, learned_from_decisions, ranked
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county
from mingbai.site.demo import CountyTruth, make_county
from mingbai.site.demo.judging import Place, is_true, planted_at
from mingbai.site.line import receive_folder

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SIZE, PART = "quarter", 4
NOW = dt.datetime(2021, 7, 5, 2, 0, tzinfo=dt.UTC)
#: How often a clerk of the simulation decides wrongly.
ERRORS = 0.08
_TO = Asker.system("a test that knows the truth")


@dataclass(frozen=True)
class Judged:
    """A finding in its place on the page, and whether it is true."""

    pk: int
    rule: str
    code: str
    severity: int
    stake: int
    is_true: bool
    kinds: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What came of the whole county: findings in the page's order, who is left out, the report."""

    truth: CountyTruth
    report: ComparisonReport
    ranked: tuple[Judged, ...]
    left_out: tuple[str, ...]


@pytest.fixture(scope="module")
def county(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: object
) -> Outcome:
    """Receive and compare the county once for the tests of this module; nothing of it stays."""
    folder = tmp_path_factory.mktemp("county") / "demo"
    truth = make_county(folder=folder, size=SIZE, seed=2021)
    book = load_book(year=2021, county="340223")
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        install_county(book=book, by=None, at=NOW)
        receive_folder(folder=folder, book=book, by=None, at=NOW)
        report = compare_sheets(year=2021, book=book, by=None, at=NOW)
        left_out = findings_seen(to=_TO, year=2021, about=LEFT_OUT)
        outcome = Outcome(
            truth=truth,
            report=report,
            ranked=tuple(_judge(truth)),
            left_out=tuple(left_out.values_list("code", flat=True)),
        )
        transaction.set_rollback(True)
    return outcome


def _judge(truth: CountyTruth) -> Iterator[Judged]:
    planted, paths = planted_at(truth.faults), _paths(truth.folder)
    doubted: dict[int, list[Place]] = {}
    kinds: dict[int, set[str]] = {}
    rows = FindingEvidence.objects.unscoped("test").values_list(
        "finding_id", "origin_file_id", "origin_sheet", "origin_line", "is_subject"
    )
    for finding, file, sheet, line, is_subject in rows:
        place = (paths[file], sheet, line)
        kinds.setdefault(finding, set()).update(planted.get(place, ()))
        if is_subject:
            doubted.setdefault(finding, []).append(place)
    for each in ranked(findings_seen(to=_TO, year=2021), learned_from_decisions()):
        yield Judged(
            pk=each.pk,
            rule=each.rule,
            code=each.code,
            severity=each.severity,
            stake=each.stake_amount,
            is_true=is_true(each.code, doubted[each.pk], planted),
            kinds=frozenset(kinds[each.pk]),
        )


def _paths(folder: Path) -> dict[int, str]:
    """Stored file -> the path it was handed in by: names are unique under their office and wave."""
    paths = {}
    for sheet in Sheet.objects.unscoped("test").select_related("receipt", "office"):
        name = sheet.receipt.original_name
        wave = "2-更正" if "（更正）" in name else "1-报送"
        paths[sheet.file_id] = f"{wave}/{sheet.office.name}/{name}"
        assert (folder / paths[sheet.file_id]).exists()
    return paths


def test_the_top_hundred_are_mostly_true_before_anybody_decided(county: Outcome) -> None:
    # The top hundred of the whole county are as deep in its list as these are in a quarter's.
    top = county.ranked[: 100 // PART]
    assert sum(each.is_true for each in top) >= 0.8 * len(top)
    # The control arm: on the whole list it is nothing like that, or the test proves nothing.
    assert sum(each.is_true for each in county.ranked) < 0.7 * len(county.ranked)


def test_every_finding_has_a_cause_that_was_planted(county: Outcome) -> None:
    """Few: nothing is found about the many thousands in whose rows nothing is odd."""
    rows = county.report.row_count
    assert len(county.ranked) < rows / 200
    stray = Counter(each.code for each in county.ranked if not each.kinds)
    # Orphans who come and go are listed each month by the book's own wish.
    assert set(stray) <= {"continuity_new", "continuity_gone"}, stray


def test_innocent_look_alikes_are_found_too(county: Outcome) -> None:
    found = {kind for each in county.ranked for kind in each.kinds if not each.is_true}
    assert {kind for kind in found if kind.startswith("innocent_")} == {
        fault.kind for fault in county.truth.faults if fault.is_innocent
    }


def test_exactly_those_who_were_left_out_are_listed_to_visit(county: Outcome) -> None:
    assert Counter(county.left_out) == {"not_enrolled": county.truth.totals["missed"]}
    assert county.truth.totals["missed"] > 10


def test_learning_beats_money_alone(county: Outcome) -> None:
    """Clerks who err in one of twelve settle from the top; what they confirm is counted in money.

    Learned: after every twenty decisions the list is put in order anew. Money: by stake alone.
    """
    learned = _settled(county.ranked, lambda tallies: _worth(tallies))
    money = _settled(county.ranked, lambda tallies: lambda each: each.stake)
    for count in (60, 120, 240):
        mine, theirs = learned[:count], money[:count]
        assert _true(mine) > _true(theirs), count
        assert _false(mine) < _false(theirs), count
    assert _found(learned[:120]) >= _found(money[:120])


Order = Callable[[Judged], float]


def _worth(tallies: Sequence[Tally]) -> Order:
    shares = learn_shares(tallies)
    return lambda each: each.stake * shares.of(each.rule, each.code, each.severity).weight


def _settled(
    findings: Sequence[Judged], order: Callable[[Sequence[Tally]], Order], step: int = 20
) -> list[Judged]:
    """The findings in the order in which clerks would settle them."""
    draw = random.Random("clerks")
    waiting, done, tallies = list(findings), [], list[Tally]()
    while waiting:
        key = order(tallies)
        waiting.sort(key=lambda each: (-key(each), each.pk))
        for each in waiting[:step]:
            said_true = each.is_true != (draw.random() < ERRORS)
            decided = {"confirmed": int(said_true), "dismissed": int(not said_true)}
            tallies.append(Tally(each.rule, each.code, each.severity, **decided))
        done += waiting[:step]
        waiting = waiting[step:]
    return done


def _true(findings: Sequence[Judged]) -> int:
    return sum(each.is_true for each in findings)


def _false(findings: Sequence[Judged]) -> int:
    return len(findings) - _true(findings)


def _found(findings: Sequence[Judged]) -> int:
    return sum(each.stake for each in findings if each.is_true)
