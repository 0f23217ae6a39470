"""Reading summaries, their text and their statements; drafts only for those who see the county."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mingbai.base.figures import Card
from mingbai.base.models import StoredFile
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.report.models import Statement, Summary, SummaryPaper

HALF_YEAR = "half-year-summary"


@dataclass(frozen=True)
class TextRun:
    """Words of a paragraph, or a figure with its statement."""

    text: str
    statement: Statement | None = None


@dataclass(frozen=True)
class PageBlock:
    """A heading or a paragraph of the web preview; ``chapter`` names an outline's chapter."""

    kind: str
    level: int
    lead: str
    runs: tuple[TextRun, ...]


def summaries(*, to: Asker) -> ScopedQuerySet[Summary]:
    """The summaries this asker may see, newest first; only issued ones below the county."""
    found = Summary.objects.seen_by(to).select_related("compiled_by", "issue", "issue__issued_by")
    if not to.sees_all:
        found = found.filter(issue__isnull=False)
    return found.order_by("-year", "-half", "-turn")


def newest_summary(*, to: Asker, year: int | None = None) -> Summary | None:
    """The summary compiled last, of that year where one is given."""
    found = summaries(to=to)
    if year is not None:
        found = found.filter(year=year)
    return found.order_by("-id").first()


def statements_of(summary: Summary, *, to: Asker) -> tuple[Statement, ...]:
    """The statements of a summary in the order in which its text makes them."""
    found = Statement.objects.seen_by(to).filter(summary=summary)
    if not to.sees_all:
        found = found.filter(summary__issue__isnull=False)
    return tuple(found.order_by("id"))


def statement(pk: int, *, to: Asker) -> Statement | None:
    """One statement, or ``None`` where there is none for this asker."""
    found = Statement.objects.seen_by(to).select_related("summary").filter(pk=pk)
    if not to.sees_all:
        found = found.filter(summary__issue__isnull=False)
    return found.first()


def page_blocks(summary: Summary, statements: tuple[Statement, ...]) -> tuple[PageBlock, ...]:
    """The summary's text for the web, each figure with the statement it links to."""
    by_key = {each.key: each for each in statements}
    blocks = []
    for block in summary.body["blocks"]:
        if block["kind"] == "heading":
            runs: tuple[TextRun, ...] = (TextRun(block["text"]),)
        else:
            runs = tuple(_text_run(run, by_key) for run in block["runs"])
        blocks.append(PageBlock(block["kind"], block.get("level", 0), block.get("lead", ""), runs))
    return tuple(blocks)


def _text_run(run: str | dict[str, str], by_key: dict[str, Statement]) -> TextRun:
    if isinstance(run, str):
        return TextRun(run)
    found = by_key[run["figure"]]
    return TextRun(found.display, found)


def card_of(each: Statement) -> Card:
    """The definition card as it was when the statement was made."""
    return Card(**each.card)


def value_of(each: Statement) -> int | Fraction | str | None:
    """The exact value: 分 or count, a fraction, text, or nothing."""
    unit = each.card["unit"]
    if unit == "text":
        return each.value
    if not each.value:
        return None
    return Fraction(each.value) if unit == "ratio" else int(each.value)


def figures_json(summary: Summary, *, to: Asker) -> list[dict[str, Any]]:
    """Every statement of a summary as plain JSON: value, definition and evidence."""
    return [
        {
            "statement": each.pk,
            "key": each.key,
            "name": each.card["name"],
            "display": each.display,
            "value": _plain_value(each),
            "unit": each.card["unit"],
            "numerator": {"meaning": each.card["numerator"], "value": each.numerator},
            "denominator": None
            if each.card["denominator"] is None
            else {"meaning": each.card["denominator"], "value": each.denominator},
            "cutoff": each.cutoff_date.isoformat(),
            "owner": each.card["owner"],
            "evidence_record": each.evidence_record,
            "evidence_rows": each.evidence_count,
            "digest": each.evidence_digest,
            "as_of_seq": each.as_of_seq,
        }
        for each in statements_of(summary, to=to)
    ]


def _plain_value(each: Statement) -> int | str | None:
    """Integers as integers; a ratio stays exact as ``numerator/denominator``."""
    if each.card["unit"] in ("fen", "count"):
        return int(each.value) if each.value else None
    return each.value or None


def paper_file(summary: Summary, *, to: Asker) -> StoredFile | None:
    """The docx of a summary; ``summary`` must have been read for the same asker."""
    found = SummaryPaper.objects.seen_by(to).select_related("file").filter(summary=summary).first()
    return found.file if found else None
