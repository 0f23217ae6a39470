"""Returned money: the queue by town, what is put right, by whom checked, and paid again."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, user_of
from mingbai.base.attachments import attached
from mingbai.base.files import open_file, store_file
from mingbai.base.models import StoredFile
from mingbai.base.secrets import unseal
from mingbai.intake.masking import mask_cell
from mingbai.paper.bank import BankFormat, Reason
from mingbai.payment.actions.follow_up import (
    CannotDecideCorrection,
    CannotDrawFollowUp,
    CannotProposeCorrection,
    decide_correction,
    draw_follow_up,
    propose_correction,
)
from mingbai.payment.forms import DecideCorrection, ProposeCorrection
from mingbai.payment.models import PayeeCorrection
from mingbai.payment.queries.bank import (
    corrections_of,
    outcome_seen,
    returned_outcomes,
    state_of,
)
from mingbai.payment.views.cards import PAGE, batch_to_act_on
from mingbai.payment.views.sending import layout_of
from mingbai.registry.queries import masked_names, people_by_id, sub_item_names, town_names
from mingbai.rulebook import load_book

_STATES: Final = {
    "open": ("待镇更正", "warn"),
    "proposed": ("待核对", "note"),
    "accepted": ("待重发", "note"),
    "repaid": ("已列入重发", "ok"),
}
_ASKS: Final = {
    "account": "请核对并更正账号",
    "name": "请对照存折更正账号或户名",
    "bank": "请向银行或本人核实后原户重发，或更换账户",
    "person": "请核实本人情况，必要时先停发",
}
_MOST_BYTES: Final = 10_000_000
_SCANS: Final = {
    b"%PDF": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG": ("image/png", "png"),
}


@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Returned lines of the asker's towns and sub-items, by whose turn it is."""
    to = asker_of(request)
    chosen = request.GET.get("state", "open")
    state = chosen if chosen in _STATES else "open"
    rows = returned_outcomes(to=to, state=state)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = masked_names(people_by_id([row.bank_line.line.person_id for row in page], to=to))
    words = _Words()
    tabs = [
        {"state": each, "name": name, "count": returned_outcomes(to=to, state=each).count()}
        for each, (name, _) in _STATES.items()
    ]
    context = {
        "tabs": tabs,
        "state": state,
        "page": page,
        "rows": [_shown(row, names, words) for row in page],
    }
    return render(request, "payment/bank_corrections.html", context)


@require_GET
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """One returned line: why, what was proposed and decided, and what this person may do."""
    to = asker_of(request)
    found = _outcome(request, pk)
    line = found.bank_line.line
    names = masked_names(people_by_id([line.person_id], to=to))
    state = state_of(found)
    proposals = corrections_of(found)
    pending = next((each for each in proposals if not hasattr(each, "decision")), None)
    mine = pending is not None and pending.proposed_by_id == to.user_id
    context = {
        **_shown(found, names, _Words()),
        "outcome": found,
        "proposals": [_proposal(each, line) for each in proposals],
        "may_propose": to.may("settle") and state == "open",
        "may_decide": to.may("approve") and pending is not None and not mine,
        "is_mine": mine,
        "propose_form": ProposeCorrection(),
        "decide_form": DecideCorrection(),
    }
    return render(request, "payment/bank_correction.html", context)


@require_POST
def propose_fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose account or holder for one returned line, with evidence."""
    found = _outcome(request, pk)
    if not asker_of(request).may("settle"):
        raise PermissionDenied("退票更正由经办人员提出。")
    form = ProposeCorrection(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "没有填全，未提交。请填写方式和依据。")
        return redirect("payment:correction", pk)
    asked, at = form.cleaned_data, timezone.now()
    try:
        evidence = _stored(request, asked.pop("evidence"))
        propose_correction(outcome=found, by=user_of(request), at=at, evidence=evidence, **asked)
    except CannotProposeCorrection as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已提交，等待另一位人员核对。")
    return redirect("payment:correction", pk)


@require_POST
def decide_fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to the newest proposal, or send it back."""
    found = _outcome(request, pk)
    if not asker_of(request).may("approve"):
        raise PermissionDenied("退票更正由复核人员核对。")
    pending = [each for each in corrections_of(found) if not hasattr(each, "decision")]
    form = DecideCorrection(request.POST)
    if not pending or not form.is_valid():
        messages.error(request, "没有待核对的更正，或没有选择决定。请刷新页面。")
        return redirect("payment:correction", pk)
    try:
        decide_correction(
            correction=pending[0], by=user_of(request), at=timezone.now(), **form.cleaned_data
        )
    except CannotDecideCorrection as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已登记核对结果。")
    return redirect("payment:correction", pk)


