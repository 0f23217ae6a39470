"""A correction form as papers: the official one as docx, its list as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from mingbai.base.models import Division, Office
from mingbai.paper.official import (
    Annex,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
    write_official_docx,
)
from mingbai.paper.slip import load_slip
from mingbai.paper.tables import ExportColumn, write_export
from mingbai.registry.models import CorrectionSlip

_WHY: Final = "the county's name and its office's stand in every paper"


def slip_docx_of(slip: CorrectionSlip, cards: Sequence[Any]) -> bytes:
    """The form by the county's text, its items as an annex."""
    folder = Path(settings.MINGBAI_HOME) / "forms"
    office = _office()
    due = f"{slip.due_date.year}年{slip.due_date.month}月{slip.due_date.day}日"
    words = {
        "place.county": _county(),
        "place.office": office,
        "party.name": slip.office.name,
        "slip.name": str(slip),
        "slip.items": str(len(cards)),
        "slip.due": due,
        "period.year": str(slip.year),
    }
    form = load_slip(day=slip.issued_date, county_folder=folder if folder.is_dir() else None)
    text = form.fill(words)
    rows = tuple(
        (
            str(card["item"].position),
            _who(card),
            f"{card['name']}：{card['message']}",
            _where(card),
            card["item"].ask,
            "",
        )
        for card in cards
    )
    table = Table(
        columns=("序号", "对象", "问题", "所在的行", "要求", "办理情况"),
        rows=rows,
        widths=(5, 14, 32, 22, 17, 10),
        centre=frozenset({0}),
        compact=True,
    )
    document = OfficialDocument(
        title=text.title,
        blocks=tuple(Paragraph((each,)) for each in text.paragraphs),
        signature=Signature(office, slip.issued_date),
        number=str(slip),
        addressee=f"{slip.office.name}：",
        annexes=(Annex(text.annex, (table,)),),
        verification=Verification(str(slip), demonstration=True) if settings.MINGBAI_DEMO else None,
    )
    return write_official_docx(document)


_COLUMNS: Final = (
    ExportColumn("序号", kind="number", width=6),
    ExportColumn("镇", width=10),
    ExportColumn("子项", width=22),
    ExportColumn("姓名", width=10),
    ExportColumn("证件号", width=22),
    ExportColumn("问题", width=50),
    ExportColumn("所在的行", width=40),
    ExportColumn("要求", width=30),
    ExportColumn("现在的状态", width=16),
    ExportColumn("更正表和行号", width=20),
    ExportColumn("说明", width=24),
)


def slip_xlsx_of(slip: CorrectionSlip, cards: Sequence[Any]) -> bytes:
    """The list as a workbook; the last two columns are for the office to fill in."""
    rows = (
        (
            card["item"].position,
            card["town"],
            card["sub_item"],
            card["person"].name if card["person"] else "",
            card["person"].id_number if card["person"] else "",
            f"{card['name']}：{card['message']}",
            _where(card),
            card["item"].ask,
            card["state"],
            "",
            "",
        )
        for card in cards
    )
    return write_export(
        title=f"{slip}　{slip.office.name}",
        columns=_COLUMNS,
        rows=rows,
        notes=(f"请于{slip.due_date:%Y年%m月%d日}前办结；姓名和证件号按规定遮盖。",),
        demonstration=settings.MINGBAI_DEMO,
        made_date=slip.issued_date,
    )


def _who(card: Any) -> str:
    person = card["person"]
    return f"{person.name}　{person.id_number}" if person else card["town"] or "—"


def _where(card: Any) -> str:
    """Rows by sheet: file, sheet, lines."""
    lines: dict[str, list[str]] = {}
    for spot, sheet in card["rows"]:
        place = f"{sheet.receipt.original_name}，{sheet.name}"
        lines.setdefault(place, []).append(str(spot.line))
    said = [f"{place}，第{'、'.join(listed)}行" for place, listed in lines.items()]
    if card["unseen"]:
        said.append(f"另有{card['unseen']}行由别的单位报送")
    return "；".join(said) or "—"


def _county() -> str:
    counties = Division.objects.unscoped(_WHY).filter(level="county", valid_to__isnull=True)
    return counties.values_list("name", flat=True).first() or ""


def _office() -> str:
    offices = Office.objects.unscoped(_WHY).filter(valid_to__isnull=True)
    found = offices.filter(kind=Office.Kind.COUNTY_OFFICE).order_by("code")
    return found.values_list("name", flat=True).first() or ""
