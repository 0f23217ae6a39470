"""What registry tells: people (masked), their enrolments, findings and the rows they hold back."""

from __future__ import annotations

from mingbai.registry.queries.findings import (
    evidence_of,
    findings_seen,
    held_lines,
    held_rows,
    newest_decisions,
    rule_records,
    settlements_of,
)
from mingbai.registry.queries.people import (
    ShownEnrolment,
    ShownPerson,
    enrolments_of,
    find_people,
    masked_names,
    people_by_id,
    person_seen,
    show_person,
)
from mingbai.registry.queries.rows import live_rows, roster_rows

__all__ = [
    "ShownEnrolment",
    "ShownPerson",
    "enrolments_of",
    "evidence_of",
    "find_people",
    "findings_seen",
    "held_lines",
    "held_rows",
    "live_rows",
    "masked_names",
    "newest_decisions",
    "people_by_id",
    "person_seen",
    "roster_rows",
    "rule_records",
    "settlements_of",
    "show_person",
]
