"""Findings with their state, the rows they hold back, and how often each rule was right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.engine.checks import Absence
from mingbai.intake.models import Receipt, Sheet
from mingbai.registry.models import Finding, FindingEvidence, Person, Settlement
from mingbai.registry.queries.keys import keys_of, person_ids

#: Decisions after which a finding holds nothing back any more.
RELEASED: Final = (Settlement.Decision.DISMISSED, Settlement.Decision.SUPERSEDED)
#: Decisions after which a finding waits for somebody to settle it.
WAITING: Final = (Settlement.Decision.REOPENED,)
OPEN: Final = "open"
#: What a finding doubts: rows that stand on a roster, or that somebody stands on none.
DOUBTED, LEFT_OUT = "doubted", "left_out"
LEFT_OUT_CODES: Final = tuple(Absence.MESSAGES)


def with_decision(
    findings: ScopedQuerySet[Finding], *, as_of: int | None = None
) -> ScopedQuerySet[Any]:
    """Annotate each finding with its newest ``decision`` (``open`` without one) and ``reason``.

    ``decided_count`` is the number of the newest decision, 0 before the first. With ``as_of`` only
    what was decided by that ledger entry.
    """
    newest = (
        Settlement.objects.unscoped("the state of a finding the asker may already see")
        .filter(finding=OuterRef("pk"))
        .order_by("-number")
    )
    if as_of is not None:
        newest = newest.filter(act_id__lte=as_of)
    return findings.annotate(
        decision=Coalesce(Subquery(newest.values("decision")[:1]), Value(OPEN)),
        reason=Coalesce(Subquery(newest.values("reason")[:1]), Value("")),
        decided_count=Coalesce(
            Subquery(newest.values("number")[:1]), Value(0), output_field=IntegerField()
        ),
    )


def findings_seen(
    *,
    to: Asker,
    year: int,
    state: str = "",
    code: str = "",
    sub_item: str = "",
    about: str = DOUBTED,
) -> ScopedQuerySet[Any]:
    """The asker's findings of a year, the most money at stake first; ``state`` open|confirmed|…

    ``about`` is ``doubted`` for rows that should perhaps not be there, ``left_out`` for people who
    should perhaps be.
    """
    found = with_decision(Finding.objects.seen_by(to).filter(year=year))
    left_out = Q(code__in=LEFT_OUT_CODES)
    found = found.filter(left_out if about == LEFT_OUT else ~left_out)
    if state == OPEN:
        found = found.filter(decision__in=(OPEN, *WAITING))
    elif state:
        found = found.filter(decision=state)
    if code:
        found = found.filter(code=code)
    if sub_item:
        found = found.filter(sub_item=sub_item)
    return found.order_by("-stake_amount", "id")


def findings_by_number(numbers: Iterable[int], *, to: Asker) -> ScopedQuerySet[Any]:
    """Those of these findings that the asker may see, with their state."""
    return with_decision(Finding.objects.seen_by(to).filter(pk__in=list(numbers)))


def finding_seen(pk: int, *, to: Asker) -> Any:
    """One finding with its ``decision``, when the asker may see it."""
    return with_decision(Finding.objects.seen_by(to).filter(pk=pk)).first()


def findings_of_person(person: Person, *, to: Asker) -> ScopedQuerySet[Any]:
    """Findings about one person under any of their numbers and records, newest first."""
    found = Finding.objects.seen_by(to).filter(person_key__in=keys_of(person.pk))
    return with_decision(found).order_by("-id")


@dataclass(frozen=True)
class RuleRecord:
    """How one kind of suspicion fared: found, settled, confirmed; confirmed money in 分."""

    code: str
    found_count: int
    open_count: int
    confirmed_count: int
    dismissed_count: int
    confirmed_amount: int

    @property
    def confirmed_ratio(self) -> float | None:
        """Confirmed of those decided by people; ``None`` before the first decision."""
        decided = self.confirmed_count + self.dismissed_count
        return self.confirmed_count / decided if decided else None


def rule_records(*, to: Asker, year: int) -> list[RuleRecord]:
    """Each kind of suspicion with its confirmed share, the most frequent first."""
    rows = (
        with_decision(Finding.objects.seen_by(to).filter(year=year))
        .values("code")
        .annotate(
            found=Count("id"),
            waiting=Count("id", filter=Q(decision__in=(OPEN, *WAITING))),
            confirmed=Count("id", filter=Q(decision=Settlement.Decision.CONFIRMED)),
            dismissed=Count("id", filter=Q(decision=Settlement.Decision.DISMISSED)),
            saved=Sum("stake_amount", filter=Q(decision=Settlement.Decision.CONFIRMED)),
        )
        .order_by("-found", "code")
    )
    return [
        RuleRecord(
            r["code"], r["found"], r["waiting"], r["confirmed"], r["dismissed"], r["saved"] or 0
        )
        for r in rows
    ]


@dataclass(frozen=True)
class FoundInReceipt:
    """A finding with the doubted lines of one receipt: (sheet number, line), the first few."""

    finding: Any
    lines: tuple[tuple[int, int], ...]


def findings_in_receipt(receipt: Receipt, *, to: Asker, most: int = 8) -> list[FoundInReceipt]:
    """Open and confirmed findings that doubt rows of a receipt's file, holds and money first."""
    rows = (
        FindingEvidence.objects.seen_by(to)
        .filter(origin_file=receipt.file_id, is_subject=True)
        .order_by("finding_id", "origin_sheet", "origin_line")
        .values_list("finding_id", "origin_sheet", "origin_line")
    )
    lines: dict[int, list[tuple[int, int]]] = {}
    for finding, sheet, line in rows:
        lines.setdefault(finding, []).append((sheet or 0, line or 0))
    found = with_decision(Finding.objects.seen_by(to).filter(pk__in=list(lines)))
    standing = found.exclude(decision__in=RELEASED).order_by("-severity", "-stake_amount", "id")
    return [FoundInReceipt(each, tuple(lines[each.pk][:most])) for each in standing]


