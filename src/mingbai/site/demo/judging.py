"""Tells which findings about the demonstration county are true: the clerk who knows everything.

A finding is true when at least half of the rows it doubts carry a planted fault that its code
speaks of. Anything else is false: a row that only looks wrong (planted as innocent), a row where
nothing was planted at all, and a fault of another kind than the one the finding claims.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from mingbai.site.demo.truth import FaultRecord

#: A row as the truth names it: path of the workbook, sheet, line.
Place = tuple[str, int, int]

#: Which planted faults each code of a finding speaks of. A code that is not here is never true.
FAULTS_OF: Final[Mapping[str, frozenset[str]]] = {
    "repeated_person": frozenset({"person_repeated"}),
    "exclusion": frozenset({"person_excluded"}),
    "paid_after_event": frozenset({"person_dead"}),
    "on_list": frozenset({"person_on_payroll"}),
    "two_names": frozenset({"name_differs"}),
    "shared_account": frozenset({"account_shared"}),
    "shared_phone": frozenset({"phone_shared"}),
    "amount_off": frozenset({"amount_off_standard"}),
    "amount_above": frozenset({"amount_off_standard"}),
    # Somebody of working age on a pension roll is on the payroll and too young besides.
    "age_below": frozenset({"age_below", "person_on_payroll", "person_excluded"}),
    "age_above": frozenset({"age_above"}),
}


def planted_at(faults: Iterable[FaultRecord]) -> dict[Place, set[str]]:
    """Return place -> kinds of planted lines there, innocent ones included."""
    places: dict[Place, set[str]] = {}
    for fault in faults:
        places.setdefault((fault.path, fault.sheet, fault.line), set()).add(fault.kind)
    return places


def is_true(
    code: str, doubted: Collection[Place], planted: Mapping[Place, Collection[str]]
) -> bool:
    """Tell whether a finding of this code about these rows is what somebody planted."""
    wanted = FAULTS_OF.get(code, frozenset())
    right = sum(bool(wanted & set(planted.get(place, ()))) for place in doubted)
    return bool(doubted) and 2 * right >= len(doubted)
