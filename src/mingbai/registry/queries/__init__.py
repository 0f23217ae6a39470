"""What registry tells: people (masked), their enrolments, findings and the rows they hold back."""

from __future__ import annotations

from mingbai.registry.queries.corrections import (
    Pressing,
    item_seen,
    items_of,
    pressing_slips,
    sheets_after,
    slip_seen,
    slips_seen,
    spots_of_items,
    steps_of_items,
)
from mingbai.registry.queries.desks import (
    DESKS,
    DeskLoad,
    acts_on,
    desk_loads,
    desk_offices,
    mine,
    with_desk,
)
from mingbai.registry.queries.explain import explain_finding, finding_name, rule_words
from mingbai.registry.queries.findings import (
    DOUBTED,
    LEFT_OUT,
    LEFT_OUT_CODES,
    evidence_of,
    finding_seen,
    findings_of_person,
    findings_seen,
    held_lines,
    held_rows,
    newest_decisions,
    rule_records,
    settlements_of,
)
from mingbai.registry.queries.keys import (
    keys_digest,
    known_keys,
    person_ids,
    standing_keys,
)
from mingbai.registry.queries.known import Hint, known_about
from mingbai.registry.queries.life import month_after, month_before, stops
from mingbai.registry.queries.monthly import MonthReport, month_report
from mingbai.registry.queries.names import (
    newest_year,
    sub_item_names,
    town_names,
    village_name,
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
from mingbai.registry.queries.periods import due_period
from mingbai.registry.queries.ranking import (
    Experience,
    describe_share,
    learned_from_decisions,
    ranked,
)
from mingbai.registry.queries.roots import (
    person_roots,
    records_of,
    root_ids,
    root_of,
)
from mingbai.registry.queries.rows import live_rows, roster_rows
from mingbai.registry.queries.standing import objection_stops, posting_states
from mingbai.registry.queries.unanswered import Missing, newest_comparison, what_is_missing
from mingbai.registry.queries.visits import left_out, visit_counts, visits_of

__all__ = [
    "DESKS",
    "DOUBTED",
    "LEFT_OUT",
    "LEFT_OUT_CODES",
    "DeskLoad",
    "Experience",
    "Hint",
    "Missing",
    "MonthReport",
    "Pressing",
    "ShownEnrolment",
    "ShownPerson",
    "acts_on",
    "describe_share",
    "desk_loads",
    "desk_offices",
    "due_period",
    "enrolments_of",
    "evidence_of",
    "explain_finding",
    "find_people",
    "finding_name",
    "finding_seen",
    "findings_of_person",
    "findings_seen",
    "held_lines",
    "held_rows",
    "item_seen",
    "items_of",
    "keys_digest",
    "known_about",
    "known_keys",
    "learned_from_decisions",
    "left_out",
    "live_rows",
    "masked_names",
    "mine",
    "month_after",
    "month_before",
    "month_report",
    "newest_comparison",
    "newest_decisions",
    "newest_year",
    "objection_stops",
    "people_by_id",
    "person_ids",
    "person_roots",
    "person_seen",
    "posting_states",
    "pressing_slips",
    "ranked",
    "records_of",
    "root_ids",
    "root_of",
    "roster_rows",
    "rule_records",
    "rule_words",
    "settlements_of",
    "sheets_after",
    "show_person",
    "slip_seen",
    "slips_seen",
    "spots_of_items",
    "standing_keys",
    "steps_of_items",
    "stops",
    "sub_item_names",
    "town_names",
    "village_name",
    "visit_counts",
    "visits_of",
    "what_is_missing",
    "with_desk",
]
