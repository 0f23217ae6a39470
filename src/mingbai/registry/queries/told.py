"""What happened to a person in the registry, as one list of events in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone

from mingbai.base.scope import Asker
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.registry.models import (
    Death,
    Enrolment,
    EnrolmentStep,
    Finding,
    HouseholdMember,
    MergeProposal,
    Move,
    Person,
    PersonDocument,
    PersonMerge,
    PersonName,
    RecordChange,
    Settlement,
)
from mingbai.registry.queries.explain import explain_finding, finding_name
from mingbai.registry.queries.keys import keys_of
from mingbai.registry.queries.names import town_names, village_names
from mingbai.registry.queries.roots import records_of
from mingbai.rulebook.relations import relation_names

_WHY: Final = "events of a person the asker may already see"


@dataclass(frozen=True)
class Event:
    """One thing that happened: the day it counts for, what, and where it comes from.

    ``kind`` groups events for a filter: ``right finding record household``. ``sub_item`` is "" for
    what concerns no programme. No personal value stands in ``title`` or ``detail`` in clear.
    """

    day: date
    kind: str
    title: str
    detail: str = ""
    sub_item: str = ""
    by: str = ""
    origin_file_id: int | None = None
    origin_sheet: int | None = None
    origin_line: int | None = None
    tone: str = ""


def events_of(person: Person, *, to: Asker, names: dict[str, str] | None = None) -> list[Event]:
    """Everything the registry knows about a person, newest first, under all of their records.

    Rights and findings are those of the asker's towns and sub-items. A fixed number of queries.
    """
    records = records_of(person.pk)
    found = [
        *_rights(records, to),
        *_steps(records, to),
        *_findings(keys_of(person.pk), to, names or {}),
        *_records(records),
        *_homes(records),
        *_mergings(records),
    ]
    return sorted(found, key=lambda each: each.day, reverse=True)


def waiting_changes(*, to: Asker) -> Any:
    """Reported names and accounts that wait for a clerk, the oldest first."""
    rows = RecordChange.objects.seen_by(to).filter(decision="")
    return rows.select_related("person", "enrolment").order_by("pk")


def shown_change(change: RecordChange) -> tuple[str, str]:
    """What stands in the record and what was reported, both masked."""
    anchor = bytes(change.person.id_key)
    if change.kind == RecordChange.Kind.ACCOUNT and change.enrolment is not None:
        sealed, purpose = change.enrolment.account_sealed, "enrolment.account"
    elif change.kind == RecordChange.Kind.NAME:
        sealed, purpose = change.person.name_sealed, "person.name"
    else:
        sealed, purpose = change.person.phone_sealed, "person.phone"
    before = unseal(purpose, bytes(sealed), anchor) if sealed else ""
    after = unseal(purpose, bytes(change.value_sealed), anchor)
    return mask_cell(before, change.kind), mask_cell(after, change.kind)


def _first(period: int) -> date:
    return date(period // 100, period % 100, 1)


def _origin(row: Any) -> dict[str, Any]:
    return {
        "origin_file_id": row.origin_file_id,
        "origin_sheet": row.origin_sheet,
        "origin_line": row.origin_line,
    }


def _rights(records: list[int], to: Asker) -> list[Event]:
    rows = Enrolment.objects.seen_by(to).filter(person__in=records)
    return [
        Event(
            _first(row.since_period), "right", "开始享受", sub_item=row.sub_item, tone="ok",
            **_origin(row),
        )
        for row in rows
    ]  # fmt: skip


def _steps(records: list[int], to: Asker) -> list[Event]:
    rows = (
        EnrolmentStep.objects.seen_by(to)
        .filter(enrolment__person__in=records)
        .exclude(step=EnrolmentStep.Step.TAKEN_OVER)
        .select_related("step_by", "enrolment")
    )
    tones = {"suspended": "warn", "ended": "bad", "reclaimed": "bad"}
    return [
        Event(
            _first(row.from_period),
            "right",
            row.get_step_display(),
            "，".join(part for part in (row.get_reason_display(), row.basis) if part),
            row.enrolment.sub_item,
            row.step_by.display_name if row.step_by else "",
            tone=tones.get(row.step, "ok"),
        )
        for row in rows
    ]


def _findings(keys: list[bytes], to: Asker, names: dict[str, str]) -> list[Event]:
    rows = Finding.objects.seen_by(to).filter(person_key__in=keys).select_related("act")
    found = list(rows)
    decisions = Settlement.objects.unscoped(_WHY).filter(finding__in=found)
    told = [
        Event(
            timezone.localdate(row.act.at),
            "finding",
            finding_name(row.code),
            explain_finding(row, names=names),
            row.sub_item,
            tone="warn",
        )
        for row in found
    ]
    return told + [
        Event(
            timezone.localdate(row.settled_at),
            "finding",
            f"疑点{row.get_decision_display()}",
            row.get_reason_display(),
            row.finding.sub_item,
            row.settled_by.display_name if row.settled_by else "",
        )
        for row in decisions.select_related("finding", "settled_by")
    ]


def _records(records: list[int]) -> list[Event]:
    documents = PersonDocument.objects.unscoped(_WHY).filter(person__in=records)
    renamed = PersonName.objects.unscoped(_WHY).filter(person__in=records)
    changed = RecordChange.objects.unscoped(_WHY).filter(person__in=records)
    return [
        *(
            Event(
                row.from_date or _day(row.act.at),
                "record",
                "首次登记" if row.cause == "first" else f"登记{row.get_kind_display()}",
                "" if row.cause == "first" else f"{row.get_cause_display()}；依据：{row.evidence}",
                **_origin(row),
            )
            for row in documents.select_related("act")
        ),
        *(
            Event(_day(row.revoked_act.at), "record", "证件号作废", row.revoked_reason, tone="warn")
            for row in documents.filter(revoked_act__isnull=False).select_related("revoked_act")
            if row.revoked_act
        ),
        *(
            Event(_day(row.act.at), "record", "变更姓名", row.evidence)
            for row in renamed.select_related("act")
        ),
        *(
            Event(
                _first(row.from_period),
                "record",
                f"{row.get_kind_display()}变更：{row.get_decision_display() or '待处理'}",
                row.decision_reason,
                by=row.decided_by.display_name if row.decided_by else "",
                tone="" if row.decision else "warn",
                **_origin(row),
            )
            for row in changed.select_related("decided_by")
        ),
    ]


def _homes(records: list[int]) -> list[Event]:
    towns, villages, relations = town_names(), village_names(), relation_names()
    moves = Move.objects.unscoped(_WHY).filter(person__in=records)
    deaths = Death.objects.unscoped(_WHY).filter(person__in=records)
    members = HouseholdMember.objects.unscoped(_WHY).filter(person__in=records)

    def place(town: str, village: str) -> str:
        return f"{towns.get(town, town)}{villages.get(village, '')}"

    return [
        *(
            Event(
                row.moved_date,
                "household",
                f"从{place(row.from_town, row.from_village)}迁到"
                f"{place(row.to_town, row.to_village)}",
                row.reason,
            )
            for row in moves
        ),
        *(
            Event(
                row.death_date,
                "household",
                "登记死亡" if row.withdrawn_act_id is None else "登记死亡（已撤回）",
                row.withdrawn_reason or f"{row.get_source_display()}；依据：{row.evidence}",
                tone="bad" if row.withdrawn_act_id is None else "",
                **_origin(row),
            )
            for row in deaths
        ),
        *(
            Event(
                row.from_date or _day(row.act.at),
                "household",
                "入户",
                relations.get(row.relation, ""),
                **_origin(row),
            )
            for row in members.select_related("act")
        ),
        *(
            Event(row.to_date, "household", "离户", row.end_reason)
            for row in members.filter(to_date__isnull=False)
            if row.to_date
        ),
    ]


def _mergings(records: list[int]) -> list[Event]:
    rows = PersonMerge.objects.unscoped(_WHY).filter(kept__in=records)
    others = PersonMerge.objects.unscoped(_WHY).filter(merged__in=records)
    asked = MergeProposal.objects.unscoped(_WHY).filter(kept__in=records, decision="")
    found = {row.pk: row for row in (*rows.select_related("merged_by", "undone_by"),
                                     *others.select_related("merged_by", "undone_by"))}  # fmt: skip
    return [
        *(
            Event(_day(row.merged_at), "record", "合并档案", row.reason, by=_name(row.merged_by))
            for row in found.values()
        ),
        *(
            Event(_day(row.undone_at), "record", "撤销合并", row.undone_reason,
                  by=_name(row.undone_by), tone="warn")
            for row in found.values()
            if row.undone_at
        ),
        *(
            Event(_day(row.made_at), "record", "申请合并（待复核）", row.reason, tone="warn")
            for row in asked
        ),
    ]  # fmt: skip


def _name(user: Any) -> str:
    return user.display_name if user else ""


def _day(at: datetime) -> date:
    return timezone.localdate(at)
