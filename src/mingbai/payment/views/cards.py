"""What the payment pages share: finding a batch, its card, whose business it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from mingbai.base.asking import asker_of
from mingbai.base.scope import Asker
from mingbai.payment.models import BatchStep, PaymentBatch
from mingbai.payment.queries import (
    batch_seen,
)
from mingbai.rulebook import Book, RuleWords, describe_rules, load_book

PAGE = 50
STATES = dict(BatchStep.Step.choices)
BADGES = {"drawn": "warn", "checked": "warn", "approved": "note", "paid": "ok", "voided": "mute"}


def sees_whole(to: Asker, batch: PaymentBatch) -> bool:
    """Whether a batch is this office's business as a whole: a town sees only its part of it."""
    return to.sees_all or batch.sub_item in to.sub_items


def batch_or_404(request: HttpRequest, pk: int) -> PaymentBatch:
    """The batch asked for; 404 where there is none or it is out of scope."""
    found: PaymentBatch | None = batch_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这个批次，或不在您的查看范围内。")
    return found


def batch_to_act_on(
    request: HttpRequest, pk: int, permissions: tuple[str, ...], message: str
) -> PaymentBatch:
    """The batch asked for; refused with ``message`` unless it is this office\'s business."""
    to, found = asker_of(request), batch_or_404(request, pk)
    if not any(map(to.may, permissions)) or not sees_whole(to, found):
        raise PermissionDenied(message)
    return found


def own_names(to: Asker, names: dict[str, str]) -> dict[str, str]:
    """Of the names by sub-item, those this office leads; all where it sees all."""
    return {code: name for code, name in names.items() if to.sees_all or code in to.sub_items}


def card(found: Any, names: dict[str, str], share: dict[str, int] | None) -> dict[str, Any]:
    """What a card of one batch shows; ``share`` is its part in the towns seen."""
    return {
        "batch": found,
        "sub_item": names.get(found.sub_item, found.sub_item),
        "state": STATES.get(found.state, ""),
        "badge": BADGES.get(found.state, "mute"),
        **(share or {"line_count": 0, "person_count": 0, "amount": 0}),
    }


def book_of(year: int) -> Book:
    """The county's book of a year."""
    return load_book(year=year, county=settings.MINGBAI_COUNTY)


def rules_of(year: int) -> Mapping[str, RuleWords]:
    """Rule id -> its name and source in the book of a year."""
    return describe_rules(book_of(year))
