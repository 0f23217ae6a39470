"""Which reminders a day brings: duties against rules, less what was sent; nothing else decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from mingbai.base.models import Office
from mingbai.engine.schedule import Calendar, RemindStage, stage_due
from mingbai.oversight.models import Reminder
from mingbai.oversight.queries.duties import Duty
from mingbai.rulebook.model import RemindChannel, Reminding

#: (Duty's key, due day, office) -> the stages it was told of.
Sent = Mapping[tuple[str, date, int], Collection[str]]
_STEP: Final = 500


@dataclass(frozen=True)
class PlannedReminder:
    """One office to be told today of one stage of a duty, and by which channels."""

    duty: Duty
    stage: RemindStage
    office: Office
    role: Reminder.Role
    channels: tuple[RemindChannel, ...]


def plan_reminders(
    duties: Iterable[Duty], *, reminding: Reminding, calendar: Calendar, on: date, sent: Sent
) -> tuple[PlannedReminder, ...]:
    """Who is told of what on a day: the owner of every stage, the lead of the late ones.

    Pure: the same duties, rules and past give the same reminders. Of several stages missed only the
    newest comes; a kind without a rule on the day is not reminded of.
    """
    found: list[PlannedReminder] = []
    for duty in duties:
        rule = reminding.rule_on(duty.kind, on)
        if rule is None:
            continue
        told: list[tuple[Office, Reminder.Role]] = [(duty.owner, Reminder.Role.OWNER)]
        if duty.lead is not None and duty.lead.pk != duty.owner.pk:
            told.append((duty.lead, Reminder.Role.LEAD))
        for office, role in told:
            before = sent.get((duty.key, duty.due_date, office.pk), ())
            stage = stage_due(rule.spec, duty.due_date, today=on, calendar=calendar, sent=before)
            if stage is not None and (role == Reminder.Role.OWNER or stage.tells_lead):
                found.append(PlannedReminder(duty, stage, office, role, rule.channels))
    return tuple(found)


def sent_stages(duties: Iterable[Duty]) -> Sent:
    """What was told of these duties so far; one query for each five hundred."""
    keys = [duty.key for duty in duties]
    found: dict[tuple[str, date, int], set[str]] = defaultdict(set)
    for start in range(0, len(keys), _STEP):
        rows = Reminder.objects.unscoped("whether an office was told already")
        rows = rows.filter(duty__in=keys[start : start + _STEP])
        for duty, due, office, stage in rows.values_list("duty", "due_date", "office_id", "stage"):
            found[duty, due, office].add(stage)
    return found
