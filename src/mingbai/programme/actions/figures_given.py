"""Entering what others give: targets by the level above, populations by the statistics office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, User
from mingbai.base.scope import Asker
from mingbai.programme.models import Measure, TownPopulation, UpperFigure
from mingbai.programme.queries.units import CannotConvert, convert
from mingbai.programme.queries.upper import plain
from mingbai.programme.queries.words import Key
from mingbai.programme.queries.year import targets

_HOUSE = Asker.system("figures are given for the county as a whole")


class CannotEnterFigures(Exception):
    """What was given cannot be entered; ``faults`` says each line in Chinese."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("；".join(faults))


@dataclass(frozen=True)
class GivenFigure:
    """One line of the document: which measure, how much, in the document's own unit."""

    sub_item: str
    measure: str
    quantity: Decimal
    unit: str


def enter_upper_figures(
    *,
    year: int,
    document_number: str,
    document_date: date,
    issuer: str,
    figures: Sequence[GivenFigure],
    by: User,
    at: datetime,
) -> list[UpperFigure]:
    """Enter the targets a document of the level above gives; a later document's count instead.

    Quantities are converted into each measure's own unit, exactly. Errors: ``CannotEnterFigures``
    names every line whose measure is unknown, whose unit does not convert, or that comes twice.
    """
    with transaction.atomic():
        known = {(m.sub_item.code, m.code): m for m in targets(to=_HOUSE, year=year)}
        faults = [] if figures else ["没有填任何下达数，请至少填一行"]
        if not document_number.strip() or not issuer.strip():
            faults.append("请写明上级文件的文号和发文机关")
        read = [_read(each, known, faults) for each in figures]
        keys = [(each.sub_item, each.measure) for each in figures]
        faults += [
            f"“{known[key].name}”填了两遍，请只留一行"
            for key in sorted({key for key in keys if keys.count(key) > 1})
            if key in known
        ]
        if faults:
            raise CannotEnterFigures(tuple(faults))
        act = record_act(
            "enter_upper_figures",
            by=by,
            at=at,
            subject=f"{year}年 {document_number}"[:120],
            payload={
                "document": document_number,
                "date": document_date.isoformat(),
                "figures": {
                    "/".join(key): [plain(each.quantity), each.unit]
                    for key, each in zip(keys, figures, strict=True)
                },
            },
        )
        return UpperFigure.objects.bulk_create(
            _row(each, value, known, act, year, (document_number, document_date, issuer))
            for each, value in zip(figures, read, strict=True)
        )


def _row(
    given: GivenFigure,
    value: Decimal,
    known: Mapping[Key, Measure],
    act: Act,
    year: int,
    document: tuple[str, date, str],
) -> UpperFigure:
    number, day, issuer = document
    return UpperFigure(
        year=year,
        sub_item=given.sub_item,
        measure=given.measure,
        document_number=number.strip(),
        document_date=day,
        issuer=issuer.strip(),
        given=given.quantity,
        given_unit=given.unit,
        value=value,
        unit=known[given.sub_item, given.measure].unit,
        act=act,
    )


def _read(given: GivenFigure, known: Mapping[Key, Measure], faults: list[str]) -> Decimal:
    """The quantity in the measure's unit; faults are added to the list."""
    measure = known.get((given.sub_item, given.measure))
    if measure is None:
        faults.append(f"清单里没有子项“{given.sub_item}”的指标“{given.measure}”，请核对")
        return given.quantity
    if given.quantity <= 0:
        faults.append(f"“{measure.name}”的下达数要大于零")
        return given.quantity
    try:
        return convert(given.quantity, given.unit, measure.unit)
    except CannotConvert as error:
        faults.append(f"“{measure.name}”：{error}")
        return given.quantity


def enter_populations(
    *, year: int, people: Mapping[str, int], source: str, by: User, at: datetime
) -> list[TownPopulation]:
    """Enter the towns' populations (persons) for splitting by them; the newest entry counts.

    Errors: ``CannotEnterFigures`` for an unknown town, a count below zero or a missing source.
    """
    with transaction.atomic():
        why = "towns are named by code"
        towns = set(
            Division.objects.unscoped(why).filter(level="town").values_list("code", flat=True)
        )
        faults = [f"没有代码为 {town} 的镇" for town in people if town not in towns]
        faults += [f"镇 {town} 的人口数不能是负数" for town, n in people.items() if n < 0]
        if not source.strip():
            faults.append("请写明人口数的依据，如“第七次全国人口普查公报”")
        if not people:
            faults.append("没有填任何镇的人口数")
        if faults:
            raise CannotEnterFigures(tuple(faults))
        act = record_act(
            "enter_populations",
            by=by,
            at=at,
            subject=f"{year}年各镇人口",
            payload={"people": dict(people), "source": source},
        )
        return TownPopulation.objects.bulk_create(
            TownPopulation(year=year, town_id=town, people_count=n, source=source.strip(), act=act)
            for town, n in sorted(people.items())
        )
