"""Information pieces that offices send, and which of them city and province adopt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mingbai.engine.generate.names import draw_given, draw_surname
from mingbai.rulebook.model import OfficeSpec
from mingbai.site.demo.places import split_by_weight
from mingbai.site.demo.plan import Headline, SecondHalf

_ACTS = (
    "上门核查{0}对象",
    "召开{0}推进会",
    "{0}资金按时打卡到户",
    "开展{0}政策宣传",
    "{0}花名册张榜公示",
    "{0}工作进村入户",
    "算好{0}明白账",
    "把{0}办到群众心坎上",
    "督查{0}落实情况",
    "{0}培训班开班",
)
_SCENES = (
    "茶馆里",
    "田埂上",
    "村部院内",
    "集镇街头",
    "屋场会上",
    "便民大厅",
    "村口广场",
    "线上课堂",
)
_CHANNELS = ("市民生网", "省民生网", "微信公众号", "县政府网站")
# Towns send about twice as much as departments.
_TOWN_WEIGHT, _DEPARTMENT_WEIGHT = 2, 1
# Later than this in the last month a site has no time left to adopt before the half-year closes.
_LAST_ADOPTABLE_DAY = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece; the dates of adoption are None where a site did not take it."""

    office: str
    title: str
    sent_date: date
    author: str
    channel: str
    city_adopted_date: date | None
    province_adopted_date: date | None


def make_pieces(
    *,
    offices: Sequence[OfficeSpec],
    subjects: Sequence[str],
    year: int,
    months: Sequence[int],
    headline: Headline | SecondHalf,
    random: Random,
    before: Sequence[Piece] = (),
) -> tuple[Piece, ...]:
    """Make exactly the pieces and adoptions of the headline; no title occurs twice."""
    weights = [
        _TOWN_WEIGHT if office.kind == "town" else _DEPARTMENT_WEIGHT
        for office in offices
        for _ in months
    ]
    counts = split_by_weight(headline.pieces, weights)
    slots = [(office, month) for office in offices for month in months]
    drafts: list[tuple[OfficeSpec, str, date]] = []
    seen = {piece.title for piece in before}
    for (office, month), count in zip(slots, counts, strict=True):
        for _ in range(count):
            title = _new_title(office, subjects, seen, random)
            drafts.append((office, title, date(year, month, 1 + int(random.random() * 28))))
    last = date(year, months[-1], _LAST_ADOPTABLE_DAY)
    adoptable = [n for n, (_, _, sent) in enumerate(drafts) if sent <= last]
    by_city = set(random.sample(adoptable, headline.city_adopted))
    # Three in four provincial adoptions were the city's first.
    both = headline.province_adopted * 3 // 4
    by_province = set(random.sample(sorted(by_city), both))
    others = [n for n in adoptable if n not in by_city]
    by_province |= set(random.sample(others, headline.province_adopted - both))
    return tuple(
        Piece(
            office=office.code,
            title=title,
            sent_date=sent,
            author=draw_surname(random) + draw_given(random, male=random.random() < 0.5),
            channel=_CHANNELS[int(random.random() * len(_CHANNELS))],
            city_adopted_date=_adopted(sent, random) if n in by_city else None,
            province_adopted_date=_adopted(sent, random) if n in by_province else None,
        )
        for n, (office, title, sent) in enumerate(drafts)
    )


def _new_title(office: OfficeSpec, subjects: Sequence[str], seen: set[str], random: Random) -> str:
    while True:
        act = _ACTS[int(random.random() * len(_ACTS))]
        subject = subjects[int(random.random() * len(subjects))]
        scene = _SCENES[int(random.random() * len(_SCENES))]
        title = f"{office.short_name}：{scene}{act.format(subject)}"
        if title not in seen:
            seen.add(title)
            return title


def _adopted(sent: date, random: Random) -> date:
    return sent + timedelta(days=1 + int(random.random() * 6))
