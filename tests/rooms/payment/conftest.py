"""Findings made by hand, and what pages need."""

from __future__ import annotations

import pytest

from mingbai.base.ledger import record_act
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
