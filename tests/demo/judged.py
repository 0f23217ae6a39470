"""Findings about the demonstration county beside its truth, and clerks who settle them."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingbai.base.scope import Asker
from mingbai.engine.ranking import Tally, learn_shares
from mingbai.intake.models import Sheet
from mingbai.registry.actions import ComparisonReport, compare_sheets
from mingbai.registry.models import FindingEvidence
from mingbai.registry.queries import LEFT_OUT, findings_seen, learned_from_decisions, ranked
from mingbai.rulebook import load_book
from mingbai.site.actions import install_county
from mingbai.site.demo import make_county, read_faults
from mingbai.site.demo.judging import Place, is_true, planted_at
from mingbai.site.line import receive_folder

NOW = dt.datetime(2021, 7, 5, 2, 0, tzinfo=dt.UTC)
#: How often a clerk of the simulation decides wrongly.
ERRORS = 0.08
_TO = Asker.system("whoever knows the truth")


@dataclass(frozen=True)
class Judged:
    """A finding in its place on the page, and whether it is true; `stake` in 分."""

    pk: int
    rule: str
    code: str
    severity: int
    stake: int
    is_true: bool
    kinds: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What came of a whole county: findings in the page's order, who is left out, the report."""

    folder: Path
    report: ComparisonReport
    ranked: tuple[Judged, ...]
    left_out: tuple[str, ...]


def compare_county(*, folder: Path, size: str, seed: int) -> Outcome:
    """Make a county, receive it and compare it in the database at hand, which was empty."""
    make_county(folder=folder, size=size, seed=seed)  # type: ignore[arg-type]
    book = load_book(year=2021, county="340223")
    install_county(book=book, by=None, at=NOW)
    receive_folder(folder=folder, book=book, by=None, at=NOW)
    report = compare_sheets(year=2021, book=book, by=None, at=NOW)
    left_out = findings_seen(to=_TO, year=2021, about=LEFT_OUT).values_list("code", flat=True)
    return Outcome(folder, report, tuple(judge_findings(folder)), tuple(left_out))


def judge_findings(folder: Path) -> list[Judged]:
    """All findings of the county handed in from `folder`, in the page's order, each judged."""
    planted, paths = planted_at(read_faults(folder)), _paths(folder)
    doubted: dict[int, list[Place]] = defaultdict(list)
    kinds: dict[int, set[str]] = defaultdict(set)
    rows = FindingEvidence.objects.unscoped("the truth is of all rows").values_list(
        "finding_id", "origin_file_id", "origin_sheet", "origin_line", "is_subject"
    )
    for finding, file, sheet, line, is_subject in rows:
        place = (paths[file], sheet, line)
        kinds[finding].update(planted.get(place, ()))
        if is_subject:
            doubted[finding].append(place)
    return [
        Judged(
            pk=each.pk,
            rule=each.rule,
            code=each.code,
            severity=each.severity,
            stake=each.stake_amount,
            is_true=is_true(each.code, doubted[each.pk], planted),
            kinds=frozenset(kinds[each.pk]),
        )
        for each in ranked(findings_seen(to=_TO, year=2021), learned_from_decisions())
    ]


def _paths(folder: Path) -> Mapping[int, str]:
    """Stored file -> the path it was handed in by: names are unique under their office and wave."""
    paths = {}
    sheets = Sheet.objects.unscoped("the truth is of all sheets")
    for sheet in sheets.select_related("receipt", "office"):
        name = sheet.receipt.original_name
        wave = "2-更正" if "（更正）" in name else "1-报送"
        paths[sheet.file_id] = f"{wave}/{sheet.office.name}/{name}"
        assert (folder / paths[sheet.file_id]).exists()
    return paths


# -- clerks ------------------------------------------------------------------------------------

#: What a finding is worth, once decisions were learned from.
Order = Callable[[Sequence[Tally]], Callable[[Judged], float]]


def by_worth(tallies: Sequence[Tally]) -> Callable[[Judged], float]:
    """As the page orders: money times the rule's share."""
    shares = learn_shares(tallies)
    return lambda each: each.stake * shares.of(each.rule, each.code, each.severity).weight


def by_money(_tallies: Sequence[Tally]) -> Callable[[Judged], float]:
    """As a list without any learning would order."""
    return lambda each: each.stake


def in_order(
    findings: Collection[Judged], order: Order, tallies: Sequence[Tally] = ()
) -> list[Judged]:
    """The findings as an order would show them."""
    key = order(tallies)
    return sorted(findings, key=lambda each: (-key(each), each.pk))


def decide(findings: Sequence[Judged], draw: random.Random) -> list[Tally]:
    """What clerks say who err in one of twelve: one tally a finding."""
    tallies = []
    for each in findings:
        said_true = each.is_true != (draw.random() < ERRORS)
        decided = {"confirmed": int(said_true), "dismissed": int(not said_true)}
        tallies.append(Tally(each.rule, each.code, each.severity, **decided))
    return tallies


def settle_all(findings: Sequence[Judged], order: Order, step: int = 20) -> list[Judged]:
    """The findings in the order in which clerks settle them; ordered anew after every `step`."""
    draw = random.Random("clerks")
    waiting, done, tallies = list(findings), list[Judged](), list[Tally]()
    while waiting:
        waiting = in_order(waiting, order, tallies)
        tallies += decide(waiting[:step], draw)
        done += waiting[:step]
        waiting = waiting[step:]
    return done


def count_true(findings: Sequence[Judged]) -> int:
    """How many of them are true."""
    return sum(each.is_true for each in findings)
