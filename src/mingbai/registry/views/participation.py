"""Pages of participation: the county by town, a town by village, who differs, who stopped."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mingbai.base.asking import asker_of, must_of_county, user_of
from mingbai.base.attachments import XLSX, attached
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.registry.actions import (
    CannotCountCoverage,
    CannotEnrolInsured,
    can_count,
    count_coverage,
    enrol_insured,
)
from mingbai.registry.models import CoverageCount, CoverageGap
from mingbai.registry.queries import (
    gaps_seen,
    insured_by_town,
    newest_count,
    newest_entry,
    newest_year,
    ratio_of,
    show_gaps,
    show_stops,
    stops_seen,
    sub_item_names,
    town_coverage,
    town_names,
    village_coverage,
    village_name,
)
from mingbai.rulebook import load_book
from mingbai.rulebook.model import Book
from mingbai.rulebook.model.coverage import Coverage

PAGE = 50
_KINDS = dict(CoverageGap.Kind.choices)
_STOPS = {"ended": "已终止", "held": "待核实"}


@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """Who should be insured and who is: the county by town, or one town by village."""
    year = newest_year()
    if year is None:
        return render(request, "registry/coverage.html", {"rule": None})
    book, rule = _rule(year, request.GET.get("sub_item", ""))
    to, names = asker_of(request), sub_item_names(year=year)
    count = newest_count(to=to, year=year, sub_item=rule.sub_item)
    town = request.GET.get("town", "")
    context: dict[str, Any] = {
        "year": year,
        "rule": rule,
        "name": names.get(rule.sub_item, rule.sub_item),
        "count": count,
        "choices": [(each.sub_item, names.get(each.sub_item, "")) for each in book.coverages],
        "town": town,
        "town_name": town_names().get(town, ""),
        "may_count": to.sees_all and to.may("settle"),
        "kinds": _KINDS.items(),
        "entry": newest_entry(to=to, year=year, sub_item=rule.sub_item),
    }
    if not town and context["entry"]:
        context["insured"] = insured_by_town(to=to, year=year, sub_item=rule.sub_item)
    if count is not None:
        of_town = village_coverage(count, to=to, town=town) if town else None
        context["places"] = of_town if of_town is not None else town_coverage(count, to=to)
        context["ratio"] = ratio_of(count)
        context["target"] = _targets(book, rule)
    return render(request, "registry/coverage.html", context)


@require_POST
def recount(request: HttpRequest) -> HttpResponse:
    """Enter the rolls that stand now, and count them against the register."""
    must_of_county(request, "settle", "您的角色不能登记和统计参保。请由县民生办的经办人员办理。")
    year = newest_year()
    if year is None:
        raise Http404("还没有年度清单。")
    book, _ = _rule(year, "")
    by, at = user_of(request), timezone.now()
    try:
        entries = enrol_insured(year=year, book=book, by=by, at=at)
        if can_count(year=year, book=book):
            count_coverage(year=year, book=book, by=by, at=at)
    except (CannotEnrolInsured, CannotCountCoverage) as error:
        messages.error(request, str(error))
    else:
        new = sum(each.entered_count for each in entries if each.act.at == at)
        messages.success(request, f"已按现有的花名册和底册登记、统计，新登记 {new} 人。")
    return redirect("registry:coverage")


@require_GET
def insured_stops(request: HttpRequest) -> HttpResponse:
    """People whose participation ended or is held, with why and the row that tells so."""
    year = newest_year()
    if year is None:
        return render(request, "registry/coverage.html", {"rule": None})
    book, rule = _rule(year, request.GET.get("sub_item", ""))
    to, towns = asker_of(request), town_names()
    step, town = request.GET.get("step", ""), request.GET.get("town", "")
    found = stops_seen(
        to=to, year=year, sub_item=rule.sub_item, step=step if step in _STOPS else "",
        town=town if town in towns else "",
    )  # fmt: skip
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": show_stops(page, book=book, towns=towns),
        "step": step,
        "steps": _STOPS,
        "town": town,
        "towns": towns,
        "rule": rule,
        "name": sub_item_names(year=year).get(rule.sub_item, rule.sub_item),
        "year": year,
    }
    return render(request, "registry/insured_stops.html", context)


@require_GET
def gaps(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The people of one kind who differ, by village; ``as=xlsx`` gives the list to visit."""
    to = asker_of(request)
    count = _count_or_404(request, pk)
    if kind not in _KINDS:
        raise Http404("没有这一种情形。")
    town, village = request.GET.get("town", ""), request.GET.get("village", "")
    found = gaps_seen(count, to=to, kind=kind, town=town, village=village)
    place = village_name(village) or town_names().get(town, "")
    title = f"{place}{_KINDS[kind]}人员"
    if request.GET.get("as") == "xlsx":
        return _as_workbook(title, count, show_gaps(found))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "count": count,
        "kind": kind,
        "title": title,
        "town": town,
        "village": village,
        "page": page,
        "rows": show_gaps(page),
        "name": sub_item_names(year=count.year).get(count.sub_item, count.sub_item),
        "of_register": kind == CoverageGap.Kind.LEFT_OUT,
    }
    return render(request, "registry/coverage_gaps.html", context)


def _rule(year: int, sub_item: str) -> tuple[Book, Coverage]:
    book = load_book(year=year, county=settings.MINGBAI_COUNTY)
    if not book.coverages:
        raise Http404("规则库里没有写明怎样统计参保。")
    chosen = [each for each in book.coverages if each.sub_item == sub_item]
    return book, (chosen or list(book.coverages))[0]


def _targets(book: Book, rule: Coverage) -> dict[str, Any]:
    measures = {each.code: each for each in book.sub_item(rule.sub_item).measures}
    return {"heads": measures[rule.measure], "rate": measures[rule.rate]}


def _count_or_404(request: HttpRequest, pk: int) -> CoverageCount:
    found = CoverageCount.objects.seen_by(asker_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这次统计，或不在您的查看范围内。")
    return found


def _as_workbook(title: str, count: CoverageCount, rows: Any) -> HttpResponse:
    content = write_export(
        title=f"{count.year}年{title}名单",
        columns=(
            ExportColumn("镇"),
            ExportColumn("村（居）"),
            ExportColumn("姓名"),
            ExportColumn("来源行"),
            ExportColumn("入户情况"),
        ),
        rows=[(each.town, each.village, each.name, each.gap.origin_line, "") for each in rows],
        notes=("姓名已按规定遮盖，入户时请对照本镇的花名册和户籍底册。",),
        demonstration=settings.MINGBAI_DEMO,
    )
    return attached(content, f"coverage-{count.pk}.xlsx", XLSX)
