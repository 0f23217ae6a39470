"""Findings about the demonstration county, each beside its truth."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.demo.clerks import Judged

from mingbai.base.scope import Asker
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
_TO = Asker.system("whoever knows the truth")


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
            level=each.level,
            stake=each.stake_amount,
            people=each.people,
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
