"""Letters of responsibility to be signed, correction forms to be answered, the comparison owed."""

from __future__ import annotations

from django.urls import reverse
from django.utils.timezone import localdate

from mingbai.oversight.queries.duties.sought import HOUSE, Duty, Sought
from mingbai.programme.models import LetterStep
from mingbai.programme.queries import standings_of
from mingbai.registry.queries import comparison_missed, slips_seen


def letter_duties(sought: Sought) -> list[Duty]:
    """Letters sent out for signing whose signed scan has not come back."""
    rule = sought.book.reminding.rule_on("letter", sought.on)
    if rule is None or rule.term is None:
        return []
    found = []
    for each in standings_of(to=HOUSE, year=sought.book.year):
        if each.state != "sent" or each.letter is None:
            continue
        sent = next(s for s in each.letter.steps.all() if s.step == LetterStep.Step.SENT)
        due = rule.term.last_day(localdate(sent.step_at), sought.book.calendar)
        text = f"签订{sought.book.year}年目标责任书，交回签章扫描件"
        link = reverse("programme:letter", args=[each.letter.pk])
        key = f"letter:{each.letter.pk}"
        found.append(Duty("letter", key, each.office, sought.county, text, due, link))
    return found


def slip_duties(sought: Sought) -> list[Duty]:
    """Correction forms that their offices have not answered whole."""
    found = []
    for slip in slips_seen(to=HOUSE, year=sought.book.year, state="open"):
        left = slip.item_count - slip.closed_count - slip.answered_count
        if left <= 0:
            continue
        text = f"交回{slip}，还有 {left} 项没有答复"
        link = reverse("registry:slip", args=[slip.pk])
        key = f"slip:{slip.pk}"
        found.append(Duty("slip", key, slip.office, sought.county, text, slip.due_date, link))
    return found


def comparison_duties(sought: Sought) -> list[Duty]:
    """The month's comparison of everything, where its day has come and nobody ran it."""
    due = comparison_missed(to=HOUSE, book=sought.book, on=sought.on)
    if due is None or sought.county is None:
        return []
    text = f"{due.month}月全面比对还没有做，打开后点“现在比对”"
    link = reverse("registry:month")
    key = f"comparison:{due:%Y%m}"
    return [Duty("comparison", key, sought.county, None, text, due, link)]
