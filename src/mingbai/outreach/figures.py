"""Figures of outreach: pieces sent, adopted by the city's and the province's site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.outreach.queries import Piece, pieces
from mingbai.programme.figures import cut_page, evidence_of, split_page

_SENT = "各镇、各部门报送的民生工程信息，同一单位同日同题的计一条"
_OWNER = "县民生办"


def _count(key: str, name: str, numerator: str, cutoff: str) -> Card:
    return Card(
        key=key,
        name=name,
        unit="count",
        numerator=numerator,
        denominator=None,
        cutoff=cutoff,
        owner=_OWNER,
        word="条",
    )


CARDS: dict[str, Card] = {
    card.key: card
    for card in (
        _count("outreach.pieces_sent", "报送信息", _SENT, "报送日期在截止日当日及以前"),
        _count(
            "outreach.city_adopted",
            "市民生网采用信息",
            "报送信息中被市民生网采用的，一条信息计一次",
            "报送和采用日期均在截止日当日及以前",
        ),
        _count(
            "outreach.province_adopted",
            "省民生网采用信息",
            "报送信息中被省民生网采用的，一条信息计一次",
            "报送和采用日期均在截止日当日及以前",
        ),
        Card(
            key="outreach.city_adopted_ratio",
            name="市民生网采用率",
            unit="ratio",
            numerator="市民生网采用信息条数",
            denominator="报送信息条数",
            cutoff="报送和采用日期均在截止日当日及以前",
            owner=_OWNER,
            places=2,
            trim=False,
        ),
    )
}

_SITES = {
    "outreach.city_adopted": "city",
    "outreach.city_adopted_ratio": "city",
    "outreach.province_adopted": "province",
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """One figure over the pieces that count. Errors: ``KeyError`` for an unknown key."""
    card, site = CARDS[key], _SITES.get(key)
    found = pieces(to=to, year=year, through=cutoff, as_of=as_of)
    counted = [piece for piece in found if _counts(piece, site)]
    behind = found if card.unit == "ratio" else counted
    rows = [(p.pk, p.key, p.sent_date, site and p.adopted.get(site, ("",))[0]) for p in behind]
    evidence = evidence_of("outreach.InformationPiece", rows)
    if card.unit == "count":
        return Figure(card, len(counted), cutoff, evidence, numerator=len(counted))
    return Figure(
        card=card,
        value=Fraction(len(counted), len(found)) if found else None,
        cutoff=cutoff,
        evidence=evidence,
        numerator=len(counted),
        denominator=len(found),
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Walk by office and month to each piece's line; a ratio shows all pieces sent, adopted as 1.

    Errors: ``KeyError`` for an unknown key or part of the path.
    """
    card, site = CARDS[key], _SITES.get(key)
    parts, offset = split_page(path)
    found = pieces(to=to, year=year, through=cutoff, as_of=as_of)
    if card.unit == "count":
        found = tuple(piece for piece in found if _counts(piece, site))
    if not parts:
        return cut_page(
            _branches(found, site, lambda p: (str(p.office_id), p.office_name), by_size=True),
            offset,
        )
    found = tuple(piece for piece in found if str(piece.office_id) == parts[0])
    if len(parts) == 1:
        return cut_page(_branches(found, site, _month), offset)
    found = tuple(piece for piece in found if _month(piece)[0] == parts[1])
    if not found or len(parts) > 2:
        raise KeyError(parts[-1])
    return [_leaf(piece, site) for piece in cut_page(found, offset)]


def _counts(piece: Piece, site: str | None) -> bool:
    return site is None or site in piece.adopted


def _month(piece: Piece) -> tuple[str, str]:
    day = piece.sent_date
    return f"{day:%Y%m}", f"{day.year}年{day.month}月"


def _branches(
    found: Sequence[Piece],
    site: str | None,
    name: Callable[[Piece], tuple[str, str]],
    *,
    by_size: bool = False,
) -> list[Branch | Leaf]:
    groups: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    for piece in found:
        groups[name(piece)].append(piece)
    rows = [
        Branch(key, label, sum(_counts(piece, site) for piece in own), len(own))
        for (key, label), own in sorted(groups.items())
    ]
    return [*sorted(rows, key=lambda row: -row.count)] if by_size else [*rows]


def _leaf(piece: Piece, site: str | None) -> Leaf:
    """A piece's line; for an adoption the line that tells of it."""
    where = (piece.origin_file_id, piece.origin_sheet, piece.origin_line)
    label = f"{piece.sent_date:%Y-%m-%d} {piece.title}"
    if site is not None and site in piece.adopted:
        day, *told = piece.adopted[site]
        label += f"（{day:%Y-%m-%d} 采用）"
        where = (told[0], told[1], told[2])
    return Leaf(label, int(_counts(piece, site)), *where)
