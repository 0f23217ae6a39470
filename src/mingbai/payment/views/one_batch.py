"""One batch: its lines and steps, why it differs from the last month, whether it still stands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.scope import Asker
from mingbai.payment.actions import CAUSES, DOUBTS, find_doubts
from mingbai.payment.forms import ConfirmBatch, VoidBatch
from mingbai.payment.models import BatchStep
from mingbai.payment.queries import (
    explain_difference,
    find_room,
    lines_seen,
    shares_seen,
    steps_of,
)
from mingbai.payment.queries.members import members_of_lines
from mingbai.payment.views.cards import PAGE, batch_or_404, card, sees_whole
from mingbai.payment.views.charts import waterfall
from mingbai.registry.queries import (
    masked_names,
    people_by_id,
    sub_item_names,
    town_names,
)
from mingbai.rulebook import Book, SubItem, describe_rules, load_book

#: Doubts shown on the page; the rest are counted.
SHOWN = 50


@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: totals, steps, funds, doubts, causes of its difference, rows left out, lines."""
    to = asker_of(request)
    found = batch_or_404(request, pk)
    names, towns = sub_item_names(year=found.year), town_names()
    page = Paginator(lines_seen(to=to, batch=found), PAGE).get_page(request.GET.get("page"))
    members = members_of_lines(line.pk for line in page)
    wanted = [line.person_id for line in page] + [one for each in members.values() for one in each]
    people = masked_names(people_by_id(wanted, to=to))
    steps = steps_of(found)
    whole = sees_whole(to, found)
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    rules = describe_rules(book)
    context = {
        "card": card(found, names, shares_seen(to=to, batches=[found]).get(found.pk)),
        "steps": steps,
        "page": page,
        "lines": [
            {
                "line": line,
                "rule": rules.get(line.rule),
                "name": people.get(line.person_id, "—"),
                "town": towns.get(line.town, line.town),
                "members": [people.get(one, "—") for one in members.get(line.pk, [])],
            }
            for line in page
        ],
        "rules": [(each, rules.get(each)) for each in sorted({line.rule for line in page})],
        "same_book": book.digest == found.rulebook_digest,
        **(_whole(found, book, to) if whole else {}),
        **_offers(to, found, steps),
    }
    return render(request, "payment/batch.html", context)


def _whole(found: Any, book: Book, to: Asker) -> dict[str, Any]:
    """What only those see whose business the whole batch is."""
    difference = explain_difference(found, _sub_item(book, found.sub_item))
    return {
        "left_out": [(CAUSES.get(k, k), n) for k, n in found.left_out.items()],
        "difference": difference,
        "waterfall": waterfall(difference),
        "room": find_room(
            sub_item=found.sub_item, year=found.year, on=timezone.localdate(), besides=found.pk
        ),
        **_doubted(found, book, to),
    }


def _doubted(found: Any, book: Book, to: Asker) -> dict[str, Any]:
    """Lines that would be drawn otherwise today, while the batch can still be stopped."""
    if found.state in (BatchStep.Step.PAID, BatchStep.Step.VOIDED):
        return {}
    doubts = find_doubts(batch=found, book=book)
    shown = doubts[:SHOWN]
    people = masked_names(people_by_id([doubt.person_id for doubt in shown], to=to))
    return {
        "doubt_count": len(doubts),
        "doubts": [
            (people.get(doubt.person_id, "—"), DOUBTS.get(doubt.cause, doubt.cause), doubt)
            for doubt in shown
        ],
    }


def _sub_item(book: Book, code: str) -> SubItem | None:
    try:
        return book.sub_item(code)
    except KeyError:
        return None


def _offers(to: Asker, found: Any, steps: list[BatchStep]) -> dict[str, Any]:
    """Which buttons this person gets: never a second hand on one batch."""
    whole = sees_whole(to, found)
    maker = to.user_id == found.drawn_by_id
    hand = any(step.step_by_id == to.user_id for step in steps)
    waiting = found.state in (BatchStep.Step.DRAWN, BatchStep.Step.CHECKED)
    done = sum(step.step in (BatchStep.Step.CHECKED, BatchStep.Step.APPROVED) for step in steps)
    return {
        "approvals_left": found.approvals_needed - done if waiting else 0,
        "may_approve": whole and to.may("approve") and waiting and not hand,
        "is_maker": maker and waiting,
        "may_confirm": whole
        and to.may("confirm")
        and found.state == BatchStep.Step.APPROVED
        and not hand,
        "may_void": whole
        and (waiting or found.state == BatchStep.Step.APPROVED)
        and (to.may("draw") or to.may("approve")),
        "confirm_form": ConfirmBatch(),
        "void_form": VoidBatch(),
    }
