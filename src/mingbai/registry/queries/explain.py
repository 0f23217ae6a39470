"""What a finding says, in words."""

from __future__ import annotations

from collections.abc import Mapping

from mingbai.registry.models import Finding


def finding_name(code: str) -> str:
    """The short name of a kind of suspicion."""
    return code


def explain_finding(finding: Finding, *, names: Mapping[str, str]) -> str:
    """What is wrong, why it matters and what to do next; sub-items by name."""
    return finding.code