@require_GET
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper behind the newest proposal of a returned line."""
    found = _outcome(request, pk)
    stored = next((each.evidence for each in corrections_of(found) if each.evidence), None)
    if stored is None:
        raise Http404("这笔退票没有上传证明材料。")
    content = open_file(stored)
    kind, extension = _scan_of(content) or ("application/octet-stream", "bin")
    return attached(content, f"退票{pk}证明材料.{extension}", kind)


@require_POST
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the follow-up batch of what was returned and put right."""
    found = batch_to_act_on(request, pk, ("draw",), "退票重发由牵头部门或县民生办的经办人员制表。")
    book = load_book(year=found.year, county=settings.MINGBAI_COUNTY)
    try:
        done = draw_follow_up(batch=found, book=book, by=user_of(request), at=timezone.now())
    except CannotDrawFollowUp as error:
        messages.error(request, str(error))
        return redirect("payment:bank", pk)
    messages.success(request, "退票重发已制表，等待复核。")
    return redirect("payment:batch", done.pk)


def _outcome(request: HttpRequest, pk: int) -> Any:
    found = outcome_seen(pk, to=asker_of(request))
    if found is None:
        raise Http404("没有这笔退票，或不在您的查看范围内。")
    return found


class _Words:
    """Names of towns and sub-items, and formats, each asked for once a page."""

    def __init__(self) -> None:
        self.towns = town_names()
        self._sub_items: dict[int, dict[str, str]] = {}
        self._layouts: dict[str, BankFormat] = {}

    def sub_item(self, code: str, year: int) -> str:
        """The name of a sub-item in a year, its code where it has none."""
        if year not in self._sub_items:
            self._sub_items[year] = sub_item_names(year=year)
        return self._sub_items[year].get(code, code)

    def reason(self, code: str, format_code: str) -> Reason:
        """A bank's reason in words."""
        if format_code not in self._layouts:
            self._layouts[format_code] = layout_of(format_code)
        return self._layouts[format_code].returned.reason(code)


def _shown(outcome: Any, names: dict[int, str], words: _Words) -> dict[str, Any]:
    """A returned line as pages show it: masked, with the bank's reason and whose turn it is."""
    line, file = outcome.bank_line.line, outcome.bank_line.bank_file
    reason = words.reason(outcome.reason, file.format_code)
    word, badge = _STATES[state_of(outcome)]
    return {
        "outcome": outcome,
        "line": line,
        "batch": file.batch,
        "amount": outcome.bank_line.amount,
        "name": names.get(line.person_id, "—"),
        "town": words.towns.get(line.town, line.town),
        "sub_item": words.sub_item(line.sub_item, file.batch.year),
        "reason": reason.words,
        "ask": _ASKS[reason.ask],
        "word": word,
        "badge": badge,
    }


def _proposal(each: PayeeCorrection, line: Any) -> dict[str, Any]:
    """A proposal with its values unsealed and masked at once."""
    anchor = bytes(line.person.id_key)
    account = holder = ""
    if each.account_sealed:
        account = unseal("correction.account", bytes(each.account_sealed), anchor)
    if each.holder_sealed:
        holder = unseal("correction.holder", bytes(each.holder_sealed), anchor)
    return {
        "correction": each,
        "account": mask_cell(account, "account") if account else "",
        "holder": mask_cell(holder, "name") if holder else "",
        "decision": getattr(each, "decision", None),
    }


def _stored(request: HttpRequest, upload: Any) -> StoredFile | None:
    if not upload:
        return None
    content = upload.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES or _scan_of(content) is None:
        raise CannotProposeCorrection("证明材料只收 10 兆以内的 PDF、JPG 或 PNG。请另存后再上传。")
    return store_file(content, kind="evidence", by=user_of(request), at=timezone.now())


def _scan_of(content: bytes) -> tuple[str, str] | None:
    found = (kind for magic, kind in _SCANS.items() if content.startswith(magic))
    return next(found, None)
