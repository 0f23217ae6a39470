"""Findings made by hand, and what pages need."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from tests.rooms.registry.rosters import CASES, DIBAO, SCHOOL, TEKUN

from mingbai.base.ledger import record_act
from mingbai.funds.models import FundEntry
from mingbai.registry.models import Finding, FindingEvidence


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path):
    """Pages need a folder for static files; tests have none collected."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def hold(tree, at):
    """Hold one line of a sheet back by a finding."""

    def holding(sheet, line):
        act = record_act("compare_sheets", by=tree.clerk, at=at)
        finding = Finding.objects.create(
            year=2021, cause_digest=f"{sheet.pk}-{line}", code="death", rule="deaths", act=act,
            sub_item=sheet.sub_item, town=sheet.town_id, severity=3, effect="hold",
            stake_amount=0, rulebook_digest="d" * 64,
        )  # fmt: skip
        FindingEvidence.objects.create(
            finding=finding, is_subject=True, origin_file=sheet.file,
            origin_sheet=sheet.number, origin_line=line, act=act,
        )  # fmt: skip
        return finding

    return holding


def give_funds(tree, at, sub_item, amount, kinds=("budget", "arrival")):
    """Vote a budget for a sub-item and let as much arrive; 分."""
    with transaction.atomic():
        act = record_act("vote_budget", by=tree.clerk, at=at)
        for kind in kinds:
            FundEntry.objects.create(
                kind=kind, year=2021, sub_item=sub_item, tier="county", amount=amount,
                entry_date=date(2021, 1, 1), period=202101, note="测试", act=act,
            )  # fmt: skip


@pytest.fixture
def poor():
    """No money at all, unless the test gives some."""


@pytest.fixture(autouse=True)
def funds(request):
    """Plenty of money for the sub-items of the tests, where a test writes to the database."""
    if request.node.get_closest_marker("django_db") is None or "tree" not in request.fixturenames:
        return
    if "poor" in request.fixturenames:
        return
    tree, at = request.getfixturevalue("tree"), request.getfixturevalue("at")
    for sub_item in (DIBAO, TEKUN, CASES, SCHOOL):
        give_funds(tree, at, sub_item, 10**12)