def people_of(findings: Iterable[Finding]) -> dict[int, Person]:
    """Finding -> the person it is about, also where they were registered only afterwards.

    For those who see the findings.
    """
    listed = list(findings)
    keys = {bytes(each.person_key) for each in listed if each.person_key is not None}
    known = person_ids(sorted(keys))
    people = Person.objects.unscoped("people behind findings the asker may see")
    by_number = people.in_bulk(list(known.values()))
    by_key = {key: by_number[pk] for key, pk in known.items() if pk in by_number}
    pairs = ((each.pk, by_key.get(bytes(each.person_key or b""))) for each in listed)
    return {pk: person for pk, person in pairs if person is not None}


def evidence_of(finding: Finding, *, to: Asker) -> ScopedQuerySet[FindingEvidence]:
    """The workbook rows behind a finding, the suspicious ones first."""
    rows = FindingEvidence.objects.seen_by(to).filter(finding=finding)
    return rows.order_by("-is_subject", "origin_file_id", "origin_sheet", "origin_line")


def settlements_of(finding: Finding, *, to: Asker) -> ScopedQuerySet[Settlement]:
    """Every decision about a finding, oldest first."""
    return (
        Settlement.objects.seen_by(to)
        .filter(finding=finding)
        .select_related("settled_by")
        .order_by("number")
    )


def newest_decisions(*, year: int) -> dict[int, str]:
    """Finding id -> newest decision, for the findings of a year that have any."""
    rows = (
        Settlement.objects.unscoped("comparison and payment need the state of every finding")
        .filter(finding__year=year)
        .order_by("finding_id", "number")
        .values_list("finding_id", "decision")
    )
    return dict(rows)


def held_rows(*, year: int) -> pl.DataFrame:
    """Rows that may be neither enrolled nor paid: ``origin_file_id origin_sheet origin_line``."""
    released = {pk for pk, decision in newest_decisions(year=year).items() if decision in RELEASED}
    rows = (
        FindingEvidence.objects.unscoped("what is held back is held back for everybody")
        .filter(is_subject=True, finding__effect=Finding.Effect.HOLD, finding__year=year)
        .values_list("finding_id", "origin_file_id", "origin_sheet", "origin_line")
    )
    held = [row[1:] for row in rows.iterator(20_000) if row[0] not in released]
    schema = {
        "origin_file_id": pl.Int64(),
        "origin_sheet": pl.Int32(),
        "origin_line": pl.Int32(),
    }
    return pl.DataFrame(held, schema=schema, orient="row").unique()


def held_lines(sheet: Sheet) -> frozenset[int]:
    """The lines of one sheet that comparison holds back."""
    held = held_rows(year=sheet.year).filter(
        (pl.col("origin_file_id") == sheet.file_id) & (pl.col("origin_sheet") == sheet.number)
    )
    return frozenset(held["origin_line"].to_list())
