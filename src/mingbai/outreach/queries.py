"""Reading information pieces: each piece once, with the sites that adopted it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from django.db.models import Exists, OuterRef

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.outreach.models import Adoption, EnteredSheet, InformationPiece

#: Day of an adoption, and the file, sheet and line that tell of it.
Told = tuple[date, int | None, int | None, int | None]


@dataclass(frozen=True)
class Piece:
    """One piece as it counts: its first record, and who adopted it.

    ``adopted`` maps a site to the day and the workbook line of its first adoption on record.
    """

    pk: int
    key: str
    title: str
    office_id: int
    office_name: str
    sent_date: date
    origin_file_id: int | None
    origin_sheet: int | None
    origin_line: int | None
    adopted: dict[str, Told] = field(default_factory=dict)


@dataclass(frozen=True)
class OfficeCount:
    """What one office sent and what was adopted of it."""

    office_id: int
    office_name: str
    sent: int
    city: int
    province: int

    @property
    def city_ratio(self) -> Fraction | None:
        """采用 / 报送; ``None`` when nothing was sent."""
        return Fraction(self.city, self.sent) if self.sent else None


def _counting(as_of: int | None) -> ScopedQuerySet[EnteredSheet]:
    newer = EnteredSheet.objects.unscoped("whether a correction was entered").filter(
        sheet__slot=OuterRef("sheet__slot"), sheet__turn__gt=OuterRef("sheet__turn")
    )
    found = EnteredSheet.objects.unscoped("which sheets count; their rows are scoped")
    if as_of is not None:
        newer = newer.filter(act_id__lte=as_of)
        found = found.filter(act_id__lte=as_of)
    return found.filter(~Exists(newer))


def pieces(
    *, to: Asker, year: int, through: date | None = None, as_of: int | None = None
) -> tuple[Piece, ...]:
    """Pieces sent up to a day, each once, with the adoptions up to that day; two queries."""
    records = InformationPiece.objects.seen_by(to).filter(
        year=year, entered_sheet__in=_counting(as_of)
    )
    adoptions = Adoption.objects.seen_by(to).filter(
        piece__year=year, piece__entered_sheet__in=_counting(as_of)
    )
    if through is not None:
        records = records.filter(sent_date__lte=through)
        adoptions = adoptions.filter(adopted_date__lte=through)
    found: dict[str, Piece] = {}
    by_record: dict[int, str] = {}
    for record in records.select_related("office").order_by("id"):
        by_record[record.pk] = record.piece_digest
        if record.piece_digest not in found:
            found[record.piece_digest] = Piece(
                record.pk,
                record.piece_digest,
                record.title,
                record.office_id,
                record.office.name,
                record.sent_date,
                record.origin_file_id,
                record.origin_sheet,
                record.origin_line,
            )
    adopted: dict[str, dict[str, Told]] = defaultdict(dict)
    for adoption in adoptions.order_by("id"):
        if adoption.piece_id in by_record:
            adopted[by_record[adoption.piece_id]].setdefault(adoption.site, _told(adoption))
    return tuple(
        replace(piece, adopted=dict(adopted.get(key, {})))
        for key, piece in sorted(found.items(), key=lambda pair: (pair[1].sent_date, pair[1].pk))
    )


def _told(adoption: Adoption) -> Told:
    where = (adoption.origin_file_id, adoption.origin_sheet, adoption.origin_line)
    return (adoption.adopted_date, *where)


def office_counts(found: tuple[Piece, ...]) -> tuple[OfficeCount, ...]:
    """Counts by office, most sent first."""
    by_office: dict[int, list[Piece]] = defaultdict(list)
    for piece in found:
        by_office[piece.office_id].append(piece)
    rows = (
        OfficeCount(
            office,
            own[0].office_name,
            len(own),
            sum("city" in piece.adopted for piece in own),
            sum("province" in piece.adopted for piece in own),
        )
        for office, own in by_office.items()
    )
    return tuple(sorted(rows, key=lambda row: (-row.sent, -row.city, row.office_name)))


def years_with_pieces(*, to: Asker) -> tuple[int, ...]:
    """Years with a piece this asker may see, newest first."""
    found = InformationPiece.objects.seen_by(to).order_by("-year").values_list("year", flat=True)
    return tuple(found.distinct())
